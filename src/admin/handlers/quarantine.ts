import { counted } from '../../observability/words.ts';
import { causeOf, dropSetAside, retrySetAside, type Selection } from '../../operate/quarantine.ts';
import type { QuarantineRow, Tx } from '../../store/store.ts';
import type { RetryBody } from '../schemas/quarantine.ts';
import { pageOf } from '../views/names.ts';
import { given } from './links.ts';
import { groupsOf, quarantineView } from '../views/quarantine.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type QuarantineRoutes = 'quarantine' | 'quarantineGroups' | 'quarantineRetry' | 'quarantineDrop';

/** Records that are set aside. */
export const quarantineHandlers: MakeHandlers<QuarantineRoutes> = ({ engine }): HandlersOf<QuarantineRoutes> => {
  const { store } = engine;
  return {
    quarantine: async ({ query: { cause, pair, after, limit } }) =>
      store.transaction(async (tx) => {
        const groups = await tx.quarantineGroups(pair);
        const total = groups
          .filter(({ reason }) => cause === undefined || causeOf(reason) === cause)
          .reduce((sum, { count }) => sum + count, 0);
        const rows = await rowsOfCause(tx, { cause, pair, after, limit: total === 0 ? 0 : limit + 1 });
        return { ...pageOf(rows, limit, placeOf, quarantineView), total };
      }),
    quarantineGroups: async () =>
      store.transaction(async (tx) => {
        const groups = await tx.quarantineGroups();
        const total = groups.reduce((sum, { count }) => sum + count, 0);
        return { total, groups: groupsOf(groups, await tx.quarantined(groups.flatMap(({ keys }) => [...keys]))) };
      }),
    quarantineRetry: async ({ body, operator }) => {
      const { length: count } = await retrySetAside(operator, selectionOf(body), { unseen: 'unseen' in body });
      return { count, text: `${counted(count, 'record')} tried again now.` };
    },
    quarantineDrop: async ({ body, operator }) => {
      const { length: count } = await dropSetAside(operator, selectionOf(body));
      return { count, text: `${counted(count, 'record')} forgotten until the next change.` };
    },
  };
};

interface Wanted {
  readonly cause: string | undefined;
  readonly pair: string | undefined;
  /** The place of a row as it was listed. */
  readonly after: string | undefined;
  readonly limit: number;
}

const rowsAtOnce = 500;

/** They come oldest first; a page goes on behind the row that ended the one before, or where it would stand. */
async function rowsOfCause(tx: Tx, { cause, pair, after, limit }: Wanted): Promise<readonly QuarantineRow[]> {
  const found: QuarantineRow[] = [];
  let from = after === undefined ? undefined : placeAt(after);
  while (found.length < limit) {
    const filter = { ...given({ pair, after: from }), limit: cause === undefined ? limit : rowsAtOnce };
    const rows = await tx.quarantinePage(filter);
    found.push(...rows.filter(({ reason }) => cause === undefined || causeOf(reason) === cause));
    if (rows.length < filter.limit) break;
    from = rows.at(-1);
  }
  return found.slice(0, limit);
}

function placeOf({ firstAt, key }: Pick<QuarantineRow, 'firstAt' | 'key'>): string {
  return `${firstAt} ${key}`;
}

function placeAt(place: string): Pick<QuarantineRow, 'firstAt' | 'key'> | undefined {
  const [firstAt = '', ...key] = place.split(' ');
  return Number.isNaN(Date.parse(firstAt)) ? undefined : { firstAt, key: key.join(' ') };
}

function selectionOf(body: RetryBody): Selection {
  if ('keys' in body) return { kind: 'keys', keys: body.keys };
  return 'cause' in body ? { kind: 'cause', cause: body.cause } : { kind: 'all' };
}
