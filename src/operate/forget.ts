import { formatKey, isForgotten, type Link } from '../core/link.ts';
import type { Forgotten } from '../store/store.ts';
import { oneLink } from './links.ts';
import { note, type Operator } from './operator.ts';
import { Refused } from './refused.ts';

export interface ForgetOptions {
  /** Waits so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long a worker that is at it just now is waited for: its longest call, and some more. */
const waitMs = 120_000;
const lookEveryMs = 500;

/** The link that would be forgotten. Throws Refused where none or several are named, or where nothing is kept of it any more. */
export async function linkToForget(operator: Operator, search: string): Promise<Link> {
  const link = await oneLink(operator.store, search);
  if (isForgotten(link)) throw new Refused({ kind: 'link-forgotten', search });
  return link;
}

/**
 * Removes everything that is kept of a ticket but the ids of its two records, which are never matched, adopted or created from again.
 * Neither desk is asked, and neither ticket changed. First no new work begins, then what is under way may end: it would write down
 * what it has read. Throws Refused where that takes too long; the pair is unlinked then, and can be forgotten later.
 */
export async function forgetLink(operator: Operator, link: Link, { sleep }: ForgetOptions): Promise<Forgotten> {
  const { id, pair } = link;
  await operator.store.transaction((tx) => tx.setLinkStatus([id], 'detached'));
  const key = { kind: 'link', linkId: id } as const;
  for (let waited = 0; waited <= waitMs; waited += lookEveryMs) {
    const forgotten = await operator.store.transaction(async (tx) =>
      (await tx.activeKeys([key])).has(formatKey(key)) ? 'busy' : tx.forgetLink(id),
    );
    if (forgotten === null) throw new Refused({ kind: 'no-link', search: id });
    if (forgotten !== 'busy') {
      await note(operator, 'link.forget', id, { pair });
      return forgotten;
    }
    await sleep(lookEveryMs);
  }
  throw new Refused({ kind: 'link-busy', search: id });
}
