import type { Link } from '../core/link.ts';
import type { LinkFilter, Store } from '../store/store.ts';
import { UsageError } from './usage-error.ts';

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

/** The one link that this text names. Throws UsageError where none or several do. */
export async function oneLink(store: Store, search: string): Promise<Link> {
  const found = await store.transaction((tx) => tx.findLinks({ search, limit: 3 }));
  const [link, ...others] = found;
  if (link === undefined)
    throw new UsageError(`No link has "${search}" as its id, or as the id or number of a record.`);
  if (others.length > 0) {
    throw new UsageError(
      `"${search}" names several links: ${found.map(({ id }) => id).join(', ')}; give one of these ids.`,
    );
  }
  return link;
}
