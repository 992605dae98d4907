import type { AttachResult, ChildSystem } from '../../connectors/children.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import type { ChildRow, FileInfo } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import { mediaType } from '../../core/files/media-type.ts';
import { advanced, type Carry, nameAcross, numberIn, withDetail } from '../../core/files/steps.ts';
import type { Engine } from '../engine.ts';
import { digestOf, type Moving, type Opened, openChecked } from './files-bytes.ts';
import { afterFailure } from './files-failed.ts';
import type { FileJob } from './files-lane.ts';
import { tellOfFile } from './files-tell.ts';

/** How often the ledger says that this file is still under way; whoever finds it older than the settle time takes over. */
const renewEveryMs = 5_000;

/** A download that breaks in the middle is started again at once, with its upload, so often. */
const startsAtMost = 3;

/**
 * Carries one file, byte by byte from desk to desk. The ledger says `sent`, and when, before anything leaves; what came of it is
 * written when it is known. Rejects with StoreUnavailable only.
 */
export async function sendFile(engine: Engine, job: FileJob, carry: Carry, moving: Moving): Promise<void> {
  const from = engine.systems[carry.file.side].children;
  const to = engine.systems[carry.to].children;
  if (from === undefined || to === undefined || moving.signal.aborted) return;
  const startedAt = engine.clock.now();
  const sent = advanced(job.row, startedAt, { state: 'sent', detail: withDetail(job.row, { nextAt: null }) });
  const hold = await Held.take(engine, job.row, sent, moving.signal);
  if (hold === null) return;
  const held = { ...moving, signal: hold.signal };
  try {
    const twins = carry.twin === null ? [] : [carry.twin, ...(carry.others ?? [])];
    const same = twins.length === 0 ? null : await sameContent(from, to, carry, twins, held);
    const result = same ?? (await transfer(from, to, job, carry, { ...held, isFresh: () => hold.isFresh() }));
    const row = await hold.end((last) => outcomeRow(engine, last, result, carry));
    if (row === null) return;
    report(engine, job, row, result, startedAt);
    if (row.state === 'refused') await tellOfFile(engine, { ...job, row }, carry.to);
  } finally {
    await hold.release();
  }
}

/** `went`: the hash of the content where all of it has left. */
type Sent =
  | {
      readonly kind: 'across';
      readonly id: string;
      readonly versionId: string;
      readonly hash: string;
      readonly paired: boolean;
    }
  | { readonly kind: 'failed'; readonly error: ConnectorError; readonly went?: string | null }
  /** We were told to stop, or the row is another worker's: whether it arrived is not known. */
  | { readonly kind: 'broken-off'; readonly went?: string | null };

interface Sending extends Moving {
  /** False where the ledger has not heard of this file for so long that another worker may have taken over. */
  readonly isFresh: () => boolean;
}

async function transfer(
  from: ChildSystem,
  to: ChildSystem,
  job: FileJob,
  carry: Carry,
  moving: Sending,
): Promise<Sent> {
  const { file } = carry;
  const { signal } = moving;
  let content: Opened | null = null;
  for (let start = 1; ; start += 1) {
    // A process that stood still may be the last to know.
    if (!moving.isFresh()) return { kind: 'broken-off' };
    const result = await to
      .attach({
        object: job.pair.objects[carry.to],
        recordId: job.link.ids[carry.to],
        name: nameAcross(job.row),
        contentType: mediaType(file.contentType, nameAcross(job.row)),
        size: file.size,
        channel: job.row.channel,
        open: async () => {
          content = await openChecked(from, file, moving);
          return content.body;
        },
        ...(carry.lostAt === null ? {} : { lostAt: carry.lostAt }),
        signal,
      })
      .catch((error: unknown): AttachResult | null => {
        if (signal.aborted) return null;
        if (error instanceof ConnectorError) return { kind: 'failed', error };
        const data = { side: carry.to, executed: 'maybe', cause: 'unexpected' } as const;
        return { kind: 'failed', error: new ConnectorError('Unavailable', data, { cause: error }) };
      });
    if (result === null) return { kind: 'broken-off', went: hashOf(content) };
    // Found where an earlier sending had left it, nothing was opened.
    if (result.kind === 'attached')
      return { ...result, kind: 'across', hash: hashOf(content) ?? result.hash ?? '', paired: false };
    const { error } = result;
    const broken = error.data.side === file.side && error.kind === 'Unavailable' && !error.inDoubt;
    if (!broken || start >= startsAtMost) return { kind: 'failed', error, went: hashOf(content) };
  }
}

function hashOf(content: Opened | null): string | null {
  return content?.digest() ?? null;
}

