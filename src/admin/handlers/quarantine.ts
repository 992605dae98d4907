import { counted } from '../../observability/words.ts';
import { causeOf, dropSetAside, mostSetAside, retrySetAside, type Selection } from '../../operate/quarantine.ts';
import type { Selection as SelectionBody } from '../schemas/quarantine.ts';
import { pageOf } from '../views/names.ts';
import { groupsOf, quarantineView } from '../views/quarantine.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type QuarantineRoutes = 'quarantine' | 'quarantineGroups' | 'quarantineRetry' | 'quarantineDrop';

/** Records that are set aside. */
export const quarantineHandlers: MakeHandlers<QuarantineRoutes> = ({ engine }): HandlersOf<QuarantineRoutes> => {
  const all = () => engine.store.transaction((tx) => tx.listQuarantine(mostSetAside));
  return {
    quarantine: async ({ query: { cause, pair, after, limit } }) => {
      const rows = (await all()).filter(
        (row) => (pair === undefined || row.pair === pair) && (cause === undefined || causeOf(row.reason) === cause),
      );
      // They come oldest first; a page goes on behind the row that ended the one before, or where it would stand.
      const sorted = rows.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
      const rest = after === undefined ? sorted : sorted.filter((row) => placeOf(row) > after);
      return { ...pageOf(rest, limit, placeOf, quarantineView), total: rows.length };
    },
    quarantineGroups: async () => {
      const rows = await all();
      return { total: rows.length, groups: groupsOf(rows) };
    },
    quarantineRetry: async ({ body, operator }) => {
      const { length: count } = await retrySetAside(operator, selectionOf(body));
      return { count, text: `${counted(count, 'record')} tried again now.` };
    },
    quarantineDrop: async ({ body, operator }) => {
      const { length: count } = await dropSetAside(operator, selectionOf(body));
      return { count, text: `${counted(count, 'record')} forgotten until the next change.` };
    },
  };
};

function placeOf({ firstAt, key }: { readonly firstAt: string; readonly key: string }): string {
  return `${firstAt} ${key}`;
}

function selectionOf(body: SelectionBody): Selection {
  if ('keys' in body) return { kind: 'keys', keys: body.keys };
  return 'cause' in body ? { kind: 'cause', cause: body.cause } : { kind: 'all' };
}
