import type { ObjectDescription } from '../connectors/ticket-system.ts';
import { type Side, sides } from '../core/side.ts';
import type { PairConfig } from './define-config.ts';
import type { PersonField, TeamField } from './field-kinds.ts';
import type { LintProblem } from './lint-problem.ts';
import { nearest } from './nearest.ts';
import { objectsOf } from './ref-spec.ts';

/** A field of a directory that the mapping file names, and where it does. */
export interface DirectoryField {
  readonly pair: string;
  readonly where: string;
  readonly side: Side;
  readonly object: string;
  readonly field: string;
}

/** Fields of directories that the mapping file names itself: what the usual keys are called is known. */
export function directoryFields(config: PairConfig): readonly DirectoryField[] {
  return config.fields.flatMap((field, index) => {
    if (field.kind !== 'person' && field.kind !== 'team') return [];
    const objects = objectsOf(field);
    return namedBy(field).map(({ path, side, name }) => ({
      pair: config.name,
      where: `fields[${index}]${path}`,
      side,
      object: objects[side],
      field: name,
    }));
  });
}

function namedBy(field: PersonField | TeamField): readonly { path: string; side: Side; name: string }[] {
  const keys = (field.by ?? []).flatMap((key, index) =>
    typeof key === 'string' ? [] : sides.map((side) => ({ path: `.by[${index}].${side}`, side, name: key[side] })),
  );
  const brings = field.kind === 'person' ? field.brings : undefined;
  return [
    ...keys,
    ...sides.flatMap((side) =>
      Object.entries(brings?.[side] ?? {}).map(([to, name]) => ({ path: `.brings.${side}.${to}`, side, name })),
    ),
  ];
}

/** Those that a directory does not have. One that describes no field to this account is not judged. */
export function lintDirectories(
  fields: readonly DirectoryField[],
  describedAs: (side: Side, object: string) => ObjectDescription | null,
): readonly LintProblem[] {
  return fields.flatMap(({ pair, where, side, object, field }): readonly LintProblem[] => {
    const names = (describedAs(side, object)?.fields ?? []).map(({ name }) => name);
    if (names.length === 0 || names.includes(field)) return [];
    return [{ pair, where, kind: 'unknown-field', side, object, field, nearest: nearest(field, names) }];
  });
}
