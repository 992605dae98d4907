import type { FieldDescription, ObjectDescription } from '../connectors/ticket-system.ts';
import { otherSide, type Side, sides } from '../core/side.ts';
import { fieldsIn } from './condition.ts';
import { otherwiseOn } from './choices-rule.ts';
import type { FieldConfig, PairConfig } from './define-config.ts';
import type { ChoicesField, Transition } from './field-kinds.ts';
import { nativeField } from './field-names.ts';
import type { LintFault } from './lint-problem.ts';
import { nearest } from './nearest.ts';
import { fieldsOfTemplate, parseTemplate } from './template.ts';

type Metadata = Readonly<Record<Side, ObjectDescription>>;

/** A fault and where in the field or pair it is. */
export interface Found {
  readonly path: string;
  readonly faults: readonly LintFault[];
}

const dateTypes = new Set(['date', 'datetime', 'glide_date', 'glide_date_time', 'due_date']);

/** What the kinds of one field want of the live metadata, beside that the field is there and may be written. */
export function lintKind(field: FieldConfig, metadata: Metadata): readonly Found[] {
  const found = sides.flatMap((side) => [
    ...ofType(field, side, metadata[side]),
    ...lintWhen(field, side, metadata[side]),
  ]);
  if (field.kind === 'choices') return [...found, ...sides.flatMap((side) => lintMap(field, side, metadata[side]))];
  if (field.kind !== 'template') return found;
  return [...found, { path: '.text', faults: unknownIn(field.text, otherSide(field.to), metadata) }];
}

/** A reference must be one: free text in it would stay there; and a date must be one. */
function ofType(field: FieldConfig, side: Side, object: ObjectDescription): readonly Found[] {
  const known = knownField(object, nativeField(field, side));
  // An account that may not read the dictionary learns names and no types.
  if (known === null || known.type === 'unknown') return [];
  const isPerson = field.kind === 'person' || field.kind === 'team';
  const wanted =
    isPerson && known.type !== 'reference'
      ? 'a person or team'
      : field.kind === 'date' && !dateTypes.has(known.type)
        ? 'a date'
        : null;
  if (wanted === null) return [];
  return [{ path: `.${side}`, faults: [{ kind: 'wrong-type', side, field: known.name, type: known.type, wanted }] }];
}

function lintWhen(field: FieldConfig, side: Side, object: ObjectDescription): readonly Found[] {
  const condition = field.when?.[side];
  if (condition === undefined) return [];
  return [{ path: `.when.${side}`, faults: fieldsIn(condition).flatMap((name) => unknown(object, side, name)) }];
}

function lintMap(field: ChoicesField, side: Side, object: ObjectDescription): readonly Found[] {
  const known = knownField(object, field[side]);
  const choices = known?.choices ?? null;
  if (known === null || choices === null) return [];
  const check = (path: string, value: string): Found => ({ path, faults: noChoice(known, side, value) });
  const otherwise = otherwiseOn(field, side);
  const isValue = otherwise !== 'keep' && otherwise !== 'empty' && otherwise !== 'same';
  return [
    ...field.map.map((line, index) => check(`.map[${index}]`, line[side === 'servicenow' ? 0 : 1])),
    ...(isValue ? [check(`.otherwise`, otherwise)] : []),
  ];
}

/** Every transition of the pair, and the one that ServiceNow wants for On Hold (its incident state model). */
export function lintTransitions(config: PairConfig, metadata: Metadata): readonly Found[] {
  const found = (config.transitions ?? []).flatMap((transition, index) =>
    lintTransition(transition, metadata).map(({ path, faults }) => ({ path: `transitions[${index}]${path}`, faults })),
  );
  return [...found, { path: 'transitions', faults: missingHold(config) }];
}

function lintTransition(transition: Transition, metadata: Metadata): readonly Found[] {
  const on = transition.on ?? 'servicenow';
  const object = metadata[on];
  const state = knownField(object, transition.field);
  return [
    { path: '.field', faults: unknown(object, on, transition.field) },
    ...(state === null ? [] : [{ path: '.to', faults: transition.to.flatMap((value) => noChoice(state, on, value)) }]),
    ...Object.entries(transition.set).map(([name, text]): Found => {
      const known = knownField(object, name);
      const shown = unknownIn(text, otherSide(on), metadata);
      const plain = known !== null && !text.includes('{') ? noChoice(known, on, text) : [];
      const readOnly: readonly LintFault[] =
        known !== null && !known.writable ? [{ kind: 'not-writable', side: on, field: name }] : [];
      return { path: `.set.${name}`, faults: [...unknown(object, on, name), ...plain, ...readOnly, ...shown] };
    }),
  ];
}

/** On Hold wants a reason, so a mapping that writes 3 must have one to give. */
function missingHold(config: PairConfig): readonly LintFault[] {
  if (config.servicenow.table !== 'incident') return [];
  const writesHold = config.fields.some(
    (field) =>
      (field.kind === 'classes' &&
        field.servicenow === 'state' &&
        field.classes.some(({ servicenow }) => servicenow[0] === '3')) ||
      (field.kind === 'choices' &&
        field.servicenow === 'state' &&
        field.map.some(([servicenow]) => servicenow === '3')),
  );
  const has = (config.transitions ?? []).some(
    ({ on, field, to, set }) => on !== 'salesforce' && field === 'state' && to.includes('3') && 'hold_reason' in set,
  );
  return writesHold && !has ? [{ kind: 'hold-reason-missing' }] : [];
}

function unknownIn(text: string, side: Side, metadata: Metadata): readonly LintFault[] {
  const parsed = parseTemplate(text);
  return parsed.ok ? fieldsOfTemplate(parsed.template).flatMap((name) => unknown(metadata[side], side, name)) : [];
}

/** Of a dot-walk only the first step is known here. */
function unknown(object: ObjectDescription, side: Side, path: string): readonly LintFault[] {
  const [name = path, ...rest] = path.split('.');
  const names = object.fields.map((known) => known.name);
  // `Owner.Name` walks along OwnerId, `Custom__r.Name` along Custom__c.
  const walked = rest.length > 0 && side === 'salesforce' ? [`${name}Id`, name.replace(/__r$/, '__c')] : [name];
  if (object.fields.length === 0 || walked.some((one) => names.includes(one))) return [];
  return [{ kind: 'unknown-field', side, object: object.object, field: name, nearest: nearest(name, names) }];
}

function noChoice(known: FieldDescription, side: Side, value: string): readonly LintFault[] {
  const { choices } = known;
  if (choices === null || choices.includes(value)) return [];
  return [{ kind: 'unknown-choice', side, field: known.name, value, nearest: nearest(value, choices), choices }];
}

function knownField(object: ObjectDescription, name: string | null): FieldDescription | null {
  return object.fields.find((known) => known.name === name) ?? null;
}
