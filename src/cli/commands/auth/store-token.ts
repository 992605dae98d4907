import type { StoredToken, TokenVault } from '../../../connectors/credentials.ts';
import type { Side } from '../../../core/side.ts';
import { SecretKeyWrong } from '../../../store/prisma/errors.ts';
import { UsageError } from '../../usage-error.ts';

const attempts = 5;

/**
 * Puts a token that a person has just authorised over whatever is stored, while no daemon renews. What another key had sealed is
 * thrown away: the new login replaces it. Rejects with SecretKeyMissing.
 */
export function storeToken(vault: TokenVault, side: Side, token: StoredToken): Promise<void> {
  const work = async (): Promise<void> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (await vault.save(side, token, await versionIn(vault, side))) return;
    }
    throw new UsageError(
      'The token could not be stored, since another process keeps storing its own; stop it and log in again.',
    );
  };
  return vault.exclusively === undefined ? work() : vault.exclusively(side, work);
}

async function versionIn(vault: TokenVault, side: Side): Promise<number> {
  try {
    return (await vault.load(side))?.version ?? 0;
  } catch (error) {
    if (!(error instanceof SecretKeyWrong) || vault.forget === undefined) throw error;
    await vault.forget(side);
    return 0;
  }
}
