import { ConnectorError } from '../errors.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { currentUser } from './identity.ts';
import type { Me } from './journal-entries.ts';
import { isForbidden, type Listed, listAny, orThrow } from './list-many.ts';
import { allOf, ourselves, term } from './query.ts';
import { type Row, textOf } from './records.ts';
import type { ListRequest } from './table.ts';

const usersRequest = 'GET /api/now/table/sys_user';

/** A name that was looked up is believed for this long. */
const freshMs = 60 * 60 * 1000;

/** Display names of users, and which of them we are. Looked up once; a user who cannot be seen keeps his user name. */
export interface People {
  /**
   * Rejects with ConnectorError where that could not be asked: what is ours must not be taken for a person's. Null is the answer of an
   * instance that does not tell, and of one that shows us no row of our own.
   */
  me(): Promise<Me & { readonly zone: string | null }>;
  /** Looks up the names of these users; a look that fails changes nothing. */
  meet(userNames: readonly string[]): Promise<void>;
  nameOf(userName: string): string;
  /** The name under which an instance signed a write of ours: who we are where it does not tell otherwise. */
  signedAs(userName: string): void;
}

interface Person {
  /** The user name of who has no row that we see. */
  readonly name: string;
  readonly seen: boolean;
  readonly zone: string | null;
  readonly at: number;
}

export function createPeople(context: Context): People {
  const { clock } = context;
  const known = new Map<string, Person>();
  let self: { readonly userName: string | null; readonly at: number } | null = null;

  async function meet(userNames: readonly string[]): Promise<void> {
    const fresh = clock.now() - freshMs;
    const strangers = [...new Set(userNames)].filter((name) => isAskable(name) && (known.get(name)?.at ?? 0) <= fresh);
    const chunks = evenChunks(strangers, namesPerList);
    const lists = await listsOf(context, chunks.map(requestFor)).catch(orNothing);
    for (const [at, chunk] of chunks.entries()) {
      const rows = rowsOrNull(lists[at]);
      if (rows === null) continue;
      for (const row of rows) {
        const userName = textOf(row, 'user_name');
        const name = textOf(row, 'name') ?? userName;
        if (typeof userName !== 'string' || typeof name !== 'string') continue;
        known.set(userName, { name, seen: true, zone: textOf(row, 'time_zone') ?? null, at: clock.now() });
      }
      // Who has no row (`system`, a deleted user) is not asked for each time.
      for (const name of chunk)
        if (!known.has(name)) known.set(name, { name, seen: false, zone: null, at: clock.now() });
    }
  }

  return {
    meet,
    signedAs: (userName) => {
      if ((self?.userName ?? null) === null) self = { userName, at: clock.now() };
    },
    nameOf: (userName) => known.get(userName)?.name ?? userName,
    me: async () => {
      if (self === null || self.at <= clock.now() - freshMs) {
        const told = (await currentUser(context)) ?? (await signedIn(context));
        self = { userName: told ?? self?.userName ?? null, at: clock.now() };
      }
      const { userName } = self;
      if (userName === null) return { userName, displayName: null, zone: null };
      await meet([userName]);
      const person = known.get(userName);
      if (person === undefined && isAskable(userName))
        throw unexpected({ request: usersRequest, effect: 'read' }, 'own-name-unknown');
      return { userName, displayName: person?.seen === true ? person.name : null, zone: person?.zone ?? null };
    },
  };
}

/** User names have 40 characters, each three bytes of a URL at most. */
const namesPerList = 50;

/** A user name goes into a list of a query; one that cannot is shown as it is. */
function isAskable(userName: string): boolean {
  return /^[^,^\p{Cc}]{1,40}$/u.test(userName) && !/^\s*javascript:/i.test(userName);
}

function requestFor(userNames: readonly string[]): ListRequest {
  return {
    table: 'sys_user',
    query: allOf(term('user_name', 'IN', userNames)),
    fields: ['user_name', 'name', 'time_zone'],
    limit: userNames.length,
  };
}

/** Who is signed in, by the platform's own word for it. Two rows are what a dropped term answers with. */
async function signedIn(context: Context): Promise<string | null> {
  const ask = { table: 'sys_user', query: ourselves, fields: ['user_name'], limit: 2 };
  const [listed] = await listsOf(context, [ask]);
  const [row, ...others] = listed === undefined || isForbidden(listed) ? [] : orThrow(listed).rows;
  return row === undefined || others.length > 0 ? null : (textOf(row, 'user_name') ?? null);
}

function listsOf(context: Context, requests: readonly ListRequest[]): Promise<readonly Listed[]> {
  return requests.length === 0 ? Promise.resolve([]) : listAny(context, requests);
}

/** Names are a courtesy: nothing waits for them. */
function orNothing(error: unknown): readonly Listed[] {
  if (error instanceof ConnectorError) return [];
  throw error;
}

/** Null where nothing was answered, which says nothing; a table that may not be listed has no rows for us. */
function rowsOrNull(listed: Listed | undefined): readonly Row[] | null {
  if (listed === undefined) return null;
  if (!(listed instanceof ConnectorError)) return listed.rows;
  return isForbidden(listed) ? [] : null;
}
