import type { Context } from './context.ts';
import { currentUser } from './identity.ts';

interface Known {
  readonly userName: string | null;
  readonly at: number;
}

/** Told once by the instance is believed for this long. */
const freshMs = 60 * 60 * 1000;

const known = new WeakMap<Context, Known>();

/** The user name that our uploads are signed with; null where the instance does not tell. */
export async function uploader(context: Context): Promise<string | null> {
  const held = known.get(context);
  if (held !== undefined && held.at > context.clock.now() - freshMs) return held.userName;
  const userName = (await currentUser(context)) ?? held?.userName ?? null;
  known.set(context, { userName, at: context.clock.now() });
  return userName;
}

/** An upload of ours came back signed by this user. */
export function signedBy(context: Context, userName: string | null | undefined): void {
  if (typeof userName === 'string' && userName !== '') known.set(context, { userName, at: context.clock.now() });
}
