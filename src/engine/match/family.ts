import type { Ticket } from '../../core/directory.ts';
import { createFamily, type Family } from '../../core/family.ts';
import type { Link } from '../../core/link.ts';
import type { FieldValue, SourceRecord } from '../../core/record.ts';
import type { PairRules } from '../../core/rules.ts';
import { bothSides, otherSide, type Side, sides } from '../../core/side.ts';
import { type Engine, pairOf } from '../engine.ts';

interface Member {
  readonly pair: PairRules;
  readonly records: Ticket['records'];
}

/** Ancestors further up than this are not looked at: no desk nests tickets so deep, and a circle of so many is told by its halves. */
const furthestUp = 20;

/**
 * Finds the parents that these tickets name, with their counterparts and their own parents up to the top, so that deciding stays
 * pure: one statement a generation and side. Nothing for pairs that map no parent.
 */
export async function loadFamilies(
  engine: Engine,
  members: readonly Member[],
): Promise<(pair: PairRules) => Pick<Ticket, 'family'>> {
  const mapped = members.filter(({ pair }) => (pair.parents ?? []).length > 0);
  if (mapped.length === 0) return () => ({});
  const links = await ancestors(engine, mapped);
  const parents = bothSides((side) => [
    ...links.flatMap((link) => parentsIn(engine, link, side)),
    ...mapped.flatMap(({ pair, records }) => parentsOf(pair, records[side], side)),
  ]);
  const families = new Map<string, Family>();
  return (pair) => {
    if ((pair.parents ?? []).length === 0) return {};
    const kind = `${pair.objects.servicenow} ${pair.objects.salesforce}`;
    const family = families.get(kind) ?? createFamily({ parents, across: acrossFor(engine, pair, links) });
    families.set(kind, family);
    return { family };
  };
}

async function ancestors(engine: Engine, members: readonly Member[]): Promise<readonly Link[]> {
  const found = new Map<string, Link>();
  const asked = bothSides(() => new Set<string>());
  let wanted = bothSides((side) =>
    members.flatMap(({ pair, records }) => parentsOf(pair, records[side], side).flatMap(([, parent]) => parent ?? [])),
  );
  for (let up = 0; up < furthestUp; up += 1) {
    const ids = bothSides((side) => [...new Set(wanted[side])].filter((id) => !asked[side].has(id)));
    if (sides.every((side) => ids[side].length === 0)) break;
    for (const side of sides) for (const id of ids[side]) asked[side].add(id);
    const links = await engine.store.transaction(async (tx) => [
      ...(await tx.linksAnywhere('servicenow', ids.servicenow)),
      ...(await tx.linksAnywhere('salesforce', ids.salesforce)),
    ]);
    const next = links.filter((link) => link.status !== 'detached' && !found.has(link.id));
    for (const link of next) found.set(link.id, link);
    wanted = bothSides((side) => next.flatMap((link) => parentsIn(engine, link, side).flatMap(([, id]) => id ?? [])));
  }
  return [...found.values()];
}

/** A counterpart counts only if it is of the object that the field across points to. */
function acrossFor(engine: Engine, pair: PairRules, links: readonly Link[]) {
  return bothSides((side) =>
    links
      .filter((link) => pairOf(engine, link.pair)?.objects[otherSide(side)] === pair.objects[otherSide(side)])
      .map((link) => [link.ids[side], link.ids[otherSide(side)]] as const),
  );
}

type Child = readonly [child: string, parent: string | null];

/** What both sides last agreed on. */
function parentsIn(engine: Engine, link: Link, side: Side): readonly Child[] {
  return (pairOf(engine, link.pair)?.parents ?? []).map((field) => [
    link.ids[side],
    asId(link.bases[side].fields[field[side]]),
  ]);
}

/** What stands there now. */
function parentsOf(pair: PairRules, record: SourceRecord | undefined, side: Side): readonly Child[] {
  if (record === undefined) return [];
  return (pair.parents ?? []).map((field) => [record.id, asId(record.fields[field[side]])]);
}

function asId(value: FieldValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
