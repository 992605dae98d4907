import type { Side } from '../core/side.ts';
import type { StoredToken, TokenVault, VersionedToken } from './credentials.ts';

/** Tokens of this process alone, for grants that can always be repeated: nothing is lost with them, so nothing is stored. */
export function createMemoryVault(): TokenVault {
  const held = new Map<Side, VersionedToken>();
  return {
    load: (side) => Promise.resolve(held.get(side) ?? null),
    save: (side: Side, token: StoredToken, after: number) => {
      if ((held.get(side)?.version ?? 0) !== after) return Promise.resolve(false);
      held.set(side, { token, version: after + 1 });
      return Promise.resolve(true);
    },
  };
}
