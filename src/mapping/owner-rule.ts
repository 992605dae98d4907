import type { DerivedField } from '../core/derived.ts';
import { isId } from '../core/directory.ts';
import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import { carried, defaultOn, type Expected, expectedOn, holds, labelOf, named, type RefPlace } from './person-rule.ts';
import { isQueueId } from './ref-spec.ts';
import { textOf } from './text-rule.ts';

/**
 * Salesforce keeps one owner, a user or a queue, where ServiceNow keeps an assignee and a group. The owner is the assignee's user,
 * else the group's queue. Back, a user becomes the assignee and leaves the group alone; a queue becomes the group, with nobody assigned.
 */
export interface OwnerPlace {
  readonly person: RefPlace | null;
  readonly team: RefPlace | null;
}

/** Who has the incident. */
interface Assigned {
  readonly user: string;
  readonly group: string;
}

const between = '|';

/** Assignee and group as one value, for the merge: nobody at all is empty. */
export function assignedField(user: string, group: string): DerivedField {
  return {
    name: `${user}+${group}`,
    parts: [user, group],
    compose: (parts) => {
      const both = { user: textOf(parts[user] ?? null), group: textOf(parts[group] ?? null) };
      return both.user + both.group === '' ? null : both.user + between + both.group;
    },
    split: (value) => {
      const [one = '', other = ''] = textOf(value).split(between);
      return { [user]: one === '' ? null : one, [group]: other === '' ? null : other };
    },
  };
}

function read(place: OwnerPlace, value: FieldValue): Assigned {
  const text = textOf(value);
  if (place.person === null) return { user: '', group: text };
  if (place.team === null) return { user: text, group: '' };
  const [user = '', group = ''] = text.split(between);
  return { user, group };
}

function write(place: OwnerPlace, { user, group }: Assigned): FieldValue {
  const value =
    place.person === null ? group : place.team === null ? user : user + group === '' ? '' : user + between + group;
  return value === '' ? null : value;
}

/** Who should own the Case. `empty`: nobody has the incident, and no default says who owns such a Case. */
function ownerOf(place: OwnerPlace, value: FieldValue): Expected {
  const { user, group } = read(place, value);
  const asked = [
    ...(place.person === null || user === '' ? [] : [{ place: place.person, id: user }]),
    ...(place.team === null || group === '' ? [] : [{ place: place.team, id: group }]),
  ];
  for (const one of asked) {
    const found = one.place.directory.counterpart(one.place.spec, 'servicenow', one.id);
    if (found.kind === 'found') return { kind: 'id', id: found.id, fields: found.fields };
    if (found.kind === 'unreadable') return found;
  }
  const unowned = defaultOwner(place);
  return unowned.kind === 'nobody' && asked.length === 0 ? { kind: 'empty' } : unowned;
}

/** The default is a queue or a user: whichever field names it. An owner cannot be empty. */
function defaultOwner({ person, team }: OwnerPlace): Expected {
  for (const place of [team, person]) {
    if (place === null) continue;
    const expected = defaultOn(place, 'salesforce');
    if (expected.kind === 'id' || expected.kind === 'unreadable') return expected;
  }
  return { kind: 'nobody' };
}

/** Who should have the incident, `held` being who has it now. */
function assignedTo(place: OwnerPlace, owner: string, held: Assigned): Carried {
  const { person, team } = place;
  if (isQueueId(owner)) {
    if (team === null) return { kind: 'write', value: null };
    const group = expectedOn(team, 'servicenow', owner);
    if (group.kind === 'id') return { kind: 'write', value: write(place, { user: '', group: group.id }) };
    return carried(group, 'servicenow', owner);
  }
  // With groups alone, a user has taken the Case out of its queue: the group goes on having the incident.
  if (person === null) return { kind: 'keep' };
  const user = expectedOn(person, 'servicenow', owner);
  if (user.kind === 'empty') return { kind: 'write', value: write(place, { ...held, user: '' }) };
  if (user.kind === 'id') return { kind: 'write', value: write(place, { ...held, user: user.id }) };
  return carried(user, 'servicenow', owner);
}