/** The twin whose content is the same; null where none is. What a lost sending has left was not put there by people. */
async function sameContent(
  from: ChildSystem,
  to: ChildSystem,
  { file, lostAt }: Carry,
  twins: readonly FileInfo[],
  moving: Moving,
): Promise<Sent | null> {
  try {
    const here = file.hash ?? (await digestOf(from, file, moving));
    for (const twin of twins) {
      const there = twin.hash ?? (await digestOrGone(to, twin, moving));
      if (here === there)
        return { kind: 'across', id: twin.id, versionId: twin.versionId, hash: here, paired: lostAt === null };
    }
    return null;
  } catch (error) {
    if (moving.signal.aborted) return { kind: 'broken-off' };
    if (!(error instanceof ConnectorError)) throw error;
    return { kind: 'failed', error };
  }
}

/** Null where the file has just gone. */
async function digestOrGone(desk: ChildSystem, file: FileInfo, moving: Moving): Promise<string | null> {
  return digestOf(desk, file, moving).catch((error: unknown) => {
    if (error instanceof ConnectorError && error.kind === 'NotFound' && error.data.side === file.side) return null;
    throw error;
  });
}

function outcomeRow(engine: Engine, last: ChildRow, result: Sent, carry: Carry): ChildRow {
  const now = engine.clock.now();
  switch (result.kind) {
    case 'across':
      return advanced(last, now, {
        state: 'carried',
        counterpartId: result.id,
        hash: result.hash,
        detail: withDetail(last, {
          counterpartVersion: result.versionId,
          lostAt: null,
          tries: null,
          ...(result.paired ? { paired: true } : {}),
        }),
      });
    case 'failed':
      return afterFailure(withContent(last, result), result.error, { now, from: carry.file.side });
    case 'broken-off':
      return advanced(withContent(last, result), now, { detail: withDetail(last, { lostAt: iso(now) }) });
  }
}

/** What may have arrived is known again by its content, where its own desk keeps no hash: another version may look the same. */
function withContent(row: ChildRow, { went }: { readonly went?: string | null }): ChildRow {
  return went === undefined || went === null ? row : { ...row, hash: went };
}

function report(engine: Engine, job: FileJob, row: ChildRow, result: Sent, startedAt: number): void {
  const about = { link: job.link, file: row };
  const durationMs = engine.clock.now() - startedAt;
  if (result.kind === 'across')
    engine.emit({ type: 'file.carried', ...about, how: result.paired ? 'paired' : 'sent', durationMs });
  if (result.kind === 'failed') engine.emit({ type: 'file.failed', ...about, error: result.error });
  if (row.state === 'withheld' && numberIn(row, 'size') > 0) engine.emit({ type: 'file.withheld', ...about });
}

/** A row of ours while its file is under way: kept fresh, and given up when another worker has moved it on. */
class Held {
  readonly signal: AbortSignal;
  readonly #engine: Engine;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  #row: ChildRow;
  #renewing: Promise<void> = Promise.resolve();

  private constructor(engine: Engine, row: ChildRow, stopping: AbortSignal) {
    this.#engine = engine;
    this.#row = row;
    this.signal = AbortSignal.any([stopping, this.#lost.signal]);
  }

  /** Null if another worker was there first. */
  static async take(engine: Engine, seen: ChildRow, row: ChildRow, stopping: AbortSignal): Promise<Held | null> {
    if (!(await engine.store.transaction((tx) => tx.swapChild(row, seen.updatedAt)))) return null;
    const held = new Held(engine, row, stopping);
    held.#renewing = held.#renew();
    return held;
  }

  isFresh(): boolean {
    const { clock, times } = this.#engine;
    return clock.now() - Date.parse(this.#row.updatedAt) < times.settle / 2;
  }

  /** Writes the last word; null if the row is another worker's by now. */
  async end(last: (row: ChildRow) => ChildRow): Promise<ChildRow | null> {
    await this.release();
    const row = last(this.#row);
    return (await this.#engine.store.transaction((tx) => tx.swapChild(row, this.#row.updatedAt))) ? row : null;
  }

  async release(): Promise<void> {
    this.#over.abort();
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { clock, store, emit } = this.#engine;
    for (;;) {
      const passed = await clock.sleep(renewEveryMs, this.#over.signal).then(
        () => true,
        () => false,
      );
      if (!passed || this.#over.signal.aborted) return;
      const next = advanced(this.#row, clock.now(), {});
      try {
        if (await store.transaction((tx) => tx.swapChild(next, this.#row.updatedAt))) this.#row = next;
        else return this.#lost.abort(new Error('another worker has this file'));
      } catch (error) {
        emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
      }
    }
  }
}
