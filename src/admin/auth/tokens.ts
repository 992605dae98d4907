import { createHash } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';
import { hashOf } from '../../operate/tokens.ts';
import type { AdminRecords, AdminRole } from '../../store/store.ts';
import { sameSecret } from './equal.ts';

/** Whose token it is. */
export interface TokenOwner {
  readonly id: string;
  readonly name: string;
  readonly role: AdminRole;
}

export interface Tokens {
  /** Null for one that nobody has. */
  owner(token: string): Promise<TokenOwner | null>;
  /** False where the token that a session was opened with has changed since. */
  isCurrent(tokenId: string): boolean;
}

/** Knows CASEBRIDGE_ADMIN_TOKEN and the tokens in the database. */
export function createTokens(records: AdminRecords, configured: Secret | null): Tokens {
  // Names this very token, so that a session ends when the setting changes.
  const configuredId =
    configured === null
      ? null
      : `setting:${createHash('sha256').update(`id ${configured.reveal()}`).digest('hex').slice(0, 16)}`;
  return {
    owner: async (token) => {
      if (configured !== null && configuredId !== null && sameSecret(token, configured.reveal())) {
        return { id: configuredId, name: 'admin', role: 'admin' };
      }
      const row = await records.tokenByHash(hashOf(token));
      return row === null ? null : { id: row.id, name: row.name, role: row.role };
    },
    isCurrent: (tokenId) => !tokenId.startsWith('setting:') || tokenId === configuredId,
  };
}
