import { iso } from '../core/clock.ts';
import type { StoredToken } from './credentials.ts';

/** Notes when a refresh token was first given: one that comes back unchanged keeps its time, and its end. `now` in milliseconds. */
export function withRefreshSince(token: StoredToken, last: StoredToken | null, now: number): StoredToken {
  if (token.refreshToken === null) return token;
  const since = token.refreshToken === last?.refreshToken ? last.refreshSince : iso(now);
  return since === undefined ? token : { ...token, refreshSince: since };
}
