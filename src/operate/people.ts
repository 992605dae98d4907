import type { Link, WorkKey } from '../core/link.ts';
import type { Tx, UnmatchedRow } from '../store/store.ts';
import { pagesOfLinks } from './links.ts';
import { note, type Operator } from './operator.ts';

/** Everybody without a counterpart, of one pair or of all. */
export async function strangers(operator: Pick<Operator, 'store'>, pair?: string): Promise<readonly UnmatchedRow[]> {
  return operator.store.transaction((tx) => strangersIn(tx, pair));
}

async function strangersIn(tx: Tx, pair: string | undefined): Promise<readonly UnmatchedRow[]> {
  const filter = { ...(pair === undefined ? {} : { pair }), limit: 500 };
  const rows: UnmatchedRow[] = [];
  for (let page = await tx.listUnmatched(filter); page.length > 0;) {
    rows.push(...page);
    const last = page.at(-1);
    page = last === undefined ? [] : await tx.listUnmatched({ ...filter, after: last });
  }
  return rows;
}

/**
 * Queues every ticket that waits for somebody: fields that were left alone for want of a counterpart, or because a directory could not
 * be read. `all`: every ticket, so that those get their own who got the mapping's default. Returns how many.
 */
export async function lookAgain(
  operator: Operator,
  pair?: string,
  which: 'waiting' | 'all' = 'waiting',
): Promise<number> {
  const named = new Set((await strangers(operator, pair)).map(({ field }) => field));
  const meant = (link: Link): boolean => link.status !== 'detached' && (which === 'all' || waits(link, named));
  let queued = 0;
  // A transaction a page: a million links are more than one may last for.
  for await (const links of pagesOfLinks(operator.store, pair === undefined ? {} : { pair })) {
    const keys = links.filter(meant).map((link): WorkKey => ({ kind: 'link', linkId: link.id }));
    if (keys.length > 0) await operator.store.transaction((tx) => tx.enqueue(keys));
    queued += keys.length;
  }
  await note(operator, 'people.again', pair ?? null, { count: queued });
  return queued;
}

function waits(link: Link, named: ReadonlySet<string>): boolean {
  return link.holds.some(
    ({ field, reason }) => reason.kind === 'unreadable' || (reason.kind === 'no-counterpart' && named.has(field)),
  );
}
