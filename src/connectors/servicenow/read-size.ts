/** How many lists fit into one Batch call, after a call with more was cut off. Times in milliseconds. */
export interface ReadSize {
  readonly items: number;
  /** Not before then are twice as many tried again. */
  readonly until: number;
  /** How long that was put off. */
  readonly calmMs: number;
}

/** What came of one call of lists. */
export interface ReadRun {
  readonly sent: number;
  /** The server ended the call before its last list, or did not answer in its time. */
  readonly cutOff: boolean;
  readonly now: number;
}

/** Lists take milliseconds: so many are asked for where nothing speaks against it. */
export const mostLists = 100;

/** One slow list is usually over by then; where it is not, each try that fails is put off for twice as long. */
const calmMs = { first: 30_000, last: 10 * 60_000 };

/** How many lists to put into the next call. */
export function listsPerCall(size: ReadSize | null, now: number): number {
  if (size === null) return mostLists;
  return Math.min(mostLists, now < size.until ? size.items : size.items * 2);
}

/** Half as many after a call that was cut off; what passes once that is over for a while may be doubled by the next one. */
export function afterLists(size: ReadSize | null, { sent, cutOff, now }: ReadRun): ReadSize | null {
  if (cutOff && sent > 1) {
    const again = size !== null && sent > size.items;
    const calm = again ? Math.min(size.calmMs * 2, calmMs.last) : (size?.calmMs ?? calmMs.first);
    return { items: Math.min(Math.floor(sent / 2), size?.items ?? sent), until: now + calm, calmMs: calm };
  }
  // What one list comes to says nothing about how many, and neither do fewer than were known to pass.
  if (cutOff || size === null || now < size.until || sent <= size.items) return size;
  return sent * 2 >= mostLists ? null : { ...size, items: sent };
}
