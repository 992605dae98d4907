import { type Counterpart, type Directory, idKey, type RefSpec } from '../core/directory.ts';
import type { FieldValue, Fields } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side, sides } from '../core/side.ts';
import { otherwiseOn } from './choices-rule.ts';
import type { RefField } from './ref-spec.ts';
import { textOf } from './text-rule.ts';

/** One reference field and how its people are found. */
export interface RefPlace {
  readonly field: RefField;
  readonly spec: RefSpec;
  readonly directory: Directory;
}

/** Who should stand on `to`, given what stands across. */
export type Expected =
  | { readonly kind: 'id'; readonly id: string; readonly fields: Fields }
  | { readonly kind: 'empty' }
  /** No counterpart, and no default for that. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unreadable'; readonly side: Side };

/** Who the value of the other side is on `to`: the person, the default for those without one, or nobody that can be named. */
export function expectedOn(place: RefPlace, to: Side, value: FieldValue): Expected {
  const id = textOf(value);
  if (id === '') return { kind: 'empty' };
  const found = place.directory.counterpart(place.spec, otherSide(to), id);
  return found.kind === 'none' ? defaultOn(place, to) : asExpected(found);
}

/** What the mapping wants in place of somebody without a counterpart. */
export function defaultOn({ field, spec, directory }: RefPlace, to: Side): Expected {
  const otherwise = otherwiseOn(field, to);
  if (otherwise === 'keep') return { kind: 'nobody' };
  return otherwise === 'empty' ? { kind: 'empty' } : asExpected(directory.named(spec, to, otherwise));
}

function asExpected(found: Counterpart): Expected {
  if (found.kind === 'found') return { kind: 'id', id: found.id, fields: found.fields };
  return found.kind === 'none' ? { kind: 'nobody' } : found;
}

/**
 * Where nobody edited and the sides still differ: one of them may hold the default, for somebody who has a counterpart by now. Who that is
 * should stand there; null for anything else.
 */
export function refreshPerson(
  place: RefPlace,
  values: Readonly<Record<Side, FieldValue>>,
): { readonly on: Side; readonly value: FieldValue } | null {
  for (const on of sides) {
    const id = textOf(values[otherSide(on)]);
    if (id === '' || otherwiseOn(place.field, on) === 'keep' || !holds(on, defaultOn(place, on), values[on])) continue;
    const found = place.directory.counterpart(place.spec, otherSide(on), id);
    if (found.kind === 'found' && idKey(on, found.id) !== idKey(on, textOf(values[on]))) return { on, value: found.id };
  }
  return null;
}

/** True if the value of one side is who the other's should be, in either direction. */
export function personsAgree(place: RefPlace, values: Readonly<Record<Side, FieldValue>>): boolean {
  return isThere(place, 'salesforce', values) || isThere(place, 'servicenow', values);
}

function isThere(place: RefPlace, to: Side, values: Readonly<Record<Side, FieldValue>>): boolean {
  return holds(to, expectedOn(place, to, values[otherSide(to)]), values[to]);
}

/** Writes the id of a person that was found, and nothing else: ServiceNow stores any text in a reference (rec: table-post-reference-as-object-rec). */
export function carryPerson(place: RefPlace, { to, value, target }: CarryInput): Carried {
  const expected = expectedOn(place, to, value);
  if (target !== undefined && holds(to, expected, target)) return { kind: 'keep' };
  return named(carried(expected, to, value), labelOf(place, otherSide(to), textOf(value)));
}

/** What people call somebody; null where nobody knows. */
export function labelOf({ directory, spec }: RefPlace, side: Side, id: string): string | null {
  return directory.labelOf?.(spec, side, id) ?? null;
}

/** A hold that says whom it is about in words that people know. */
export function named(carried: Carried, label: string | null): Carried {
  if (label === null || carried.kind !== 'hold' || carried.reason.kind !== 'no-counterpart') return carried;
  return { kind: 'hold', reason: { ...carried.reason, label } };
}

/** The step from who is wanted to what is written. */
export function carried(expected: Expected, to: Side, value: FieldValue): Carried {
  switch (expected.kind) {
    case 'id':
      return { kind: 'write', value: expected.id };
    case 'empty':
      return { kind: 'write', value: null };
    case 'unreadable':
      return { kind: 'hold', reason: { kind: 'unreadable', side: expected.side } };
    case 'nobody':
      return { kind: 'hold', reason: { kind: 'no-counterpart', side: otherSide(to), value: textOf(value) } };
  }
}

/** True if `value` is who is expected there. */
export function holds(side: Side, expected: Expected, value: FieldValue): boolean {
  const id = textOf(value);
  if (expected.kind === 'empty') return id === '';
  return expected.kind === 'id' && id !== '' && idKey(side, expected.id) === idKey(side, id);
}

/** Further fields of the person who is written, for fields of the ticket. */
export function broughtAlong(place: RefPlace, to: Side, written: FieldValue, across: FieldValue): Fields {
  const wanted = place.field.kind === 'person' ? place.field.brings?.[to] : undefined;
  if (wanted === undefined) return {};
  const expected = expectedOn(place, to, across);
  if (expected.kind !== 'id' || !holds(to, expected, written)) return {};
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([field, from]) => {
      const value = expected.fields[from] ?? null;
      return value === null ? [] : [[field, value]];
    }),
  );
}
