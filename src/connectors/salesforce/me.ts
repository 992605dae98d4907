import { identity } from './describe.ts';
import { normaliseId } from './ids.ts';
import type { Session } from './session.ts';

const known = new WeakMap<Session, Promise<string | null>>();

/** Our own user id in 18 characters, asked once for a session; null where the org does not tell. */
export async function whoWeAre(session: Session): Promise<string | null> {
  const asked = known.get(session) ?? identity(session).then(({ user }) => normaliseId(user ?? ''));
  known.set(session, asked);
  try {
    return await asked;
  } catch (error) {
    known.delete(session);
    throw error;
  }
}
