import { ConnectorError } from '../../connectors/errors.ts';
import type { FindRequest, Found, FoundRow } from '../../connectors/ticket-system.ts';
import { idKey, type RefSpec, type Register } from '../../core/directory.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { PeopleCache } from './cache.ts';

/** One value to be looked up in one field of a register. */
export interface LookUp {
  readonly side: Side;
  readonly spec: RefSpec;
  readonly register: Register;
  readonly field: string;
  readonly value: string;
}

/** Answers of look-ups: rows, or null where the register cannot be read by us. Undefined for what was not asked. */
export class Answers {
  readonly #rows = new Map<string, readonly FoundRow[] | null>();

  get(ask: LookUp): readonly FoundRow[] | null | undefined {
    return this.#rows.get(keyOf(ask));
  }

  set(ask: LookUp, rows: readonly FoundRow[] | null): void {
    this.#rows.set(keyOf(ask), rows);
  }
}

/**
 * Looks all of these up: what is remembered is not asked again, the rest goes out in one call a side. A register that shows us nobody
 * at all is unreadable, not empty. Rejects with ConnectorError where a side is down, so that nothing is decided without its answer.
 */
export async function lookUpAll(engine: Engine, asks: readonly LookUp[], answers: Answers): Promise<void> {
  const open = new Map<string, LookUp>();
  for (const ask of asks) {
    if (answers.get(ask) !== undefined || ask.value === '') continue;
    const known = engine.people?.get(keyOf(ask));
    if (known === undefined) open.set(keyOf(ask), ask);
    else answers.set(ask, known);
  }
  const bySide = bothSides((side) => [...open.values()].filter((ask) => ask.side === side));
  await Promise.all(sides.map((side) => lookUpOn(engine, side, bySide[side], answers)));
}

interface Group {
  readonly request: FindRequest;
  readonly asks: readonly LookUp[];
}

async function lookUpOn(engine: Engine, side: Side, asks: readonly LookUp[], answers: Answers): Promise<void> {
  if (asks.length === 0) return;
  const groups = groupsOf(asks);
  const found = await findEach(engine, side, groups);
  const silent = new Set(groups.flatMap(({ request }, at) => (found[at]?.rows.length === 0 ? [request.object] : [])));
  const blind = await unseen(engine, side, [...silent]);
  groups.forEach((group, at) => keep(engine.people, group, found[at] ?? null, blind, answers));
}

/** One request for each field of each register that a rule looks into. */
function groupsOf(asks: readonly LookUp[]): readonly Group[] {
  const byField = Map.groupBy(
    asks,
    ({ spec, register, field }) => `${spec.pair} ${spec.field} ${spec.kind} ${register.object} ${field}`,
  );
  return [...byField.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const { register, field } = first;
    return [
      {
        request: { object: register.object, field, values: some.map(({ value }) => value), fields: fieldsFor(first) },
        asks: some,
      },
    ];
  });
}

/** Everything a rule may want to know of a person: id, keys, name, what it brings along, and whether they count. */
function fieldsFor({ spec, side, register }: LookUp): readonly string[] {
  const { prefix } = register;
  const own = [...spec.keys.map((key) => key[side]), spec.label[side]].map((name) => prefix + name);
  const brought = prefix === '' ? spec.brings[side] : [];
  return [
    ...new Set([
      register.id,
      ...own,
      ...brought,
      ...register.only.map(([name]) => name),
      ...(register.active === null ? [] : [register.active]),
    ]),
  ].filter((name) => name !== 'sys_id' && name !== 'Id');
}

/** All in one call; where a side refuses it, each alone, so that a register we may not read spoils no other. */
async function findEach(engine: Engine, side: Side, groups: readonly Group[]): Promise<readonly (Found | null)[]> {
  const system = engine.systems[side];
  const all = async (some: readonly Group[]): Promise<readonly Found[]> =>
    (await system.find?.(some.map(({ request }) => request))) ?? [];
  try {
    return await all(groups);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (groups.length === 1) return [null];
  }
  const results: (Found | null)[] = [];
  for (const group of groups) results.push(...(await findEach(engine, side, [group])));
  return results;
}

/** An answer, and no outage: this account may not read that, or it is not there. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  // ServiceNow drops a term on a column that it does not have, and answers with the whole table.
  return error.kind === 'Rejected' || error.kind === 'NotFound' || error.data.cause === 'query-ignored';
}

/**
 * Those of the objects of which this account sees no row at all. Access rules answer with nothing, as an empty table does. Asked with
 * every silence, never remembered: a directory that was closed a minute ago would have the default written in everybody's place.
 */
async function unseen(engine: Engine, side: Side, objects: readonly string[]): Promise<ReadonlySet<string>> {
  const system = engine.systems[side];
  if (objects.length === 0 || system.sees === undefined) return new Set();
  const answers = await system.sees(objects);
  return new Set(objects.filter((_, at) => answers[at] !== true));
}

function keep(
  cache: PeopleCache | undefined,
  { request, asks }: Group,
  found: Found | null,
  blind: ReadonlySet<string>,
  answers: Answers,
): void {
  const unreadable = found === null || (found.rows.length === 0 && blind.has(request.object));
  const byValue = Map.groupBy(found?.rows ?? [], (row) => normal(asks[0], valueOf(row, request.field)));
  for (const ask of asks) {
    const rows = unreadable ? null : (byValue.get(normal(ask, ask.value)) ?? []);
    answers.set(ask, rows);
    // What cannot be read may be readable in a moment: it is asked for again.
    if (rows !== null) cache?.set(keyOf(ask), rows);
  }
}

function valueOf(row: FoundRow, field: string): string {
  const value = field === 'sys_id' || field === 'Id' ? row.id : (row.fields[field] ?? '');
  return String(value);
}

/** E-mails, names and ids are one whatever their letter case, but for Salesforce ids. */
function normal(ask: LookUp | undefined, value: string): string {
  if (ask !== undefined && ask.field === ask.register.id) return idKey(ask.side, value);
  return value.toLowerCase();
}

function keyOf(ask: LookUp): string {
  const { spec, side, register, field, value } = ask;
  return `${spec.pair} ${spec.field} ${spec.kind} ${side} ${register.object} ${field} ${normal(ask, value)}`;
}
