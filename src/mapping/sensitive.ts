import { bothSides, sides } from '../core/side.ts';
import type { CasebridgeConfig } from './define-config.ts';
import { derivedOf, nativeField, type Slot, slotName, slotsOf } from './field-names.ts';

/** Names of the fields that a mapping file calls sensitive: of their rules, and of each side's own fields. */
export function sensitiveFields({ pairs }: CasebridgeConfig) {
  const slots = pairs.flatMap(slotsOf).filter(isSensitive);
  const fieldsOf = (slot: Slot) =>
    slot.kind === 'field' ? [slot.field] : [slot.person, slot.team].flatMap((field) => field ?? []);
  const derived = slots.flatMap((slot) => derivedOf(slot) ?? []);
  return {
    rules: new Set(slots.map(slotName)),
    native: bothSides(
      (side) =>
        new Set([
          ...slots.flatMap((slot) => fieldsOf(slot).flatMap((field) => nativeField(field, side) ?? [])),
          ...derived.filter((one) => one.side === side).map(({ field }) => field.name),
        ]),
    ),
  };
}

/** True where one of these pairs marks a field: a key is needed then. */
export function hasSensitive(config: CasebridgeConfig): boolean {
  const { native } = sensitiveFields(config);
  return sides.some((side) => native[side].size > 0);
}

function isSensitive(slot: Slot): boolean {
  if (slot.kind === 'field') return slot.field.sensitive === true;
  return slot.person?.sensitive === true || slot.team?.sensitive === true;
}
