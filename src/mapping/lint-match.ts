import type { FieldDescription, ObjectDescription } from '../connectors/ticket-system.ts';
import { type Side, sides } from '../core/side.ts';
import type { PairConfig } from './define-config.ts';
import type { Found } from './lint-kinds.ts';
import type { LintFault } from './lint-problem.ts';
import { matchPlaces } from './match-config.ts';
import { nearest } from './nearest.ts';
import { recordTypeField } from './routing.ts';

type Metadata = Readonly<Record<Side, ObjectDescription>>;

/** Types that no query may look for: long texts of Salesforce (describe: `filterable: false`), journals and lists of ServiceNow. */
const unsearchable: Readonly<Record<Side, ReadonlySet<string>>> = {
  servicenow: new Set(['journal', 'journal_input', 'journal_list', 'password2', 'glide_list', 'html', 'script']),
  salesforce: new Set(['textarea', 'address', 'location', 'base64', 'multipicklist', 'encryptedstring']),
};

/** The fields that matching looks at, the record type, and what names a parent. */
export function lintMatch(config: PairConfig, metadata: Metadata): readonly Found[] {
  const places = config.match === undefined ? [] : matchPlaces(config.match);
  return [
    ...places.map(({ where, side, field }) => ({
      path: `match.${where}`,
      faults: searchable(metadata[side], side, field),
    })),
    { path: 'salesforce.recordType', faults: lintRecordType(config, metadata.salesforce) },
    ...config.fields.flatMap((field, index) =>
      field.kind === 'parent'
        ? sides.map((side) => ({
            path: `fields[${index}].${side}`,
            faults: isReference(metadata[side], side, field[side]),
          }))
        : [],
    ),
  ];
}

function searchable(object: ObjectDescription, side: Side, path: string): readonly LintFault[] {
  const known = firstStep(object, side, path);
  if (known === undefined) return [];
  if (known === null) {
    const names = object.fields.map((one) => one.name);
    return [{ kind: 'unknown-field', side, object: object.object, field: path, nearest: nearest(path, names) }];
  }
  if (path.includes('.') || !unsearchable[side].has(known.type)) return [];
  return [{ kind: 'wrong-type', side, field: path, type: known.type, wanted: 'something to look for' }];
}

function isReference(object: ObjectDescription, side: Side, name: string): readonly LintFault[] {
  const known = object.fields.find((one) => one.name === name);
  if (known === undefined || known.type === 'reference' || known.type === 'unknown') return [];
  return [{ kind: 'wrong-type', side, field: name, type: known.type, wanted: 'a parent' }];
}

/** Undefined where nothing is known of the object, null where it has no such field. Of a dot-walk only the first step is known. */
function firstStep(object: ObjectDescription, side: Side, path: string): FieldDescription | null | undefined {
  if (object.fields.length === 0) return undefined;
  const [name = path, ...rest] = path.split('.');
  const names = rest.length > 0 && side === 'salesforce' ? [`${name}Id`, name.replace(/__r$/, '__c')] : [name];
  return object.fields.find((one) => names.includes(one.name)) ?? null;
}

function lintRecordType({ salesforce }: PairConfig, object: ObjectDescription): readonly LintFault[] {
  const { recordType } = salesforce;
  if (recordType === undefined || object.fields.length === 0) return [];
  const types = (object.recordTypes ?? []).map(({ name }) => name);
  const readable = object.fields.some(({ name }) => name === recordTypeField);
  if (readable && types.includes(recordType)) return [];
  return [
    { kind: 'record-type', object: object.object, name: recordType, nearest: nearest(recordType, types), known: types },
  ];
}
