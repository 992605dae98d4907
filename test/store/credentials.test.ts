import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { StoredToken, TokenVault } from '../../src/connectors/credentials.ts';
import type { Side } from '../../src/core/side.ts';
import { SecretKeyInvalid, SecretKeyMissing, SecretKeyWrong } from '../../src/store/prisma/errors.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';

const token: StoredToken = {
  accessToken: 'access-00D!AQ',
  refreshToken: 'refresh-5Aep',
  expiresAt: '2026-03-02T09:00:00.000Z',
  instanceUrl: 'https://acme.my.salesforce.com',
};
const drawKey = (): Secret => new Secret(randomBytes(32).toString('base64'));

/** The vault of a database has the lock that other vaults may lack. */
function exclusively<T>(vault: TokenVault, side: Side, work: () => Promise<T>): Promise<T> {
  if (vault.exclusively === undefined) throw new Error('no lock');
  return vault.exclusively(side, work);
}

describe('stored tokens', () => {
  let database: TestDatabase;
  const opened: PrismaStore[] = [];

  const vaultWith = async (secretKey: Secret | null, secretKeyPrevious: Secret | null = null): Promise<TokenVault> => {
    const store = await storeOn(database, { secretKey, secretKeyPrevious });
    opened.push(store);
    return store.tokens;
  };
  const keyIds = async (): Promise<readonly unknown[]> =>
    (await database.query('SELECT key_id FROM credentials ORDER BY side')).map((row) => row['key_id']);

  beforeAll(async () => {
    database = await newDatabase();
  });
  beforeEach(async () => {
    await database.query('TRUNCATE credentials');
  });
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await database.drop();
  });

  it('lie sealed in the database', async () => {
    const vault = await vaultWith(drawKey());
    expect(await vault.save('salesforce', token, 0)).toBe(true);
    const dump = JSON.stringify(await database.query('SELECT * FROM credentials'));
    expect(dump).not.toContain('access-00D');
    expect(dump).not.toContain('refresh-5Aep');
    expect(await vault.load('salesforce')).toEqual({ token, version: 1 });
  });

  it('are never sealed twice alike', async () => {
    const vault = await vaultWith(drawKey());
    await vault.save('salesforce', token, 0);
    await vault.save('servicenow', token, 0);
    const rows = await database.query('SELECT DISTINCT sealed FROM credentials');
    expect(rows).toHaveLength(2);
  });

  it('cannot be stored without a key, nor opened', async () => {
    const vault = await vaultWith(null);
    await expect(vault.save('servicenow', token, 0)).rejects.toThrow(SecretKeyMissing);
    expect(await vault.load('servicenow')).toBeNull();
    await (await vaultWith(drawKey())).save('servicenow', token, 0);
    await expect(vault.load('servicenow')).rejects.toThrow(SecretKeyMissing);
  });

  it('do not open with another key, and are left as they are', async () => {
    await (await vaultWith(drawKey())).save('servicenow', token, 0);
    const before = await database.query('SELECT * FROM credentials');
    await expect((await vaultWith(drawKey())).load('servicenow')).rejects.toThrow(SecretKeyWrong);
    expect(await database.query('SELECT * FROM credentials')).toEqual(before);
  });

  it('do not open once moved to the other side, or given another version', async () => {
    const vault = await vaultWith(drawKey());
    await vault.save('servicenow', token, 0);
    await database.query(`UPDATE credentials SET side = 'salesforce'`);
    await expect(vault.load('salesforce')).rejects.toThrow(SecretKeyWrong);
    await database.query(`UPDATE credentials SET side = 'servicenow', version = 2`);
    await expect(vault.load('servicenow')).rejects.toThrow(SecretKeyWrong);
  });

  it('move to the new key when they are saved next, the old one still opening them until then', async () => {
    const [old, fresh] = [drawKey(), drawKey()];
    await (await vaultWith(old)).save('servicenow', token, 0);
    const [oldId] = await keyIds();
    const rotating = await vaultWith(fresh, old);
    expect(await rotating.load('servicenow')).toEqual({ token, version: 1 });
    expect(await rotating.save('servicenow', { ...token, accessToken: 'next' }, 1)).toBe(true);
    expect(await keyIds()).not.toEqual([oldId]);
    expect((await (await vaultWith(fresh)).load('servicenow'))?.token.accessToken).toBe('next');
    await expect((await vaultWith(old)).load('servicenow')).rejects.toThrow(SecretKeyWrong);
  });

  it.each(['', 'too short', randomBytes(31).toString('base64'), 'x'.repeat(44) + '!'])(
    'need a key of 32 bytes, not %j',
    async (text) => {
      await expect(storeOn(database, { secretKey: new Secret(text) })).rejects.toThrow(SecretKeyInvalid);
    },
  );

  it('are refreshed by one process at a time', async () => {
    const vaults = [await vaultWith(drawKey()), await vaultWith(drawKey())];
    let inside = 0;
    let most = 0;
    await Promise.all(
      [...vaults, ...vaults].map((vault) =>
        exclusively(vault, 'servicenow', async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setTimeout(resolve, 20));
          inside -= 1;
        }),
      ),
    );
    expect({ most, inside }).toEqual({ most: 1, inside: 0 });
  });

  it('let the two sides refresh at the same time', async () => {
    const vault = await vaultWith(drawKey());
    const both = await exclusively(vault, 'servicenow', async () =>
      exclusively(vault, 'salesforce', async () => 'both'),
    );
    expect(both).toBe('both');
  });

  it('are free to refresh again after a refresh that failed', async () => {
    const vault = await vaultWith(drawKey());
    await expect(exclusively(vault, 'servicenow', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await exclusively(vault, 'servicenow', async () => 'again')).toBe('again');
  });
});
