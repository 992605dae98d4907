import { ConnectorError } from '../../connectors/errors.ts';
import type { PostResult } from '../../connectors/children.ts';
import type { Sending } from '../../connectors/ticket-system.ts';
import type { ChildRow } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import type { Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import { isRecordFault } from '../settlement.ts';
import type { NotedEnd } from './note.ts';

/** What became of the internal notice to one ticket. */
export type Notice =
  | { readonly kind: 'posted'; readonly row: ChildRow }
  /** The desk takes no comments, or none on this ticket: it goes without. */
  | { readonly kind: 'none'; readonly row: ChildRow | null }
  | { readonly kind: 'failed'; readonly error: ConnectorError; readonly row: ChildRow | null };

/** Tells the tickets of one side, internally. One that may have been told by an earlier try is looked at first. Never rejects. */
export async function postNotices(
  engine: Engine,
  side: Side,
  ends: readonly NotedEnd[],
  sending: Sending,
): Promise<ReadonlyMap<string, Notice>> {
  const notices = new Map<string, Notice>();
  const { children } = engine.systems[side];
  if (children === undefined) {
    for (const end of ends) notices.set(end.key, { kind: 'none', row: as(engine, end.row, { state: 'refused' }) });
    return notices;
  }
  const fresh: NotedEnd[] = [];
  for (const end of ends) {
    const earlier = end.known ? await lookFor(engine, side, end) : null;
    if (earlier === null) fresh.push(end);
    else notices.set(end.key, earlier);
  }
  if (fresh.length === 0) return notices;
  const requests = fresh.map(({ survivor, text }) => ({
    object: survivor.object,
    recordId: survivor.id,
    channel: 'internal' as const,
    text,
  }));
  const results = await children
    .post(requests, sending)
    .catch((error: unknown): readonly PostResult[] =>
      fresh.map(() => ({ kind: 'failed', error: asConnectorError(side, error) })),
    );
  fresh.forEach((end, index) => {
    notices.set(end.key, noticeOf(engine, side, end, results[index]));
  });
  return notices;
}

function noticeOf(engine: Engine, side: Side, end: NotedEnd, result: PostResult | undefined): Notice {
  if (result?.kind === 'posted')
    return { kind: 'posted', row: as(engine, end.row, { state: 'carried', counterpartId: result.id }) };
  const error =
    result?.error ?? new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'answer-incomplete' });
  // A ticket that takes no comment is let go without one: what matters is that the two part.
  if (!error.inDoubt && isRecordFault(error)) return { kind: 'none', row: as(engine, end.row, { state: 'refused' }) };
  const row = error.inDoubt ? as(engine, end.row, { state: 'planned' }) : unsent(engine, end);
  return { kind: 'failed', error, row };
}

/** A notice that certainly stayed here: it goes out next time, without waiting. Null where an earlier try may have sent it. */
export function unsent(engine: Engine, { row, known, act }: NotedEnd): ChildRow | null {
  if (known || act === 'delete') return null;
  return as(engine, row, { state: 'planned', detail: { ...row.detail, unsent: true } });
}

/**
 * What an earlier try came to. Null where the notice is surely not there and may be sent: the answer to it was lost so long ago that
 * no server still works on it.
 */
async function lookFor(engine: Engine, side: Side, end: NotedEnd): Promise<Notice | null> {
  const { row, survivor, text } = end;
  if (row.state === 'carried' || row.state === 'sent') return { kind: 'posted', row };
  if (row.state === 'refused') return { kind: 'none', row };
  const until = Date.parse(row.updatedAt) + engine.times.settle;
  const waits = new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'notice-in-doubt' });
  try {
    const [result] = await engine.systems[side].read(survivor.object, [survivor.id], [], {
      comments: true,
      files: false,
    });
    const comments = result?.kind === 'found' ? (result.children?.comments ?? null) : null;
    const found = comments?.items.find((comment) => comment.own && comment.text.trim() === text);
    if (found !== undefined)
      return { kind: 'posted', row: as(engine, row, { state: 'carried', counterpartId: found.id }) };
    if (engine.clock.now() < until) return { kind: 'failed', error: waits, row: null };
    // A list without any entry may be one that our user must not read: one notice too few is better than two.
    const sighted = comments !== null && comments.complete && comments.items.length > 0;
    return sighted ? null : { kind: 'none', row: as(engine, row, { state: 'sent' }) };
  } catch (error) {
    return { kind: 'failed', error: asConnectorError(side, error), row: null };
  }
}

function asConnectorError(side: Side, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'unexpected' }, { cause: error });
}

function as(engine: Engine, row: ChildRow, change: Partial<ChildRow>): ChildRow {
  return { ...row, ...change, updatedAt: iso(engine.clock.now()) };
}
