import type { StoredToken, TokenVault, VersionedToken } from '../../../connectors/credentials.ts';
import { withRefreshSince } from '../../../connectors/refresh-since.ts';
import type { Side } from '../../../core/side.ts';
import { SecretKeyWrong } from '../../../store/prisma/errors.ts';
import { UsageError } from '../../usage-error.ts';

const attempts = 5;

/**
 * Puts a token that a person has just authorised over whatever is stored, while no daemon renews; `now` in milliseconds. What another key had sealed is
 * thrown away: the new login replaces it. Rejects with SecretKeyMissing.
 */
export function storeToken(vault: TokenVault, side: Side, token: StoredToken, now: number): Promise<void> {
  const work = async (): Promise<void> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const stored = await storedIn(vault, side);
      const kept = withRefreshSince(token, stored?.token ?? null, now);
      if (await vault.save(side, kept, stored?.version ?? 0)) return;
    }
    throw new UsageError(
      'The token could not be stored, since another process keeps storing its own; stop it and log in again.',
    );
  };
  return vault.exclusively === undefined ? work() : vault.exclusively(side, work);
}

async function storedIn(vault: TokenVault, side: Side): Promise<VersionedToken | null> {
  try {
    return await vault.load(side);
  } catch (error) {
    if (!(error instanceof SecretKeyWrong) || vault.forget === undefined) throw error;
    await vault.forget(side);
    return null;
  }
}
