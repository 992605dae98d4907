import type { FieldDescription, ObjectDescription } from '../connectors/ticket-system.ts';
import { type Side, sides } from '../core/side.ts';
import type { ClassField, FieldConfig, PairConfig } from './define-config.ts';
import { nativeField, slotName, slotsOf, writesOf } from './field-names.ts';
import { type Found, lintKind, lintTransitions } from './lint-kinds.ts';
import { lintMatch } from './lint-match.ts';
import type { LintFault, LintProblem } from './lint-problem.ts';
import { nearest } from './nearest.ts';

export type { LintProblem } from './lint-problem.ts';
export { sentence } from './lint-sentence.ts';

/** The external id on the Salesforce object that names the ServiceNow record. */
const externalId = 'ServiceNow_Id__c';

type Metadata = Readonly<Record<Side, ObjectDescription>>;

/** Types of fields that hold no single value, and so cannot be carried as text or as one value. */
const unfit: Readonly<Record<Side, ReadonlySet<string>>> = {
  servicenow: new Set([
    'journal',
    'journal_input',
    'journal_list',
    'password',
    'password2',
    'glide_list',
    'user_image',
    'script',
  ]),
  salesforce: new Set(['address', 'location', 'base64', 'complexvalue', 'multipicklist']),
};

/** Types of fields that hold something other than free text. */
const notText = new Set([
  'reference',
  'boolean',
  'date',
  'datetime',
  'time',
  'glide_date',
  'glide_date_time',
  'due_date',
  'glide_duration',
  'integer',
  'int',
  'long',
  'double',
  'currency',
  'percent',
  'id',
  'GUID',
]);

/**
 * Holds a pair's mapping against both sides' live metadata and against itself. Returns every problem; an empty list means that
 * the pair may start. A side that describes none of its fields (an account that may not ask) is not judged.
 */
export function lintPair(config: PairConfig, metadata: Metadata): readonly LintProblem[] {
  const at = (where: string, faults: readonly LintFault[]): readonly LintProblem[] =>
    faults.map((fault) => ({ pair: config.name, where, ...fault }));
  return [
    ...config.fields.flatMap((field, index) =>
      [...lintField(field, metadata), ...lintKind(field, metadata)].flatMap(({ path, faults }) =>
        at(`fields[${index}]${path}`, faults),
      ),
    ),
    ...[...lintTransitions(config, metadata), ...lintMatch(config, metadata)].flatMap(({ path, faults }) =>
      at(path, faults),
    ),
    ...at('fields', [...sameNames(config), ...sides.flatMap((side) => twoWriters(config, side))]),
    ...at(
      'fields',
      sides.flatMap((side) => requiredNotWritten(config, metadata[side], side)),
    ),
    ...at('resolve', lintResolve(config, metadata.servicenow)),
    ...at('salesforce', lintExternalId(config, metadata.salesforce)),
  ];
}

function lintField(field: FieldConfig, metadata: Metadata): readonly Found[] {
  return sides.flatMap((side): readonly Found[] => {
    const object = metadata[side];
    const name = nativeField(field, side);
    if (object.fields.length === 0 || name === null) return [];
    const known = find(object, name);
    const path = field.kind === 'template' || field.kind === 'constant' ? '.field' : `.${side}`;
    if (known === null) {
      if (field.kind === 'shown' && field.optional === true && side !== field.from) return [];
      return [{ path, faults: [unknownField(object, side, name)] }];
    }
    return [
      { path, faults: fitness(field, side, known) },
      ...(field.kind === 'classes' ? lintChoices(field, side, known) : []),
    ];
  });
}

function unknownField(object: ObjectDescription, side: Side, field: string): LintFault {
  const names = object.fields.map((known) => known.name);
  return { kind: 'unknown-field', side, object: object.object, field, nearest: nearest(field, names) };
}

function fitness(field: FieldConfig, side: Side, known: FieldDescription): readonly LintFault[] {
  const faults: LintFault[] = [];
  const wrong =
    unfit[side].has(known.type) || (field.kind === 'text' && (notText.has(known.type) || known.choices !== null));
  if (wrong) {
    faults.push({
      kind: 'wrong-type',
      side,
      field: known.name,
      type: known.type,
      wanted: field.kind === 'text' ? 'text' : 'one value',
    });
  }
  if (writesOn(field, side) && !known.writable) faults.push({ kind: 'not-writable', side, field: known.name });
  return faults;
}

