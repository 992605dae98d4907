import type { WriteLogEntry } from '../../src/connectors/memory/writes.ts';
import { stampFields } from '../../src/connectors/memory/rules.ts';
import type { Link } from '../../src/core/link.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import { editsOf, knownAcross, noted, type Scene, stoodBefore, truthOf } from '../model/truth.ts';
import { objects } from '../model/world.ts';
import { checkTalk } from '../support/talk.ts';
import { createCursorJudge } from './cursor.ts';
import { wroteTheSame } from './excuses.ts';
import { checkPapers } from './papers.ts';
import { Violation } from './violation.ts';
import type { SimulatedWorld } from './world.ts';

/** A batch that was under way when a person unlinked may still end, and the server may be slow about it. */
const endsWithinMs = 120_000;

/** What must be true at every moment. Call it after each turn with the door that was passed. */
export function createJudge(world: SimulatedWorld): (door: string) => Promise<void> {
  const judged: Record<Side, number> = { servicenow: 0, salesforce: 0 };
  const born: Record<Side, Map<string, string>> = { servicenow: new Map(), salesforce: new Map() };
  const judgeCursors = createCursorJudge(world);
  let posted = 0;
  return async (door) => {
    if (door === 'before transaction') await judgeCursors();
    const now = sides.reduce((sum, side) => sum + world.desks[side].comments.posted, 0);
    if (now > posted) judgeTalk(world);
    posted = now;
    if (door.endsWith('attach servicenow') || door.endsWith('attach salesforce')) judgePapers(world);
    for (const side of sides) {
      const log = world.writesOn(side);
      for (; judged[side] < log.length; judged[side] += 1) {
        const entry = log[judged[side]];
        if (entry === undefined) continue;
        if (entry.kind === 'create') await judgeCreate(world, side, entry, born);
        judgeDetached(world, side, entry);
        if (entry.kind === 'update' && entry.heard && !world.unexpected[side].has(judged[side]))
          await judgeNoted(world, side, entry);
      }
    }
  };
}

function judgePapers(world: SimulatedWorld): void {
  try {
    checkPapers(world.desks, world.papers);
  } catch (error) {
    throw new Violation('files as they were added', error instanceof Error ? error.message : String(error));
  }
}

function judgeTalk(world: SimulatedWorld): void {
  try {
    checkTalk(world.desks, world.talk);
  } catch (error) {
    throw new Violation('comments as they were said', error instanceof Error ? error.message : String(error));
  }
}

/**
 * One ticket for one origin, ever: deleted and unlinked ones count as well, and so does a ticket that we made ourselves. The
 * same id twice is one key that the server gave to nobody else meanwhile.
 */
async function judgeCreate(
  world: SimulatedWorld,
  side: Side,
  entry: WriteLogEntry,
  born: Readonly<Record<Side, Map<string, string>>>,
): Promise<void> {
  const origin = String(entry.fields[stampFields[side]] ?? '');
  const earlier = born[side].get(origin);
  if (earlier !== undefined && earlier !== entry.id && !(await deletedUnheard(world, side, earlier)))
    throw new Violation('no second ticket', `${entry.id} on ${side} for ${origin}, which has ${earlier}`);
  const ours = [...born[otherSide(side)].values()];
  if (ours.includes(origin))
    throw new Violation('no second ticket', `${entry.id} on ${side} for ${origin}, which we had made ourselves`);
  born[side].set(origin, entry.id);
}

/** A person deleted it before its answer was recorded: nobody had known of it, and a deleted record answers no search. */
async function deletedUnheard(world: SimulatedWorld, side: Side, id: string): Promise<boolean> {
  if (world.desks[side].rows(objects[side]).some((row) => row.id === id)) return false;
  const links = await world.store.transaction((tx) => tx.linksBySource(world.pair.name, side, [id]));
  return links.length === 0;
}

function judgeDetached(world: SimulatedWorld, side: Side, entry: WriteLogEntry): void {
  const at = world.detached.get(entry.id);
  if (at === undefined || entry.at <= at + endsWithinMs) return;
  throw new Violation('detached stays detached', `${entry.id} on ${side} was written ${entry.at - at} ms after`);
}

/** With stops, lost commits and doubts about writes to this very record among the deaths: what they were to record may be lost, or still to come. */
function asLost(world: SimulatedWorld, link: Link, side: Side): Scene {
  const { store, pair, desks } = world;
  const doubts = world.doubts.filter((doubt) => doubt.linkId === link.id && doubt.on === side);
  return { store, pair, desks, deaths: [...world.deaths, ...world.lostRecords, ...doubts.map(() => 'write in doubt')] };
}

/** What a person had written and we could have read is on record at the moment when we write over it. */
async function judgeNoted(world: SimulatedWorld, side: Side, entry: WriteLogEntry): Promise<void> {
  const truth = await truthOf(world);
  const link = truth.links.find((one) => one.ids[side] === entry.id);
  if (link === undefined) return;
  const versions = world.desks[side].versions(objects[side], entry.id).slice(0, entry.version + 1);
  for (const rule of world.pair.fields) {
    const field = rule.fields[side];
    const before = versions[entry.version - 1]?.fields[field] ?? null;
    if (!(field in entry.fields) || rule.writes !== 'both') continue;
    if (rule.same(side, before, versions[entry.version]?.fields[field] ?? null)) continue;
    const last = editsOf(versions.slice(0, entry.version), side, field).at(-1);
    if (last === undefined || last.index >= entry.versionsBefore || !rule.same(side, before, last.value)) continue;
    if (rule.same(side, before, link.bases[side].fields[field] ?? null)) continue;
    if (noted(truth, link, rule, side, last.value) || stoodBefore(versions, side, rule, last)) continue;
    if (knownAcross(world, link, rule, last) || wroteTheSame(asLost(world, link, side), link, rule, last)) continue;
    throw new Violation('noted before overwritten', `${String(before)} of ${rule.name} on ${side}`, {
      entry,
      base: link.bases[side],
    });
  }
}
