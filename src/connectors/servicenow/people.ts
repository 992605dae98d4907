import { ConnectorError } from '../errors.ts';
import { evenChunks } from './chunks.ts';
import type { Context } from './context.ts';
import { currentUser } from './identity.ts';
import type { Me } from './journal-entries.ts';
import { listAny } from './list-many.ts';
import { allOf, ourselves, term } from './query.ts';
import { type Row, textOf } from './records.ts';
import type { ListRequest } from './table.ts';

/** A name that was looked up is believed for this long. */
const freshMs = 60 * 60 * 1000;

/** Display names of users, and which of them we are. Looked up once; a user who cannot be seen keeps his user name. */
export interface People {
  me(): Promise<Me & { readonly zone: string | null }>;
  /** Looks up the names of these users; a look that fails changes nothing. */
  meet(userNames: readonly string[]): Promise<void>;
  nameOf(userName: string): string;
  /** The name under which an instance signed a write of ours: who we are where it does not tell otherwise. */
  signedAs(userName: string): void;
}

interface Person {
  readonly name: string;
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
    const lists = await listsOrNone(context, chunks.map(requestFor));
    for (const [at, chunk] of chunks.entries()) {
      for (const row of lists[at] ?? []) {
        const userName = textOf(row, 'user_name');
        const name = textOf(row, 'name') ?? userName;
        if (typeof userName !== 'string' || typeof name !== 'string') continue;
        known.set(userName, { name, zone: textOf(row, 'time_zone') ?? null, at: clock.now() });
      }
      // Who has no row (`system`, a deleted user) is not asked for each time.
      for (const name of chunk) if (!known.has(name)) known.set(name, { name, zone: null, at: clock.now() });
    }
  }

  return {
    meet,
    signedAs: (userName) => {
      self = { userName, at: clock.now() };
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
      return { userName, displayName: person?.name ?? null, zone: person?.zone ?? null };
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
  const [rows = []] = await listsOrNone(context, [ask]);
  const [row] = rows;
  return row === undefined || rows.length > 1 ? null : (textOf(row, 'user_name') ?? null);
}

/** Names are a courtesy: nothing waits for them. */
async function listsOrNone(context: Context, requests: readonly ListRequest[]): Promise<readonly (readonly Row[])[]> {
  try {
    const lists = await listAny(context, requests);
    return lists.map((listed) => (listed instanceof ConnectorError ? [] : listed.rows));
  } catch (error) {
    if (error instanceof ConnectorError) return [];
    throw error;
  }
}
