import { formatKey, type Link, type WorkKey } from '../core/link.ts';
import type { Tx, UnmatchedRow } from '../store/store.ts';
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
  const queued = await operator.store.transaction(async (tx) => {
    const named = new Set((await strangersIn(tx, pair)).map(({ field }) => field));
    let count = 0;
    for await (const links of pages(tx, pair)) {
      const keys = links
        .filter((link) => link.status !== 'detached' && (which === 'all' || waits(link, named)))
        .map((link): WorkKey => ({ kind: 'link', linkId: link.id }));
      await tx.enqueue(keys);
      count += new Set(keys.map(formatKey)).size;
    }
    return count;
  });
  await note(operator, 'people.again', pair ?? null, { count: queued });
  return queued;
}

async function* pages(tx: Tx, pair: string | undefined): AsyncGenerator<readonly Link[]> {
  for (let after = ''; ;) {
    const links = await tx.findLinks({
      limit: 500,
      ...(pair === undefined ? {} : { pair }),
      ...(after === '' ? {} : { after }),
    });
    const last = links.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield links;
  }
}

function waits(link: Link, named: ReadonlySet<string>): boolean {
  return link.holds.some(
    ({ field, reason }) => reason.kind === 'unreadable' || (reason.kind === 'no-counterpart' && named.has(field)),
  );
}
