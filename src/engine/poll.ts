import type { ChangesPage, Keyset } from '../connectors/ticket-system.ts';
import { brakeOnCreates } from '../core/brake.ts';
import { iso } from '../core/clock.ts';
import { formatKey, type Link, type WorkKey } from '../core/link.ts';
import { sameVersion, type SourceRecord } from '../core/record.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { Cursor, PairPause, Tx, Walk } from '../store/store.ts';
import type { Engine } from './engine.ts';

export interface PollOptions {
  /** Lets a walk create as many records as it finds: a wanted first load. */
  readonly unlimitedCreates: boolean;
  readonly signal?: AbortSignal;
}

export interface PollResult {
  readonly rows: number;
  readonly queued: number;
  /** Why nothing was polled, or the walk was left. */
  readonly skipped: 'pair-paused' | 'other-replica' | null;
}

/**
 * Walks one side of one pair from its cursor, less an overlap, to the end. Each page's keys and the walk's position are saved in
 * one transaction, which fails if the cursor moved meanwhile. Rejects with ConnectorError when the side does not answer; what was
 * saved until then stands.
 */
export async function poll(engine: Engine, pair: PairRules, side: Side, options: PollOptions): Promise<PollResult> {
  const opened = await engine.store.transaction(async (tx) => {
    const pauses = await tx.pauses();
    if (pauses.some((pause) => pause.pair === pair.name)) return null;
    return (await tx.cursor(pair.name, side)) ?? firstCursor(pair, side);
  });
  if (opened === null) return { rows: 0, queued: 0, skipped: 'pair-paused' };

  let cursor = opened;
  let rows = 0;
  let queued = 0;
  for (;;) {
    const start = cursor.walk ?? walkStart(engine, cursor);
    const page = await engine.systems[side].changes({
      object: pair.objects[side],
      fields: fieldsOf(pair, side),
      after: start.after,
      limit: engine.pageSize,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    engine.offsets[side] = Date.parse(page.serverNow) - engine.clock.now();
    const walk: Walk = cursor.walk ?? { ...start, startedAt: page.serverNow, created: 0 };
    const saved = await savePage(engine, pair, side, cursor, walk, page, options);
    if (saved.kind === 'moved') return { rows, queued, skipped: 'other-replica' };
    if (saved.kind === 'braked') {
      engine.emit({ type: 'pair.paused', pause: saved.pause });
      return { rows, queued, skipped: 'pair-paused' };
    }
    cursor = saved.cursor;
    rows += page.records.length;
    queued += saved.queued;
    engine.emit({ type: 'poll.page', pair: pair.name, side, rows: page.records.length, queued: saved.queued });
    if (page.done) {
      engine.emit({ type: 'poll.done', pair: pair.name, side, rows, queued, deep: walk.deep });
      return { rows, queued, skipped: null };
    }
  }
}

function firstCursor(pair: PairRules, side: Side): Cursor {
  const at: Keyset = { stamp: pair.startsAt, id: '' };
  return { pair: pair.name, side, at, completeAt: null, deepAt: null, walk: null, version: 0 };
}

/**
 * The wide overlap counts from the last wide walk, not from the cursor: a row that becomes visible just before a wide walk may
 * have been passed by any number of narrow ones.
 */
function walkStart(engine: Engine, cursor: Cursor): Pick<Walk, 'after' | 'deep'> {
  if (cursor.completeAt === null || cursor.deepAt === null) return { after: cursor.at, deep: true };
  const serverNow = engine.clock.now() + engine.offsets[cursor.side];
  const deep = serverNow - Date.parse(cursor.deepAt) >= engine.times.widePollEvery;
  const from = deep
    ? Math.min(Date.parse(cursor.deepAt), Date.parse(cursor.at.stamp)) - engine.times.wideOverlap
    : Date.parse(cursor.at.stamp) - engine.times.overlap;
  return { after: { stamp: iso(from), id: '' }, deep };
}

type Saved =
  | { readonly kind: 'saved'; readonly cursor: Cursor; readonly queued: number }
  | { readonly kind: 'moved' }
  | { readonly kind: 'braked'; readonly pause: PairPause };

async function savePage(
  engine: Engine,
  pair: PairRules,
  side: Side,
  cursor: Cursor,
  walk: Walk,
  page: ChangesPage,
  options: PollOptions,
): Promise<Saved> {
  return engine.store.transaction(async (tx): Promise<Saved> => {
    const keys = await keysOf(tx, pair, side, page.records);
    const adding = keys.filter((key) => key.kind === 'new').length;
    const max = pair.maxCreatesPerPoll;
    const brake = brakeOnCreates({ created: walk.created, adding, max, consent: options.unlimitedCreates });
    if (brake.kind === 'stop') {
      const detail = { side, found: brake.creates, limit: brake.max };
      const pause: PairPause = { pair: pair.name, reason: 'too-many-creates', detail, at: iso(engine.clock.now()) };
      await tx.pausePair(pause);
      return { kind: 'braked', pause };
    }
    const next = page.done
      ? endWalk(cursor, walk)
      : { ...cursor, walk: { ...walk, after: page.next, created: walk.created + adding } };
    const saved: Cursor = { ...next, version: cursor.version + 1 };
    if (!(await tx.saveCursor(saved))) return { kind: 'moved' };
    await tx.enqueue(keys);
    return { kind: 'saved', cursor: saved, queued: keys.length };
  });
}

/** The cursor never passes the server's own time at the start of the walk, so a row stamped later is always ahead of it. */
function endWalk(cursor: Cursor, walk: Walk): Cursor {
  return {
    ...cursor,
    at: { stamp: walk.startedAt > cursor.at.stamp ? walk.startedAt : cursor.at.stamp, id: '' },
    completeAt: walk.startedAt,
    deepAt: walk.deep ? walk.startedAt : cursor.deepAt,
    walk: null,
  };
}

/**
 * The keys of a page's rows, without our own echoes and without records that are none of ours. `content`: a version that we know
 * proves nothing, every mapped value is compared.
 */
export async function keysOf(
  tx: Tx,
  pair: PairRules,
  side: Side,
  records: readonly SourceRecord[],
  by: 'version' | 'content' = 'version',
): Promise<readonly WorkKey[]> {
  const known = await tx.linksBySource(
    pair.name,
    side,
    records.map((record) => record.id),
  );
  // Bases are read after this, not before: a run that ends in between is known by the base it has left.
  const active = await tx.activeKeys(known.map((link) => ({ kind: 'link', linkId: link.id })));
  const links = await tx.linksById(known.map((link) => link.id));
  const bySource = new Map(links.map((link) => [link.ids[side], link]));
  const partners = await linksOfPartners(
    tx,
    pair,
    side,
    records.filter((record) => !bySource.has(record.id)),
  );
  const keys = new Map<string, WorkKey>();
  for (const record of records) {
    const link = bySource.get(record.id);
    const key =
      link === undefined
        ? newKey(pair, side, record, partners.get(record.partnerId ?? ''))
        : linkKey(pair, record, link, { active, by });
    if (key !== null) keys.set(formatKey(key), key);
  }
  return [...keys.values()];
}

/** Links of what the stamps of these records name, by the id across. */
async function linksOfPartners(
  tx: Tx,
  pair: PairRules,
  side: Side,
  records: readonly SourceRecord[],
): Promise<ReadonlyMap<string, Link>> {
  const across = otherSide(side);
  const named = records.flatMap((record) => record.partnerId ?? []);
  if (named.length === 0) return new Map();
  return new Map((await tx.linksBySource(pair.name, across, named)).map((link) => [link.ids[across], link]));
}

function linkKey(
  pair: PairRules,
  record: SourceRecord,
  link: Link,
  { active, by }: { readonly active: ReadonlySet<string>; readonly by: 'version' | 'content' },
): WorkKey | null {
  if (link.status === 'detached') return null;
  const key: WorkKey = { kind: 'link', linkId: link.id };
  return isEcho(pair, record, link, by) && !active.has(formatKey(key)) ? null : key;
}

function newKey(pair: PairRules, side: Side, record: SourceRecord, partner: Link | undefined): WorkKey | null {
  const own: WorkKey = { kind: 'new', pair: pair.name, side, id: record.id };
  const copied = partner !== undefined && partner.ids[side] !== record.id;
  // A stamp of ours names where the ticket was born: both sides of a pair share one key. A copied ticket has copied the stamp, too.
  if (record.partnerId !== null && !copied)
    return { kind: 'new', pair: pair.name, side: otherSide(side), id: record.partnerId };
  return pair.inScope(record) ? own : null;
}

/** What we wrote ourselves, or a change of nothing that is mapped. */
function isEcho(pair: PairRules, record: SourceRecord, link: Link, by: 'version' | 'content'): boolean {
  if (link.status !== 'synced') return false;
  const { side } = record;
  const base = link.bases[side];
  // A counter tells every save apart. A stamp alone does not: Salesforce keeps whole seconds, and somebody may save within ours.
  if (by === 'version' && base.version.count !== null && sameVersion(base.version, record.version)) return true;
  return pair.fields.every((rule) => {
    const name = rule.fields[side];
    return rule.same(side, base.fields[name] ?? null, record.fields[name] ?? null);
  });
}
