import type { Hold } from './link.ts';
import { type Fields, type FieldValue, type SourceRecord, valueIn } from './record.ts';
import type { Carried, FieldRule, PairRules } from './rules.ts';
import { otherSide, type Side } from './side.ts';

/** The native fields of the record to be created across from `origin`, and the fields left out on purpose. Empty ones are not sent. */
export function createFields(
  pair: PairRules,
  origin: SourceRecord,
): { readonly fields: Fields; readonly holds: readonly Hold[] } {
  const on = otherSide(origin.side);
  const fields: Record<string, FieldValue> = {};
  const companions: Record<string, FieldValue> = {};
  const holds: Hold[] = [];
  for (const rule of pair.fields) {
    const carried = carryToNew(rule, origin, on);
    if (carried.kind === 'hold') holds.push({ field: rule.name, reason: carried.reason });
    if (carried.kind !== 'write' || carried.value === null) continue;
    fields[rule.fields[on]] = carried.value;
    Object.assign(companions, rule.companions(on, carried.value, null));
  }
  return { fields: { ...companions, ...fields, ...pair.fixed?.[on] }, holds };
}

function carryToNew(rule: FieldRule, origin: SourceRecord, on: Side): Carried {
  if (rule.writes !== 'both' && rule.writes !== on) return { kind: 'keep' };
  const value = valueIn(origin, rule.fields[origin.side]);
  if (value === undefined) return { kind: 'hold', reason: { kind: 'unreadable', side: origin.side } };
  return rule.carry({ to: on, value, baseFrom: undefined, target: undefined });
}
