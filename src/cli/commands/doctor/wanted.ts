import type { Side } from '../../../core/side.ts';
import type { CasebridgeConfig, PairConfig } from '../../../mapping/define-config.ts';
import { nativeField, writesOf } from '../../../mapping/field-names.ts';
import { objectsOf } from '../../../mapping/ref-spec.ts';

/** What Casebridge wants of one object of one side. */
export interface Wanted {
  readonly object: string;
  /** Mapped fields. */
  readonly fields: readonly string[];
  /** Those of them that are written. */
  readonly written: readonly string[];
}

export function objectOn(pair: PairConfig, side: Side): string {
  return side === 'servicenow' ? pair.servicenow.table : pair.salesforce.object;
}

/** What the mapping reads or writes there, each object once. A field that may be missing is not asked for. */
export function wantedOn(config: CasebridgeConfig, side: Side): readonly Wanted[] {
  const objects = new Map<string, { fields: Set<string>; written: Set<string> }>();
  for (const pair of config.pairs) {
    const object = objectOn(pair, side);
    const { fields, written } = objects.get(object) ?? { fields: new Set<string>(), written: new Set<string>() };
    for (const field of pair.fields) {
      const name = field.kind === 'shown' && side !== field.from ? null : nativeField(field, side);
      if (name === null) continue;
      fields.add(name);
      const writes = writesOf(field);
      if (writes === 'both' || writes === side) written.add(name);
    }
    objects.set(object, { fields, written });
  }
  return [...objects].map(([object, { fields, written }]) => ({ object, fields: [...fields], written: [...written] }));
}

/** Where the mapped people and teams of a side live, each once. */
export function peopleOn(config: CasebridgeConfig, side: Side): readonly string[] {
  const fields = config.pairs.flatMap((pair) => pair.fields);
  return [
    ...new Set(
      fields.flatMap((field) => (field.kind === 'person' || field.kind === 'team' ? [objectsOf(field)[side]] : [])),
    ),
  ];
}
