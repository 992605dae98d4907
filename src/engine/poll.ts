import type { ChangesPage } from '../connectors/ticket-system.ts';
import { brakeOnCreates } from '../core/brake.ts';
import { iso } from '../core/clock.ts';
import { formatKey, type Link, type WorkKey } from '../core/link.ts';
import { sameVersion, type SourceRecord } from '../core/record.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { Cursor, PairPause, Tx, Walk } from '../store/store.ts';
import { openStreams, saveStreams, streamAsks, streamsDone, type StreamWalk } from './children/follow.ts';
import type { Engine } from './engine.ts';
import { firstLoad } from './first-load.ts';
import { takenElsewhere } from './match/elsewhere.ts';
import { holdsParent } from './match/record.ts';
import { mayBeBack, scopeMoved } from './life/seen.ts';
import { staged } from './trace.ts';
import { endWalk, firstCursor, walkStart } from './walk.ts';

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
export function poll(engine: Engine, pair: PairRules, side: Side, options: PollOptions): Promise<PollResult> {
  return staged(engine, 'poll', { pair: pair.name, side }, () => walkAll(engine, pair, side, options));
}

async function walkAll(engine: Engine, pair: PairRules, side: Side, options: PollOptions): Promise<PollResult> {
  const opened = await engine.store.transaction(async (tx) => {
    const pauses = await tx.pauses();
    if (pauses.some((pause) => pause.pair === pair.name)) return null;
    const cursor = (await tx.cursor(pair.name, side)) ?? firstCursor(pair.name, side, pair.startsAt);
    return { cursor, streams: await openStreams(engine, tx, pair, side) };
  });
  if (opened === null) return { rows: 0, queued: 0, skipped: 'pair-paused' };

  let { cursor, streams } = opened;
  let rows = 0;
  let queued = 0;
  await using loading = firstLoad(engine, pair, side, cursor, options.signal);
  for (;;) {
    const start = cursor.walk ?? walkStart(engine, cursor);
    const loaded = await loading.next();
    const inBulk = loaded.done !== true;
    const page = inBulk
      ? loaded.value
      : await engine.systems[side].changes({
          object: pair.objects[side],
          fields: fieldsOf(pair, side),
          after: start.after,
          limit: engine.pageSize,
          ...streamAsks(engine, streams),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        });
    if (!inBulk) engine.offsets[side] = Date.parse(page.serverNow) - engine.clock.now();
    const begun = cursor.walk ?? { ...start, startedAt: page.serverNow, created: 0 };
    // A bulk walk has no place to go on from: one that was broken off counts anew.
    const walk: Walk = inBulk && rows === 0 ? { ...begun, created: 0 } : begun;
    const saved = await savePage(engine, pair, side, { cursor, walk, streams: inBulk ? [] : streams }, page, options);
    if (saved.kind === 'moved') return { rows, queued, skipped: 'other-replica' };
    if (saved.kind === 'braked') {
      engine.emit({ type: 'pair.paused', pause: saved.pause });
      return { rows, queued, skipped: 'pair-paused' };
    }
    cursor = saved.cursor;
    if (!inBulk) streams = saved.streams;
    rows += page.records.length;
    queued += saved.queued;
    engine.emit({ type: 'poll.page', pair: pair.name, side, rows: page.records.length, queued: saved.queued });
    if (cursor.walk === null) {
      engine.emit({ type: 'poll.done', pair: pair.name, side, rows, queued, deep: walk.deep });
      return { rows, queued, skipped: null };
    }
  }
}

type Saved =
  | {
      readonly kind: 'saved';
      readonly cursor: Cursor;
      readonly streams: readonly StreamWalk[];
      readonly queued: number;
      readonly echoes: readonly SourceRecord[];
    }
  | { readonly kind: 'moved' }
  | { readonly kind: 'braked'; readonly pause: PairPause };

interface WalkState {
  readonly cursor: Cursor;
  readonly walk: Walk;
  readonly streams: readonly StreamWalk[];
}

/** Rows that were listed just like this by an earlier poll, and were echoes then, cost no statement. */
async function savePage(
  engine: Engine,
  pair: PairRules,
  side: Side,
  state: WalkState,
  page: ChangesPage,
  options: PollOptions,
): Promise<Saved> {
  const seen = state.walk.deep ? undefined : engine.seen;
  const place = `${pair.name} ${side}`;
  const fresh = { ...page, records: seen?.unseen(place, page.records) ?? page.records };
  const saved = await commitPage(engine, pair, side, state, fresh, options);
  if (saved.kind !== 'saved') return saved;
  seen?.keep(place, saved.echoes, page.serverNow);
  if (saved.cursor.walk === null) seen?.end(place);
  return saved;
}

