import type { ProbeResult } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import type { Link } from '../core/link.ts';
import type { NewPlan } from '../core/plan.ts';
import { planNew } from '../core/plan-new.ts';
import type { SourceRecord } from '../core/record.ts';
import { fieldsOf } from '../core/rules.ts';
import { bothSides, otherSide, type Side } from '../core/side.ts';
import type { Engine } from './engine.ts';
import { isAllowed } from './life/brake.ts';
import { matchNews } from './match/look.ts';
import { type ReadAnswers, readBoth } from './read.ts';
import { unlessFaulty } from './people/faulty.ts';
import { groupBy, type NewDecision, type NewWork } from './work.ts';

interface Look {
  readonly probe: ProbeResult;
  /** False while no link exists, or every record is known to be deleted: then nothing needs to be seen at all. */
  readonly controlled: boolean;
}

/**
 * Decides about records without a link: what their stamp names and what names them is read first, one call a side and object.
 * A create in doubt waits out its settle time, then is looked for.
 */
export async function decideNews(
  engine: Engine,
  works: readonly NewWork[],
  answers: Readonly<Record<Side, ReadAnswers>>,
): Promise<readonly NewDecision[]> {
  if (works.length === 0) return [];
  const waiting = works.filter((work) => stillWaits(engine, work));
  const looking = works.filter((work) => !stillWaits(engine, work));
  const origins = new Map(
    looking.map((work) => [
      work.key,
      answers[work.origin.side].record(work.pair.objects[work.origin.side], work.origin.id),
    ]),
  );
  const deleted = new Set(looking.filter((work) => originIsDeleted(work, answers)).map((work) => work.key));
  const partners = await readPartners(engine, looking, origins);
  const looks = await lookAcross(engine, looking);
  const linked = await linkedAcross(engine, looking, partners, looks);
  const waits = waiting.flatMap((work): NewDecision[] =>
    work.intent === null ? [] : [{ kind: 'in-doubt', work, intent: work.intent }],
  );
  const decided = looking.map((work) => {
    const origin = origins.get(work.key) ?? null;
    return unlessFaulty(work, origin, () =>
      origin === null
        ? withoutOrigin(engine, work, looks.get(work.key), deleted.has(work.key))
        : decideOne(engine, work, origin, partners.get(work.key) ?? null, looks.get(work.key), linked),
    );
  });
  return [...waits, ...(await matchNews(engine, decided))];
}

/** Within the settle time a lost create may still be running on the server. */
function stillWaits(engine: Engine, work: NewWork): boolean {
  const { intent } = work;
  return intent !== null && engine.clock.now() < nextLook(engine, intent);
}

/** When an intent may be looked for again, in milliseconds since the epoch. */
export function nextLook(
  engine: Engine,
  intent: { readonly sentAt: string; readonly probedAt: string | null },
): number {
  if (intent.probedAt === null) return Date.parse(intent.sentAt) + engine.times.settle;
  return Date.parse(intent.probedAt) + engine.times.betweenProbes;
}

async function readPartners(
  engine: Engine,
  works: readonly NewWork[],
  origins: ReadonlyMap<string, SourceRecord | null>,
): Promise<ReadonlyMap<string, SourceRecord | null>> {
  const named = works.flatMap((work) => {
    const id = origins.get(work.key)?.partnerId ?? null;
    return id === null ? [] : [{ work, id, side: otherSide(work.origin.side) }];
  });
  const answers = await readBoth(
    engine,
    bothSides((side) => named.filter((item) => item.side === side).map(({ work, id }) => ({ pair: work.pair, id }))),
  );
  return new Map(named.map(({ work, id, side }) => [work.key, answers[side].record(work.pair.objects[side], id)]));
}

async function lookAcross(engine: Engine, works: readonly NewWork[]): Promise<ReadonlyMap<string, Look>> {
  const looks = new Map<string, Look>();
  for (const group of groupBy(works, (work) => `${work.pair.name} ${work.origin.side}`).values()) {
    const first = group[0];
    if (first === undefined) continue;
    const side = otherSide(first.origin.side);
    const { row: control, expected } = await controlRow(engine, first.pair.name, side);
    const results = await engine.systems[side].probe({
      object: first.pair.objects[side],
      fields: fieldsOf(first.pair, side),
      probes: group.map((work) => ({ partnerId: work.origin.id, drawnId: work.intent?.drawnId ?? null })),
      control,
    });
    group.forEach((work, index) => {
      looks.set(work.key, { probe: results[index] ?? { kind: 'unknown' }, controlled: expected });
    });
  }
  return looks;
}

interface Control {
  /** Null where none is known to be there: any row of the object has to do as proof of sight. */
  readonly row: string | null;
  /** False where none is expected to be there. */
  readonly expected: boolean;
}

/** Surely deleted. */
function isGone({ life }: Link, side: Side): boolean {
  return life !== null && life.side === side && (life.kind === 'deleted' || life.kind === 'merged');
}