function lintChoices(field: ClassField, side: Side, known: FieldDescription): readonly Found[] {
  const { choices } = known;
  if (choices === null) return [];
  return field.classes.map((entry, index) => ({
    path: `.classes[${index}].${side}`,
    faults: entry[side]
      .filter((value) => !choices.includes(value))
      .map((value) => unknownChoice(side, known.name, value, choices)),
  }));
}

function unknownChoice(side: Side, field: string, value: string, choices: readonly string[]): LintFault {
  return { kind: 'unknown-choice', side, field, value, nearest: nearest(value, choices), choices };
}

function sameNames(config: PairConfig): readonly LintFault[] {
  const names = slotsOf(config).map(slotName);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
    kind: 'same-name',
    name,
  }));
}

/** Two rules that write one field would undo each other for ever. */
function twoWriters(config: PairConfig, side: Side): readonly LintFault[] {
  const writers = new Map<string, string>();
  const faults: LintFault[] = [];
  const claim = (field: string, name: string): void => {
    const first = writers.get(field);
    if (first !== undefined) faults.push({ kind: 'two-writers', side, field, names: [first, name] });
    writers.set(field, first ?? name);
  };
  for (const slot of slotsOf(config)) {
    // An assignee and a group may share the owner of a Case; ServiceNow has a field for each.
    const fields = slot.kind === 'field' ? [slot.field] : [slot.person, slot.team].flatMap((one) => one ?? []);
    const names = new Set(
      fields.filter((field) => writesOn(field, side)).flatMap((field) => nativeField(field, side) ?? []),
    );
    for (const name of names) claim(name, slotName(slot));
  }
  if (side === 'servicenow' && config.resolve !== undefined)
    for (const field of ['close_code', 'close_notes']) claim(field, 'resolve');
  return faults;
}

function requiredNotWritten(config: PairConfig, object: ObjectDescription, side: Side): readonly LintFault[] {
  const written = new Set(
    config.fields.filter((field) => writesOn(field, side)).map((field) => nativeField(field, side)),
  );
  return object.fields
    .filter((known) => known.required && known.writable && !known.name.startsWith('sys_') && !written.has(known.name))
    .map((known) => ({ kind: 'required-not-written', side, object: object.object, field: known.name }));
}

/** ServiceNow refuses Resolved and Closed without a code and notes, so a pair that can close must know what to send. */
function lintResolve(config: PairConfig, object: ObjectDescription): readonly LintFault[] {
  const closing = config.fields.find((field) => field.kind === 'classes' && field.resolveClass !== undefined);
  if (config.resolve === undefined)
    // A data policy of incident (rec: error-403-data-policy-resolve); other tables have none of the kind out of the box.
    return config.servicenow.table !== 'incident' || closing?.kind !== 'classes' || closesOtherwise(config, closing)
      ? []
      : [{ kind: 'resolve-missing', field: closing.servicenow }];
  const choices = find(object, 'close_code')?.choices ?? null;
  const { closeCode } = config.resolve;
  return choices === null || choices.includes(closeCode)
    ? []
    : [unknownChoice('servicenow', 'close_code', closeCode, choices)];
}

/** True if a transition gives what a resolve wants. */
function closesOtherwise(config: PairConfig, closing: ClassField): boolean {
  const written = closing.classes[closing.resolveClass ?? -1]?.servicenow[0];
  return (config.transitions ?? []).some(
    ({ on, field, to, set }) =>
      on !== 'salesforce' &&
      field === closing.servicenow &&
      to.some((value) => value === written) &&
      'close_code' in set &&
      'close_notes' in set,
  );
}

function lintExternalId(config: PairConfig, object: ObjectDescription): readonly LintFault[] {
  if (object.fields.length === 0) return [];
  const known = find(object, externalId);
  const fault = (lacks: 'field' | 'externalId' | 'unique'): LintFault => ({
    kind: 'external-id',
    object: config.salesforce.object,
    field: externalId,
    lacks,
  });
  if (known === null) return [fault('field')];
  return [...(known.externalId ? [] : [fault('externalId')]), ...(known.unique ? [] : [fault('unique')])];
}

function writesOn(field: FieldConfig, side: Side): boolean {
  const writes = writesOf(field);
  return writes === 'both' || writes === side;
}

function find(object: ObjectDescription, name: string): FieldDescription | null {
  return object.fields.find((known) => known.name === name) ?? null;
}