async function commitPage(
  engine: Engine,
  pair: PairRules,
  side: Side,
  { cursor, walk, streams }: WalkState,
  page: ChangesPage,
  options: PollOptions,
): Promise<Saved> {
  return engine.store.transaction(async (tx): Promise<Saved> => {
    const { keys, echoes } = await sortRows(tx, pair, side, page.records);
    const adding = keys.filter((key) => key.kind === 'new').length;
    const max = pair.maxCreatesPerPoll;
    const brake = brakeOnCreates({ created: walk.created, adding, max, consent: options.unlimitedCreates });
    if (brake.kind === 'stop') {
      const detail = { side, found: brake.creates, limit: brake.max };
      const pause: PairPause = { pair: pair.name, reason: 'too-many-creates', detail, at: iso(engine.clock.now()) };
      await tx.pausePair(pause);
      return { kind: 'braked', pause };
    }
    const followed = await saveStreams(tx, pair, side, streams, page);
    if (followed === 'moved') return { kind: 'moved' };
    const next =
      page.done && streamsDone(followed.streams)
        ? endWalk(cursor, walk)
        : { ...cursor, walk: { ...walk, after: page.next, created: walk.created + adding } };
    const saved: Cursor = { ...next, version: cursor.version + 1 };
    if (!(await tx.saveCursor(saved))) return { kind: 'moved' };
    const all = new Map([...keys, ...followed.keys].map((key) => [formatKey(key), key]));
    await tx.enqueue([...all.values()]);
    // Told before the commit: a worker may take them up the moment it is done.
    engine.tracer?.queued([...all.values()]);
    return { kind: 'saved', cursor: saved, streams: followed.streams, queued: all.size, echoes };
  });
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
  return (await sortRows(tx, pair, side, records, by)).keys;
}

interface SortedRows {
  readonly keys: readonly WorkKey[];
  /** Rows of linked records that hold what their base holds, while no job of their link is active. */
  readonly echoes: readonly SourceRecord[];
}

async function sortRows(
  tx: Tx,
  pair: PairRules,
  side: Side,
  records: readonly SourceRecord[],
  by: 'version' | 'content' = 'version',
): Promise<SortedRows> {
  if (records.length === 0) return { keys: [], echoes: [] };
  const known = await tx.linkIds(
    pair.name,
    side,
    records.map((record) => record.id),
  );
  // Bases are read after this, not before: a run that ends in between is known by the base it has left.
  const active = await tx.activeKeys(known.map((linkId) => ({ kind: 'link', linkId })));
  const links = await tx.linksById(known);
  const bySource = new Map(links.map((link) => [link.ids[side], link]));
  const elsewhere = await takenElsewhere(
    tx,
    pair,
    side,
    records.flatMap((record) => (bySource.has(record.id) ? [] : [record.id])),
  );
  const isOurs = (record: SourceRecord): boolean => pair.owns?.(record) !== false && !elsewhere.has(record.id);
  const partners = await linksOfPartners(
    tx,
    pair,
    side,
    records.filter((record) => !bySource.has(record.id) && isOurs(record)),
  );
  const keys = new Map<string, WorkKey>();
  const echoes: SourceRecord[] = [];
  for (const record of records) {
    const link = bySource.get(record.id);
    if (link === undefined && !isOurs(record)) continue;
    const key =
      link === undefined
        ? newKey(pair, side, record, partners.get(record.partnerId ?? ''))
        : linkKey(pair, record, link, { active, by });
    if (key !== null) keys.set(formatKey(key), key);
    else if (link !== undefined && link.status !== 'detached') echoes.push(record);
  }
  return { keys: [...keys.values()], echoes };
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
  if (link.status === 'detached') return mayBeBack(pair, record, link) ? { kind: 'link', linkId: link.id } : null;
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

/**
 * What we wrote ourselves, or a change of nothing that is mapped. A journal entry of ServiceNow moves its ticket's version and
 * nothing else: where comments travel, only the version tells.
 */
function isEcho(pair: PairRules, record: SourceRecord, link: Link, by: 'version' | 'content'): boolean {
  if (link.status !== 'synced' || scopeMoved(pair, record, link)) return false;
  const { side } = record;
  const base = link.bases[side];
  // A counter tells every save apart. A stamp alone does not: Salesforce keeps whole seconds, and somebody may save within ours.
  if (by === 'version' && base.version.count !== null && sameVersion(base.version, record.version)) return true;
  if (side === 'servicenow' && pair.comments !== undefined && !sameVersion(base.version, record.version)) return false;
  // Back to the value it had before it was held: nothing to write, and others may wait for it.
  if (holdsParent(link) && !sameVersion(base.version, record.version)) return false;
  return pair.fields.every((rule) => {
    const name = rule.fields[side];
    return rule.same(side, base.fields[name] ?? null, record.fields[name] ?? null);
  });
}
