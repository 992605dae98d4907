import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Secret } from '../../config/secret.ts';
import type { StoredToken, TokenVault } from '../../connectors/credentials.ts';
import { type Clock, iso } from '../../core/clock.ts';
import type { Side } from '../../core/side.ts';
import type { Db } from './db.ts';
import { SecretKeyMissing, SecretKeyWrong } from './errors.ts';
import { seal, sealKey, type SealKey, unseal } from './seal.ts';

export interface VaultOptions {
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  readonly pool: pg.Pool;
  /** Turns a lost database into StoreUnavailable. */
  readonly answering: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly secretKey: Secret | null;
  readonly secretKeyPrevious: Secret | null;
}

const tokenShape = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  refreshSince: z.string().optional(),
  expiresAt: z.string().nullable(),
  instanceUrl: z.string().nullable(),
});

/** What a sealed token is bound to: moved to the other side's row, or to another version, it does not open. */
function context(side: Side, version: number): string {
  return `casebridge token ${side} ${version}`;
}

/** Any number per side, apart from the migration lock's. */
const lockOf: Readonly<Record<Side, number>> = { servicenow: 7_265_193_011, salesforce: 7_265_193_012 };

/** Tokens in the database, sealed. The previous key opens and never seals, so each save moves a token to the present key. */
export function createVault(options: VaultOptions): TokenVault {
  const present = options.secretKey === null ? null : sealKey(options.secretKey);
  const previous = options.secretKeyPrevious === null ? null : sealKey(options.secretKeyPrevious);

  const keyFor = (id: string): SealKey | null => [present, previous].find((key) => key?.id === id) ?? null;

  function open(side: Side, row: { keyId: string; sealed: string; version: number }): StoredToken {
    const key = keyFor(row.keyId);
    if (key === null)
      throw present === null ? new SecretKeyMissing('CASEBRIDGE_SECRET_KEY is not set') : new SecretKeyWrong(side);
    try {
      return tokenShape.parse(JSON.parse(unseal(key, row.sealed, context(side, row.version))));
    } catch (cause) {
      throw new SecretKeyWrong(side, { cause });
    }
  }

  return {
    load: async (side) => {
      const row = await options.transaction((db) => db.credential.findUnique({ where: { side } }));
      return row === null ? null : { token: open(side, row), version: row.version };
    },

    save: async (side, token, after) => {
      if (present === null) throw new SecretKeyMissing('CASEBRIDGE_SECRET_KEY is not set');
      const version = after + 1;
      const sealed = seal(present, JSON.stringify(token), context(side, version), randomBytes(12));
      const row = { ...sealed, version, updatedAt: iso(options.clock.now()) };
      return options.transaction(async (db) => {
        if (after > 0)
          return (await db.credential.updateMany({ where: { side, version: after }, data: row })).count === 1;
        return (await db.credential.createMany({ data: { side, ...row }, skipDuplicates: true })).count === 1;
      });
    },

    forget: async (side) => {
      await options.transaction((db) => db.credential.deleteMany({ where: { side } }));
    },

    // A session lock, not a transaction: a refresh is a call over the network. If the connection dies the lock is free, and
    // the compare-and-set of `save` still decides.
    exclusively: async (side, work) => {
      const client = await options.answering(() => options.pool.connect());
      // Closed rather than given back: that frees the lock, whatever state the connection is in.
      let broken: Error | null = null;
      client.once('error', (error) => (broken = error));
      try {
        await options.answering(() => client.query('SELECT pg_advisory_lock($1)', [lockOf[side]]));
        return await work();
      } finally {
        client.release(broken ?? true);
      }
    },
  };
}
