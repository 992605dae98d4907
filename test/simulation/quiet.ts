import { formatKey, type Link } from '../../src/core/link.ts';
import { stampFields } from '../../src/connectors/memory/rules.ts';
import type { FieldRule } from '../../src/core/rules.ts';
import { bothSides, otherSide, type Side, sides } from '../../src/core/side.ts';
import {
  checkConflictsTrue,
  checkConverged,
  checkKept,
  type Edit,
  type Scene,
  type Truth,
  truthOf,
} from '../model/truth.ts';
import { objects } from '../model/world.ts';
import { checkTalkQuiet } from '../support/talk.ts';
import { cameInLate, wroteTheSame } from './excuses.ts';
import { bentFields } from './lossy.ts';
import { checkPapersQuiet } from './papers.ts';
import { type Invariant, Violation } from './violation.ts';
import type { SimulatedWorld } from './world.ts';

/** What must be true when nothing has gone wrong for a while. */
export async function judgeQuiet(world: SimulatedWorld): Promise<void> {
  const truth = await truthOf(world);
  judgeDetachedStatus(world, truth);
  judgeTotality(world, truth);
  judgeLetGo(world, truth);
  const bent = bentFields(world.weather.lossy);
  for (const link of truth.links) {
    if (link.status === 'detached' || !sides.every((side) => isLive(world, side, link.ids[side]))) continue;
    const held = new Set(link.holds.map((hold) => hold.field));
    for (const rule of world.pair.fields) {
      if (!held.has(rule.name) && !bent.has(rule.name)) as('both sides agree', () => checkConverged(world, link, rule));
      if (rewrittenByDesk(world, link, rule)) continue;
      const scene = asJudged(world);
      const excused = (edit: Edit): boolean =>
        wroteTheSame(scene, link, rule, edit) || cameInLate(scene, link, rule, edit);
      as('no lost edit', () => checkKept(scene, link, rule, truth, held.has(rule.name), excused));
      if (!bent.has(rule.name)) as('conflicts are true', () => checkConflictsTrue(world, link, rule, truth));
    }
  }
}

/** Every comment stands across as well, wherever both tickets are there and linked. */
export async function judgeComments(world: SimulatedWorld): Promise<void> {
  if (world.weather.comments !== true) return;
  const { links } = await truthOf(world);
  const whole = new Set(links.filter((link) => isWhole(world, link) && link.status !== 'detached').map(({ id }) => id));
  try {
    await checkTalkQuiet(world.desks, world.store, world.talk, (link) => whole.has(link.id));
  } catch (error) {
    throw new Violation('comments as they were said', error instanceof Error ? error.message : String(error));
  }
}

/** Every file stands across as well, wherever both tickets are there and linked. */
export async function judgePapers(world: SimulatedWorld): Promise<void> {
  if (world.weather.files !== true) return;
  const { links } = await truthOf(world);
  const whole = links.filter((link) => isWhole(world, link) && link.status !== 'detached');
  try {
    await checkPapersQuiet(world.desks, world.store, world.papers, whole);
  } catch (error) {
    throw new Violation('files as they were added', error instanceof Error ? error.message : String(error));
  }
}

/** A desk's own rule put another value in place of ours, or changed what we had not sent: a later edit, made by the desk. */
function rewrittenByDesk(world: SimulatedWorld, link: Link, rule: FieldRule): boolean {
  if (!bentFields(world.weather.lossy).has(rule.name)) return false;
  return sides.some((side) => {
    const field = rule.fields[side];
    const versions = world.desks[side].versions(objects[side], link.ids[side]);
    const writes = world.desks[side].writes().filter((write) => write.id === link.ids[side]);
    return writes.some((write) => {
      const saved = versions[write.version]?.fields[field] ?? null;
      const before = versions[write.version - 1]?.fields[field] ?? null;
      const meant = write.fields[field] === undefined ? before : write.fields[field];
      return (
        !rule.same(side, meant, saved) && !(rule.name === 'description' && String(meant).startsWith(String(saved)))
      );
    });
  });
}

/** The desks with writes counted from the read that each was decided on. */
function asJudged(world: SimulatedWorld): Scene {
  const { store, pair } = world;
  // A database that is away when an answer is to be recorded loses it as a death does.
  const deaths = [...world.deaths, ...world.lostRecords];
  const desks = bothSides((side) => ({ ...world.desks[side], writes: () => world.writesOn(side) }));
  return { store, pair, deaths, desks };
}

function as(invariant: Invariant, judge: () => void): void {
  try {
    judge();
  } catch (error) {
    throw new Violation(invariant, error instanceof Error ? error.message : String(error));
  }
}

function judgeDetachedStatus(world: SimulatedWorld, truth: Truth): void {
  for (const link of truth.links) {
    const unlinked = sides.every((side) => world.detached.has(link.ids[side]));
    if (unlinked && link.status !== 'detached')
      throw new Violation('detached stays detached', `${link.ids.servicenow} is ${link.status} again`);
  }
}

/** What was let go because a ticket was deleted is taken up again when both are there, and nothing else was let go by us. */
function judgeLetGo(world: SimulatedWorld, truth: Truth): void {
  for (const link of truth.links) {
    if (link.status !== 'detached' || link.life === null) continue;
    if (isWhole(world, link))
      throw new Violation(
        'let go on evidence only',
        `${link.ids.servicenow} was let go, and both are there`,
        link.life,
      );
  }
}

/** Every live record is linked once, or set aside because a person deleted what it belongs to. */
function judgeTotality(world: SimulatedWorld, truth: Truth): void {
  for (const side of sides) {
    const ids = truth.links.map((link) => link.ids[side]);
    if (new Set(ids).size < ids.length)
      throw new Violation('no second ticket', `a record in two links on ${side}`, ids);
    for (const row of world.desks[side].rows(objects[side])) {
      if (ids.includes(row.id)) continue;
      const partner = row.partnerId;
      if (deletedUnheard(world, side, row.id)) continue;
      const orphan = partner !== null && !isLive(world, otherSide(side), partner);
      const told = truth.aside.has(
        formatKey({ kind: 'new', pair: world.pair.name, ...originOf(side, row.id, partner) }),
      );
      if (!orphan || !told)
        throw new Violation('every record is accounted for', `${row.id} on ${side} has no link`, [...truth.aside]);
    }
  }
  const expected = new Set(truth.links.filter((link) => !isWhole(world, link)).map((link) => `link:${link.id}`));
  const aside = [...truth.aside].filter((key) => key.startsWith('link:') && !expected.has(key));
  if (aside.length > 0) throw new Violation('every record is accounted for', 'still set aside', aside);
}

/** A person deleted the ticket that we had made for it before its answer was recorded. */
function deletedUnheard(world: SimulatedWorld, side: Side, origin: string): boolean {
  const to = otherSide(side);
  return world.desks[to]
    .writes()
    .some(
      (write) => write.kind === 'create' && write.fields[stampFields[to]] === origin && !isLive(world, to, write.id),
    );
}

function originOf(side: Side, id: string, partner: string | null): { side: Side; id: string } {
  return partner === null ? { side, id } : { side: otherSide(side), id: partner };
}

function isWhole(world: SimulatedWorld, link: Link): boolean {
  return sides.every((side) => isLive(world, side, link.ids[side]));
}

function isLive(world: SimulatedWorld, side: Side, id: string): boolean {
  return world.desks[side].rows(objects[side]).some((row) => row.id === id);
}
