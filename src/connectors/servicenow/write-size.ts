/** What the writes of a Batch call are: how long they take differs by that. */
export type WriteKind = 'create' | 'update' | 'post';

/** What a Batch call is for. One of writes may bring lists along. */
export type BatchKind = 'read' | WriteKind;

/** What is known of how many items of one kind fit into a call. Times in milliseconds. */
export interface WriteSize {
  /** What one item takes on the server; null before one was timed. */
  readonly msPer: number | null;
  /** The largest number that was timed in one call. */
  readonly timed: number;
  /** Most items while `until` is not over: a call with more was cut off. */
  readonly ceiling: { readonly items: number; readonly until: number } | null;
  /** Items since one was serviced in its time that were too slow in a call of their own. */
  readonly slowAlone: number;
  /** When it was learned. */
  readonly at: number;
}

/** What came of one call. */
export interface BatchRun {
  readonly sent: number;
  readonly serviced: number;
  /** Mean time of an item; null where nothing was told. */
  readonly msPer: number | null;
  /** The server ended the call before its last item, or did not answer in its time. */
  readonly cutOff: boolean;
  readonly now: number;
}

export const unknownSize: WriteSize = { msPer: null, timed: 0, ceiling: null, slowAlone: 0, at: 0 };

/** A batch is cut off at 30 s (batch-api); half of that leaves room for items that take longer than most. */
export const aimMs = 15_000;

/**
 * No number of items is published. What bounds a call beside its time is what is at stake with it: an answer that is lost leaves all
 * of it in doubt.
 */
const most = 500;

/** What a few items took says little of many: so many times the number that was timed. */
const growth = 10;

/** A size that was too large is not tried again for so long. */
const keptMs = 10 * 60_000;

/** What writes took in the night says little of the morning. */
const staleMs = 60 * 60_000;

/**
 * Before anything was timed. An update with business rules usually takes 120 ms: 100 take 12 s. Creates run every insert rule of
 * the table, 2.6 s in the documented example (batch-two-get-one-post-doc): ten fill 26 s.
 */
const first: Readonly<Record<WriteKind, number>> = { create: 10, update: 100, post: 100 };
const usualMs: Readonly<Record<BatchKind, number>> = { read: 10, create: 2_600, update: 120, post: 120 };

/** What is left of what was known; the times of long ago are forgotten. */
export function remembered(size: WriteSize, now: number): WriteSize {
  return now - size.at < staleMs ? size : { ...unknownSize, ceiling: size.ceiling };
}

/** What an item of a kind is expected to take: as timed, else as usual. */
export function expectedMs(kind: BatchKind, msPer: number | null): number {
  return msPer ?? usualMs[kind];
}

/** How many items of a kind to put into the next call. */
export function fitting(kind: WriteKind, size: WriteSize, now: number): number {
  const ceiling = size.ceiling !== null && now < size.ceiling.until ? size.ceiling.items : Number.POSITIVE_INFINITY;
  const byTime =
    size.msPer === null
      ? first[kind]
      : Math.min(Math.floor(aimMs / size.msPer), Math.max(first[kind], growth * size.timed), most);
  return Math.max(1, Math.min(byTime, ceiling));
}

/** What is known after a call: quick to learn that items take longer, slow to learn that they take less. */
export function afterRun(size: WriteSize, run: BatchRun): WriteSize {
  const { now } = run;
  // A server that reports nothing measurable is still a server.
  const heard = run.msPer === null ? null : Math.max(1, run.msPer);
  const msPer = heard === null ? size.msPer : Math.max(heard, (heard + (size.msPer ?? heard)) / 2);
  const stands = size.ceiling !== null && now < size.ceiling.until ? size.ceiling : null;
  const half = Math.max(1, Math.floor(run.sent / 2));
  // What one item comes to says nothing about how many.
  const ceiling =
    run.cutOff && run.sent > 1 ? { items: Math.min(half, stands?.items ?? half), until: now + keptMs } : stands;
  const slowAlone = run.serviced > 0 ? 0 : size.slowAlone;
  return { msPer, timed: Math.max(size.timed, run.serviced), ceiling, slowAlone, at: now };
}

/** One item alone took as long as many may: smaller calls were for its sake. Where none is quicker in between, all are like it. */
export function afterSlowAlone(size: WriteSize): WriteSize {
  return { ...size, ceiling: size.slowAlone === 0 ? null : size.ceiling, slowAlone: size.slowAlone + 1 };
}

/** Below this a call is so short that another one costs more than an idle lane. */
const shortMs = 5_000;

/**
 * Into how many calls to divide `left` items when `size` of them fit into one: as few as possible, and where a call takes long, a
 * multiple of the lanes, since a lane that gets nothing in the last round is idle for as long as a call takes.
 */
export function callsFor(left: number, size: number, lanes: number, msPer: number): number {
  const fewest = Math.ceil(left / size);
  if (lanes < 2 || (left / fewest) * msPer < shortMs) return fewest;
  return Math.min(left, Math.ceil(fewest / lanes) * lanes);
}
