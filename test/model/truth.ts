import type { RowVersion } from '../../src/connectors/memory/desk.ts';
import type { Link } from '../../src/core/link.ts';
import type { FieldRule } from '../../src/core/rules.ts';
import type { FieldValue, SourceRecord } from '../../src/core/record.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { ConflictRow } from '../../src/store/store.ts';
import { objects, type World } from './world.ts';

const ours = 'casebridge';

/** What the judges look at: the desks themselves, the store, and who died. */
export type Scene = Pick<World, 'desks' | 'store' | 'pair' | 'deaths'>;

export interface Truth {
  readonly links: readonly Link[];
  readonly conflicts: ReadonlyMap<string, readonly ConflictRow[]>;
  readonly aside: ReadonlySet<string>;
}

export async function truthOf(world: Scene): Promise<Truth> {
  return world.store.transaction(async (tx) => {
    const links = await tx.findLinks({ limit: 1000 });
    const conflicts = new Map<string, readonly ConflictRow[]>();
    for (const link of links) conflicts.set(link.id, await tx.conflictsOf([link.id], ['open', 'decided', 'settled']));
    return { links, conflicts, aside: new Set((await tx.listQuarantine(1000)).map((row) => row.key)) };
  });
}

function fail(invariant: string, what: string, facts: unknown): never {
  throw new Error(`${invariant}: ${what}\n${JSON.stringify(facts, null, 1)}`);
}

/** S6, at every moment: no record was made twice, and no record is in two links. */
export async function checkSafety(world: Scene): Promise<void> {
  for (const side of sides) {
    const stamps = world.desks[side].rows(objects[side]).flatMap((row) => row.partnerId ?? []);
    if (new Set(stamps).size < stamps.length) fail('S6', `a second ticket on ${side}`, stamps);
  }
  const { links } = await truthOf(world);
  for (const side of sides) {
    const ids = links.map((link) => link.ids[side]);
    if (new Set(ids).size < ids.length) fail('S6', `a record in two links on ${side}`, ids);
  }
}

/** S7, at every moment: a cursor never moves back, and never beyond the server's own time. */
export function createCursorCheck(world: Scene): () => Promise<void> {
  const last = new Map<Side, string>();
  return async () => {
    for (const side of sides) {
      const cursor = await world.store.transaction((tx) => tx.cursor(world.pair.name, side));
      if (cursor === null) continue;
      const before = last.get(side) ?? '';
      if (cursor.at.stamp < before) fail('S7', `the cursor of ${side} moved back`, { before, now: cursor });
      last.set(side, cursor.at.stamp);
    }
  };
}

/** Everything that must be true once nothing has gone wrong for a while. */
export async function checkQuiet(world: Scene): Promise<void> {
  const truth = await truthOf(world);
  checkTotality(world, truth);
  for (const link of truth.links) {
    const held = new Set(link.holds.map((hold) => hold.field));
    for (const rule of world.pair.fields) {
      if (!held.has(rule.name)) checkConverged(world, link, rule);
      checkKept(world, link, rule, truth, held.has(rule.name));
      checkConflictsTrue(world, link, rule, truth);
    }
  }
}

/** Every record is linked; nothing stays set aside when nothing is wrong with it. */
function checkTotality(world: Scene, truth: Truth): void {
  if (truth.aside.size > 0) fail('S1', 'still in quarantine', [...truth.aside]);
  for (const side of sides) {
    const linked = new Set(truth.links.map((link) => link.ids[side]));
    const rows = world.desks[side].rows(objects[side]).map((row) => row.id);
    const loose = rows.filter((id) => !linked.has(id));
    if (loose.length > 0) fail('S1', `without a link on ${side}`, loose);
  }
}

const recordOf = (world: Scene, link: Link, side: Side): SourceRecord => {
  const row = world.desks[side].rows(objects[side]).find((record) => record.id === link.ids[side]);
  if (row === undefined) throw new Error(`${link.ids[side]} is gone`);
  return row;
};

/** S1: the sides agree as far as each can hold it, and each equals its own base. */
export function checkConverged(world: Scene, link: Link, rule: FieldRule): void {
  const values = {
    servicenow: recordOf(world, link, 'servicenow').fields[rule.fields.servicenow] ?? null,
    salesforce: recordOf(world, link, 'salesforce').fields[rule.fields.salesforce] ?? null,
  };
  for (const side of sides) {
    const base = link.bases[side].fields[rule.fields[side]] ?? null;
    if (!rule.same(side, base, values[side])) fail('S1', `${rule.name} is not its base on ${side}`, { link, values });
  }
  if (!rule.agree(values) && !keepsEachOther(rule, values)) fail('S1', `${rule.name} differs`, { link, values });
}

/** Neither value would be carried over the other: a value outside every class, left alone on purpose. */
function keepsEachOther(rule: FieldRule, values: Readonly<Record<Side, FieldValue>>): boolean {
  return sides.every((side) => {
    const to = otherSide(side);
    const carried = rule.carry({ to, value: values[side], baseFrom: undefined, target: values[to] });
    return carried.kind === 'keep' || carried.kind === 'hold';
  });
}

export interface Edit {
  readonly side: Side;
  readonly value: FieldValue;
  readonly at: number;
  readonly index: number;
}

