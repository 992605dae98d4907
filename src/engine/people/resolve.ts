import type { FoundRow } from '../../connectors/ticket-system.ts';
import {
  type Counterpart,
  type Directory,
  idKey,
  isId,
  type Ref,
  type RefSpec,
  type Register,
  type Who,
} from '../../core/directory.ts';
import type { PairRules } from '../../core/rules.ts';
import { otherSide, type Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import { Answers, type LookUp, lookUpAll } from './look-ups.ts';

/** A directory with names, for reports. */
export interface People extends Directory {
  labelOf(spec: RefSpec, side: Side, id: string): string | null;
}

/**
 * Finds out who all of these are across: first who they are at home, then by their keys at the other desk. At most two calls a side,
 * whatever the number of people, and none for those who are remembered.
 */
export async function resolve(engine: Engine, refs: readonly Ref[], pairs: readonly PairRules[]): Promise<People> {
  const answers = new Answers();
  const people = peopleOf(answers);
  await lookUpAll(engine, refs.map(atHome), answers);
  const across = refs.flatMap((ref) => keysOf(ref, answers));
  const named = [...new Map(pairs.map((pair) => [pair.name, pair])).values()].flatMap((pair) =>
    (pair.refSpecs ?? []).flatMap(byName),
  );
  await lookUpAll(engine, [...across, ...named], answers);
  return people;
}

function atHome({ spec, side, id }: Ref): LookUp {
  const register = spec.byId[side];
  return { spec, side, register, field: register.id, value: id };
}

/** Where to look for them across: one look-up for every key that they have. */
function keysOf(ref: Ref, answers: Answers): readonly LookUp[] {
  const row = answers.get(atHome(ref))?.[0];
  if (row === undefined || row === null) return [];
  const to = otherSide(ref.side);
  return ref.spec.keys.flatMap((key) => {
    const value = text(row, key[ref.side]);
    return value === '' ? [] : [byKey(ref.spec, to, key[to], value)];
  });
}

function byKey(spec: RefSpec, side: Side, key: string, value: string): LookUp {
  const register = spec.byKey[side];
  return { spec, side, register, field: register.prefix + key, value };
}

/** Everybody whom the mapping file names by a key. */
function byName(spec: RefSpec): readonly LookUp[] {
  return (['servicenow', 'salesforce'] as const).flatMap((side) =>
    [...spec.also[side], ...spec.table.map((entry) => entry[side])]
      .filter((who) => !isId(side, who))
      .flatMap((who) => namedBy(spec, side, who)),
  );
}

/** A name in the mapping file may be any of the field's keys, or what people call them. */
function namedBy(spec: RefSpec, side: Side, who: Who): readonly LookUp[] {
  const keys = new Set([...spec.keys.map((key) => key[side]), spec.label[side]]);
  return [...keys].map((key) => byKey(spec, side, key, who));
}

function peopleOf(answers: Answers): People {
  const rowOf = (spec: RefSpec, side: Side, id: string) => answers.get(atHome({ spec, side, id }));

  function named(spec: RefSpec, side: Side, who: Who): Counterpart {
    if (isId(side, who)) return { kind: 'found', id: who, fields: {} };
    return firstOf(namedBy(spec, side, who), side, answers);
  }

  return {
    named,
    labelOf: (spec, side, id) => {
      const row = rowOf(spec, side, id)?.[0];
      return row === undefined ? null : text(row, spec.label[side]) || null;
    },
    counterpart: (spec, side, id) => {
      const to = otherSide(side);
      const rows = rowOf(spec, side, id);
      const row = rows?.[0];
      const said = spec.table.find((entry) => isNamed(spec, side, entry[side], id, row));
      if (said !== undefined) return named(spec, to, said[to]);
      if (rows === undefined || rows === null) return { kind: 'unreadable', side };
      if (row === undefined) return { kind: 'none', why: 'gone' };
      const asks = keysOf({ spec, side, id }, answers);
      return asks.length === 0 ? { kind: 'none', why: 'no-key' } : firstOf(asks, to, answers);
    },
  };
}

/** True if a line of the mapping's table means this person. */
function isNamed(spec: RefSpec, side: Side, who: Who, id: string, row: FoundRow | undefined): boolean {
  if (isId(side, who)) return idKey(side, who) === idKey(side, id);
  if (row === undefined) return false;
  const names = [...spec.keys.map((key) => key[side]), spec.label[side]];
  return names.some((name) => text(row, name).toLowerCase() === who.toLowerCase());
}

/** The first key by which exactly one is found. Several of one key are nobody: a guess would give a ticket to a stranger. */
function firstOf(asks: readonly LookUp[], side: Side, answers: Answers): Counterpart {
  let left = false;
  for (const ask of asks) {
    const rows = answers.get(ask);
    if (rows === undefined || rows === null) return { kind: 'unreadable', side };
    const { register } = ask;
    const known = rows.filter((row) => register.only.every(([name, value]) => text(row, name) === value));
    const active = known.filter((row) => register.active === null || text(row, register.active) !== 'false');
    const byId = new Map(active.map((row) => [idKey(side, idIn(row, register)), row]));
    const [one] = byId.values();
    if (byId.size > 1) return { kind: 'none', why: 'ambiguous' };
    if (one !== undefined) return { kind: 'found', id: idIn(one, register), fields: one.fields };
    left ||= known.length > 0;
  }
  return { kind: 'none', why: left ? 'inactive' : 'nobody' };
}

function idIn(row: FoundRow, register: Register): string {
  return register.id === 'sys_id' || register.id === 'Id' ? row.id : text(row, register.id);
}

function text(row: FoundRow, field: string): string {
  const value = row.fields[field] ?? null;
  return value === null ? '' : String(value).trim();
}