function isMissing({ life }: Link, side: Side): boolean {
  return life?.kind === 'missing' && life.side === side;
}

/**
 * A record known to exist: one of the latest, since the oldest are archived some day; another one each time, so that one deleted
 * record cannot keep us waiting for ever.
 */
async function controlRow(engine: Engine, pair: string, side: Side): Promise<Control> {
  const links = await engine.store.transaction((tx) => tx.findLinks({ pair, latestFirst: true, limit: 20 }));
  const there = links.filter((link) => !isGone(link, side) && !isMissing(link, side));
  const row = there[Math.floor(engine.clock.now() / 1000) % there.length]?.ids[side] ?? null;
  return { row, expected: links.some((link) => !isGone(link, side)) };
}

/** Ids across that are part of a link already, as `<side> <id>`. */
async function linkedAcross(
  engine: Engine,
  works: readonly NewWork[],
  partners: ReadonlyMap<string, SourceRecord | null>,
  looks: ReadonlyMap<string, Look>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = works.flatMap((work) => {
    const look = looks.get(work.key);
    const claimed = look?.probe.kind === 'found' ? look.probe.records : [];
    const partner = partners.get(work.key) ?? null;
    return [...claimed, ...(partner === null ? [] : [partner])].map((record) => ({ work, record }));
  });
  const linked = new Map<string, ReadonlySet<string>>();
  if (found.length === 0) return linked;
  await engine.store.transaction(async (tx) => {
    for (const [group, items] of groupBy(found, ({ work, record }) => `${work.pair.name} ${record.side}`)) {
      const first = items[0];
      if (first === undefined) continue;
      const { side } = first.record;
      const links = await tx.linksBySource(
        first.work.pair.name,
        side,
        items.map(({ record }) => record.id),
      );
      linked.set(group, new Set(links.map((link) => link.ids[side])));
    }
  });
  return linked;
}

interface Across {
  readonly claimed: readonly SourceRecord[];
  readonly notThere: boolean;
}

function seenAcross(look: Look | undefined): Across {
  const probe = look?.probe ?? { kind: 'unknown' as const };
  const claimed = probe.kind === 'found' ? probe.records : [];
  // Without any link there is no control row. Both creates are safe to repeat on identity (upsert, drawn sys_id), so go on.
  const notThere = probe.kind === 'none' || (probe.kind === 'unknown' && look?.controlled === false);
  return { claimed, notThere };
}

/** A create in doubt whose record was not found twice yet. */
function stillInDoubt(
  engine: Engine,
  work: NewWork,
  claimed: Across['claimed'],
  notThere: boolean,
): NewDecision | null {
  if (work.intent === null || claimed.length > 0) return null;
  const probes = work.intent.probes + (notThere ? 1 : 0);
  if (probes >= 2) return null;
  return { kind: 'in-doubt', work, intent: { ...work.intent, probes, probedAt: iso(engine.clock.now()) } };
}

function originIsDeleted(work: NewWork, answers: Readonly<Record<Side, ReadAnswers>>): boolean {
  const { side, id } = work.origin;
  return answers[side].get(work.pair.objects[side], id).kind === 'deleted';
}

/**
 * A record that is not shown any more. A create for it that was sent stays open, and looked for now and then, until the record is
 * back or was surely deleted: what hides the one may hide the other, and what the create carried must not be forgotten.
 */
function withoutOrigin(engine: Engine, work: NewWork, look: Look | undefined, deleted: boolean): NewDecision {
  const { claimed, notThere } = seenAcross(look);
  const doubt = stillInDoubt(engine, work, claimed, notThere);
  if (doubt !== null) return doubt;
  const plan: NewPlan =
    claimed.length > 0
      ? { kind: 'quarantine', why: 'stamp-names-nothing' }
      : work.intent !== null && !deleted
        ? { kind: 'quarantine', why: 'origin-hidden' }
        : { kind: 'ignore', why: 'absent' };
  return { kind: 'plan', work, origin: null, plan };
}

function decideOne(
  engine: Engine,
  work: NewWork,
  origin: SourceRecord,
  partner: SourceRecord | null,
  look: Look | undefined,
  linked: ReadonlyMap<string, ReadonlySet<string>>,
): NewDecision {
  const { claimed, notThere } = seenAcross(look);
  const doubt = stillInDoubt(engine, work, claimed, notThere);
  if (doubt !== null) return doubt;
  // Nothing is seen across at all. A person who has looked may know that nothing is there.
  if (claimed.length === 0 && !notThere && !isAllowed(work))
    return { kind: 'plan', work, origin, plan: { kind: 'quarantine', why: 'probe-unknown' } };
  const linkedIds = linked.get(`${work.pair.name} ${otherSide(work.origin.side)}`) ?? new Set<string>();
  return { kind: 'plan', work, origin, plan: planNew({ pair: work.pair, origin, partner, claimed, linkedIds }) };
}