export function ownersAgree(place: OwnerPlace, values: Readonly<Record<Side, FieldValue>>): boolean {
  const owner = textOf(values.salesforce);
  const expected = ownerOf(place, values.servicenow);
  if (holds('salesforce', expected, owner)) return true;
  const held = read(place, values.servicenow);
  const back = assignedTo(place, owner, held);
  if (back.kind === 'keep') return true;
  if (back.kind === 'write') return sameAssigned(place, back.value, values.servicenow);
  // Nobody here, somebody unknown there (the account that made the Case): as equal as it gets.
  return expected.kind === 'empty' && back.kind === 'hold' && back.reason.kind === 'no-counterpart';
}

export function carryOwner(place: OwnerPlace, { to, value, target }: CarryInput): Carried {
  if (to === 'servicenow') {
    const owner = textOf(value);
    const back = assignedTo(place, owner, read(place, target ?? null));
    // The default owner stands for nobody: a new incident need not say so.
    if (back.kind === 'hold' && target === undefined && holds('salesforce', defaultOwner(place), owner))
      return { kind: 'keep' };
    if (back.kind !== 'write' || target === undefined) return named(back, ownerLabel(place, owner));
    return sameAssigned(place, back.value, target) ? { kind: 'keep' } : back;
  }
  if (place.person === null && target !== undefined && textOf(target) !== '' && !isQueueId(textOf(target)))
    return { kind: 'keep' };
  const expected = ownerOf(place, value);
  if (target !== undefined && holds('salesforce', expected, target)) return { kind: 'keep' };
  // An owner is never emptied, and a Case that nobody was given yet keeps the one that made it.
  if (expected.kind === 'empty')
    return target === undefined
      ? { kind: 'keep' }
      : { kind: 'hold', reason: { kind: 'no-counterpart', side: 'servicenow', value: '' } };
  return named(carried(expected, to, value), assignedLabel(place, read(place, value)));
}

function ownerLabel({ person, team }: OwnerPlace, owner: string): string | null {
  const place = isQueueId(owner) ? team : person;
  return place === null ? null : labelOf(place, 'salesforce', owner);
}

/** `Igor Silva, Network`: whoever of the two is known. */
function assignedLabel({ person, team }: OwnerPlace, { user, group }: Assigned): string | null {
  const names = [
    person === null || user === '' ? null : labelOf(person, 'servicenow', user),
    team === null || group === '' ? null : labelOf(team, 'servicenow', group),
  ].filter((name) => name !== null);
  return names.length === 0 ? null : names.join(', ');
}

/** The owner stands in, the default or the group's queue, for somebody who has a counterpart by now: see refreshPerson. */
export function refreshOwner(
  place: OwnerPlace,
  values: Readonly<Record<Side, FieldValue>>,
): { readonly on: Side; readonly value: FieldValue } | null {
  const owner = textOf(values.salesforce);
  const { group } = read(place, values.servicenow);
  const standsIn =
    holds('salesforce', defaultOwner(place), owner) ||
    (place.team !== null && group !== '' && holds('salesforce', expectedOn(place.team, 'salesforce', group), owner));
  if (!standsIn) return null;
  const expected = ownerOf(place, values.servicenow);
  if (expected.kind !== 'id' || holds('salesforce', expected, owner)) return null;
  return { on: 'salesforce', value: expected.id };
}

/** The same people, however their ids are written. */
export function sameAssigned(place: OwnerPlace, a: FieldValue, b: FieldValue): boolean {
  const [x, y] = [read(place, a), read(place, b)];
  return x.user.toLowerCase() === y.user.toLowerCase() && x.group.toLowerCase() === y.group.toLowerCase();
}

/** Everybody whom these values name: to be looked up before the field is decided. */
export function refsOfOwner(
  place: OwnerPlace,
  values: Readonly<Partial<Record<Side, FieldValue>>>,
): readonly { readonly place: RefPlace; readonly side: Side; readonly id: string }[] {
  const { user, group } = read(place, values.servicenow ?? null);
  const owner = textOf(values.salesforce ?? null);
  const ofOwner = isQueueId(owner) ? place.team : place.person;
  return [
    ...(place.person !== null && isId('servicenow', user)
      ? [{ place: place.person, side: 'servicenow' as const, id: user }]
      : []),
    ...(place.team !== null && isId('servicenow', group)
      ? [{ place: place.team, side: 'servicenow' as const, id: group }]
      : []),
    ...(ofOwner !== null && isId('salesforce', owner)
      ? [{ place: ofOwner, side: 'salesforce' as const, id: owner }]
      : []),
  ];
}
