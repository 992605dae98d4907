import { formatKey, isForgotten, type Link } from '../core/link.ts';
import type { LinkFilter, Store, Tx } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

const pageSize = 500;

/** Every link that the filter lets through, page by page, none of them empty. */
export async function* pagesOfLinks(
  store: Store,
  filter: Omit<LinkFilter, 'after' | 'limit'>,
): AsyncGenerator<readonly Link[]> {
  for (let after: string | undefined; ;) {
    const from = after === undefined ? {} : { after };
    const page = await store.transaction((tx) => tx.findLinks({ ...filter, ...from, limit: pageSize }));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < pageSize) return;
    after = last.id;
  }
}

/** The one link that this text names. Throws Refused where none or several do. */
export async function oneLink(store: Store, search: string): Promise<Link> {
  const found = await store.transaction((tx) => tx.findLinks({ search, limit: 3 }));
  const [link, ...others] = found;
  if (link === undefined) throw new Refused({ kind: 'no-link', search });
  if (others.length > 0) throw new Refused({ kind: 'several-links', search, ids: found.map(({ id }) => id) });
  return link;
}

/** Ends a pair: both tickets stay as they are, and are never matched or created from again. Throws Refused. */
export async function unlink(operator: Operator, search: string, dry = false): Promise<Link> {
  const { id } = await oneLink(operator.store, search);
  const link = await operator.store.transaction(async (tx) => {
    const now = await present(tx, id, search);
    if (isForgotten(now)) throw new Refused({ kind: 'link-forgotten', search });
    // One that ended by what became of its records is taken up again when they are back, unless a person ends it.
    if (now.status === 'detached' && now.life === null) throw new Refused({ kind: 'link-detached', search });
    if (dry) return now;
    await tx.setLinkStatus([id], 'detached');
    await tx.clearQuarantine([formatKey({ kind: 'link', linkId: id })]);
    return { ...now, status: 'detached' as const, life: null };
  });
  if (!dry) await note(operator, 'link.unlink', link.id, namesOf(link));
  return link;
}

/**
 * Takes a pair up again. The next reconcile compares both sides with what they last agreed on, so nothing that changed meanwhile is
 * overlooked. Throws Refused.
 */
export async function relink(operator: Operator, search: string, dry = false): Promise<Link> {
  const { id } = await oneLink(operator.store, search);
  const link = await operator.store.transaction(async (tx) => {
    const now = await present(tx, id, search);
    if (now.status !== 'detached') throw new Refused({ kind: 'link-not-detached', search, status: now.status });
    if (isForgotten(now)) throw new Refused({ kind: 'link-forgotten', search });
    if (dry) return now;
    await tx.setLinkStatus([id], 'pending');
    await tx.enqueue([{ kind: 'link', linkId: id }]);
    return { ...now, status: 'pending' as const, life: null };
  });
  if (!dry) await note(operator, 'link.relink', link.id, namesOf(link));
  return link;
}

/** Has both sides of a pair compared again. Throws Refused. */
export async function resyncLink(operator: Operator, search: string): Promise<Link> {
  const link = await oneLink(operator.store, search);
  if (link.status === 'detached') throw new Refused({ kind: 'link-detached', search });
  await operator.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link.id }]));
  await note(operator, 'link.resync', link.id, namesOf(link));
  return link;
}

/** Has a pair that is set aside tried again now. Throws Refused. */
export async function retryLink(operator: Operator, search: string): Promise<Link> {
  const link = await oneLink(operator.store, search);
  const key = { kind: 'link', linkId: link.id } as const;
  await operator.store.transaction(async (tx) => {
    const rows = await tx.quarantined([formatKey(key)]);
    if (rows.length === 0) throw new Refused({ kind: 'link-not-set-aside', search });
    await tx.saveQuarantine(rows.map((row) => ({ ...row, nextAt: timeOf(operator) })));
    await tx.enqueue([key]);
  });
  await note(operator, 'link.retry', link.id, namesOf(link));
  return link;
}

async function present(tx: Tx, id: string, search: string): Promise<Link> {
  const [link] = await tx.linksById([id]);
  if (link === undefined) throw new Refused({ kind: 'no-link', search });
  return link;
}

function namesOf({ pair, numbers, ids }: Link): Readonly<Record<string, string>> {
  return {
    pair,
    servicenow: numbers.servicenow ?? ids.servicenow,
    salesforce: numbers.salesforce ?? ids.salesforce,
  };
}
