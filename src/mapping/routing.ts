import type { ObjectDescription } from '../connectors/ticket-system.ts';
import { type Fields, type SourceRecord, valueIn } from '../core/record.ts';
import type { PairRules } from '../core/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import { disjoint } from './condition-disjoint.ts';
import type { PairConfig } from './define-config.ts';
import { inScopeOf } from './life-config.ts';

/** Says of which record type a Salesforce record is; only there where the object has record types. */
export const recordTypeField = 'RecordTypeId';

/** The id of the pair's record type; null where the pair names none, undefined where the org has no active one of that name. */
export function recordTypeId(config: PairConfig, object: ObjectDescription | undefined): string | null | undefined {
  const { recordType } = config.salesforce;
  return recordType === undefined ? null : object?.recordTypes?.find((known) => known.name === recordType)?.id;
}

/**
 * What makes records a pair's own where several pairs share a table or object: the record type, and the scope. A record that is
 * linked goes with its link, whatever becomes of it.
 */
export function routing(
  config: PairConfig,
  objects: Readonly<Partial<Record<Side, ObjectDescription>>>,
  others: readonly PairConfig[],
): Pick<PairRules, 'owns' | 'fixed' | 'siblings'> {
  const siblings = bothSides((side) => others.filter((other) => shares(config, other, side)).map(({ name }) => name));
  const type = recordTypeId(config, objects.salesforce);
  const fixed: Record<Side, Fields> = {
    servicenow: {},
    salesforce: typeof type === 'string' ? { [recordTypeField]: type } : {},
  };
  const isTyped = (record: SourceRecord): boolean =>
    type === null || record.side === 'servicenow' || valueIn(record, recordTypeField) === type;
  return {
    ...(sides.every((side) => siblings[side].length === 0) ? {} : { siblings }),
    ...(type === null ? {} : { fixed }),
    owns: (record) => isTyped(record) && (siblings[record.side].length === 0 || inScopeOf(config.scope, record)),
  };
}

/** The side on which both pairs would take one and the same record; null where none is. */
export function overlap(one: PairConfig, other: PairConfig): Side | null {
  return (
    sides.find(
      (side) => shares(one, other, side) && !haveOwnTypes(one, other, side) && !haveOwnScopes(one, other, side),
    ) ?? null
  );
}

function shares(one: PairConfig, other: PairConfig, side: Side): boolean {
  return objectOf(one, side).toLowerCase() === objectOf(other, side).toLowerCase();
}

/** `incident`, `Case`. */
export function objectOf(config: PairConfig, side: Side): string {
  return side === 'servicenow' ? config.servicenow.table : config.salesforce.object;
}

function haveOwnTypes(one: PairConfig, other: PairConfig, side: Side): boolean {
  if (side === 'servicenow') return false;
  const [a, b] = [one.salesforce.recordType, other.salesforce.recordType];
  return a !== undefined && b !== undefined && a !== b;
}

function haveOwnScopes(one: PairConfig, other: PairConfig, side: Side): boolean {
  const [a, b] = [one.scope?.[side], other.scope?.[side]];
  return a !== undefined && b !== undefined && disjoint(a, b);
}
