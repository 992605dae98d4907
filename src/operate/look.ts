import type { LinkStatus } from '../core/link.ts';
import { type Side, sides } from '../core/side.ts';
import type { Counts } from '../store/overview.ts';
import type { QueueDepth } from '../store/queue.ts';
import type { PairPause, Store } from '../store/store.ts';

export interface Poll {
  readonly pair: string;
  readonly side: Side;
  /** Server time of the last walk that came to its end; null for never. */
  readonly completeAt: string | null;
  readonly walking: boolean;
}

/** What the database knows about how things stand. */
export interface Look {
  readonly links: Readonly<Record<LinkStatus, number>>;
  readonly polls: readonly Poll[];
  readonly queue: QueueDepth;
  readonly counts: Counts;
  readonly pauses: readonly PairPause[];
}

/** Looks at queue, cursors and figures of these pairs. */
export async function look(store: Store, pairs: readonly string[]): Promise<Look> {
  const queue = await store.queue.depth();
  return store.transaction(async (tx) => {
    const polls: Poll[] = [];
    for (const pair of pairs) {
      for (const side of sides) {
        const cursor = await tx.cursor(pair, side);
        polls.push({ pair, side, completeAt: cursor?.completeAt ?? null, walking: (cursor?.walk ?? null) !== null });
      }
    }
    return { links: await tx.countLinks(), polls, queue, counts: await tx.counts(), pauses: await tx.pauses() };
  });
}