/** What people did to one field of one record, oldest first. */
export function editsOf(versions: readonly RowVersion[], side: Side, field: string): readonly Edit[] {
  return versions.flatMap((version, index) => {
    const value = version.fields[field] ?? null;
    const before = index === 0 ? null : (versions[index - 1]?.fields[field] ?? null);
    return version.by !== ours && value !== before ? [{ side, value, at: version.at, index }] : [];
  });
}

/**
 * S3 and S5: what a person wrote last on a side stands there, or was replaced knowingly: by somebody who wrote across after it
 * had arrived there, or by a rule that put it on record first.
 */
export function checkKept(
  world: Scene,
  link: Link,
  rule: FieldRule,
  truth: Truth,
  held: boolean,
  excused: (edit: Edit) => boolean = () => false,
): void {
  if (rule.writes !== 'both' || held) return;
  for (const side of sides) {
    const mine = world.desks[side].versions(objects[side], link.ids[side]);
    const last = editsOf(mine, side, rule.fields[side]).at(-1);
    if (last === undefined) continue;
    const final = mine.at(-1)?.fields[rule.fields[side]] ?? null;
    if (rule.same(side, final, last.value)) continue;
    if (noted(truth, link, rule, side, last.value)) continue;
    if (stoodBefore(mine, side, rule, last) || lostInGap(world, mine, link, rule, last)) continue;
    if (knownAcross(world, link, rule, last) || excused(last)) continue;
    fail('S3/S5', `${String(last.value)} of ${rule.name} on ${side} was lost`, story(world, link, rule, truth));
  }
}

export function noted(truth: Truth, link: Link, rule: FieldRule, side: Side, value: FieldValue): boolean {
  const rows = truth.conflicts.get(link.id) ?? [];
  return rows.some((row) => row.field === rule.name && rule.same(side, row.values[side], value));
}

/**
 * Somebody put back a value that had stood here: whoever looks at states and not at events can't tell that from no edit at all.
 * Texts are numbered, so that this can only excuse choices and emptied fields.
 */
export function stoodBefore(versions: readonly RowVersion[], side: Side, rule: FieldRule, edit: Edit): boolean {
  return versions
    .slice(0, edit.index)
    .some((version) => rule.same(side, version.fields[rule.fields[side]] ?? null, edit.value));
}

/**
 * Saved after our call had set out, and overwritten by it: what stood there was in its answer only, and that was lost, with its
 * process or on the way. A limit of desks without conditional writes.
 */
export function lostInGap(
  world: Scene,
  versions: readonly RowVersion[],
  link: Link,
  rule: FieldRule,
  edit: Edit,
): boolean {
  const writes = world.desks[edit.side]
    .writes()
    .filter((write) => write.id === link.ids[edit.side] && write.kind === 'update');
  const field = rule.fields[edit.side];
  const replacedAt = versions.findIndex(
    (version, at) => at > edit.index && (version.fields[field] ?? null) !== edit.value,
  );
  const next = writes.find((write) => write.version === replacedAt);
  if (next === undefined || versions[next.version]?.by !== ours || edit.index < next.versionsBefore) return false;
  return !next.heard || world.deaths.length > 0;
}

/** True if the value stood across at some time after it was written here, and a person then wrote over it there. */
export function knownAcross(world: Scene, link: Link, rule: FieldRule, edit: Edit): boolean {
  const to = otherSide(edit.side);
  const field = rule.fields[to];
  const across = world.desks[to].versions(objects[to], link.ids[to]);
  return across.some((version, index) => {
    const until = across[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const value = version.fields[field] ?? null;
    const values =
      edit.side === 'servicenow'
        ? { servicenow: edit.value, salesforce: value }
        : { servicenow: value, salesforce: edit.value };
    if (until < edit.at || !rule.agree(values)) return false;
    return editsOf(across, to, field).some((later) => later.index > index);
  });
}

/** Both sides had been edited by people, wherever a conflict row says so; and it holds what they wrote. */
export function checkConflictsTrue(world: Scene, link: Link, rule: FieldRule, truth: Truth): void {
  if (rule.writes !== 'both') return;
  for (const row of truth.conflicts.get(link.id) ?? []) {
    if (row.field !== rule.name) continue;
    for (const side of sides) {
      const versions = world.desks[side].versions(objects[side], link.ids[side]);
      const stood = versions.some((version) =>
        rule.same(side, version.fields[rule.fields[side]] ?? null, row.values[side]),
      );
      const edited = editsOf(versions, side, rule.fields[side]).length > 0;
      if (!stood || !edited)
        fail('INV-16', `a conflict that never was, on ${side}`, { row, story: story(world, link, rule, truth) });
    }
  }
}

/** What happened to one field, for people who read a failure. */
export function story(world: Scene, link: Link, rule: FieldRule, truth: Truth): unknown {
  const lines = sides.flatMap((side) =>
    world.desks[side].versions(objects[side], link.ids[side]).map((version) => ({
      at: version.at - Date.UTC(2026, 2, 2),
      side,
      by: version.by,
      value: version.fields[rule.fields[side]] ?? null,
    })),
  );
  return {
    field: rule.name,
    lines: lines.toSorted((a, b) => a.at - b.at),
    conflicts: truth.conflicts.get(link.id),
    link,
    deaths: world.deaths,
  };
}
