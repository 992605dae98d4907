import { describe, expect, it } from 'vitest';
import type { StoredToken, TokenVault } from '../../src/connectors/credentials.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { createTokenSource, type TokenSource, type TokenSourceOptions } from '../../src/connectors/token-source.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { memoryVault } from './servicenow/support.ts';

const minute = 60_000;

function token(name: string, clock: FakeClock, lifeMs = 30 * minute): StoredToken {
  return {
    accessToken: name,
    refreshToken: `refresh-${name}`,
    expiresAt: new Date(clock.now() + lifeMs).toISOString(),
    instanceUrl: null,
  };
}

interface Setting {
  readonly clock: FakeClock;
  readonly vault: ReturnType<typeof memoryVault>;
  /** What `grant` was asked with. */
  readonly asked: (StoredToken | null)[];
  readonly open: (more?: Partial<TokenSourceOptions>) => TokenSource;
}

function setting(first: (clock: FakeClock) => StoredToken | null = () => null): Setting {
  const clock = fakeClock();
  const vault = memoryVault(first(clock));
  const asked: (StoredToken | null)[] = [];
  const grant = async (last: StoredToken | null): Promise<StoredToken> => {
    asked.push(last);
    await Promise.resolve();
    return token(`t${asked.length}`, clock);
  };
  return {
    clock,
    vault,
    asked,
    open: (more) => createTokenSource({ side: 'servicenow', vault, clock, grant, marginMs: minute, ...more }),
  };
}

const refused = (): ConnectorError => new ConnectorError('Unauthorized', { side: 'servicenow', executed: 'no' });

describe('the token source', () => {
  it('asks once for many callers', async () => {
    const { open, asked } = setting();
    const source = open();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(asked).toHaveLength(1);
    expect(new Set(tokens.map((one) => one.accessToken))).toEqual(new Set(['t1']));
  });

  it('stores a new token before anyone gets it', async () => {
    const { open, vault } = setting();
    const steps: string[] = [];
    const slow: TokenVault = {
      load: (side) => vault.load(side),
      save: async (side, one, after) => {
        const saved = await vault.save(side, one, after);
        // As a database may.
        await new Promise((resolve) => setTimeout(resolve, 20));
        steps.push('stored');
        return saved;
      },
    };
    await open({ vault: slow }).current();
    steps.push('used');
    expect(steps).toEqual(['stored', 'used']);
  });

  it('lets processes that share a vault take turns, so that one refresh token is never used twice', async () => {
    const { open, vault, clock, asked } = setting((at) => token('old', at, 30_000));
    let turns: Promise<unknown> = Promise.resolve();
    const shared: TokenVault = {
      load: (side) => vault.load(side),
      save: (side, one, after) => vault.save(side, one, after),
      exclusively: (_side, work) => {
        const turn = turns.then(work);
        turns = turn.catch(() => undefined);
        return turn;
      },
    };
    const grant = async (last: StoredToken | null): Promise<StoredToken> => {
      asked.push(last);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return token(`t${asked.length}`, clock);
    };
    const processes = Array.from({ length: 5 }, () => open({ vault: shared, grant }));
    const tokens = await Promise.all(processes.map((source) => source.current()));
    expect(asked.map((last) => last?.refreshToken)).toEqual(['refresh-old']);
    expect(new Set(tokens.map((one) => one.accessToken))).toEqual(new Set(['t1']));
  });

  it('uses a stored token that still lives, and refreshes with the stored refresh token when it does not', async () => {
    const { open, asked, clock } = setting((at) => token('old', at));
    const source = open();
    expect((await source.current()).accessToken).toBe('old');
    expect(asked).toEqual([]);
    await clock.advance(29 * minute);
    expect((await source.current()).accessToken).toBe('t1');
    expect(asked[0]?.refreshToken).toBe('refresh-old');
  });

  it('takes over what another process has refreshed instead of refreshing again', async () => {
    const { open, asked } = setting((at) => token('old', at));
    const [one, two] = [open(), open()];
    await Promise.all([one.current(), two.current()]);
    expect((await one.renew('old')).accessToken).toBe('t1');
    expect((await two.renew('old')).accessToken).toBe('t1');
    expect(asked).toHaveLength(1);
  });

  it('asks anew for a token that was refused though it still seemed to live', async () => {
    const { open, asked } = setting((at) => token('old', at));
    const source = open();
    const { accessToken } = await source.current();
    const renewed = await Promise.all(Array.from({ length: 20 }, () => source.renew(accessToken)));
    expect(new Set(renewed.map((one) => one.accessToken))).toEqual(new Set(['t1']));
    expect((await source.renew(accessToken)).accessToken).toBe('t1');
    expect(asked).toHaveLength(1);
  });

  it('goes on with the winner’s token when two processes refresh at the same moment', async () => {
    const { open, vault, asked } = setting((at) => token('old', at, -1));
    const tokens = await Promise.all([open().current(), open().current(), open().current()]);
    expect(asked.length).toBeGreaterThan(1);
    const stored = vault.stored()?.token.accessToken;
    expect(new Set(tokens.map((one) => one.accessToken))).toEqual(new Set([stored]));
  });

  it('lets processes take turns where the vault can, so that a rotating refresh token is used once', async () => {
    const { vault, open, asked } = setting((at) => token('old', at, -1));
    let line: Promise<unknown> = Promise.resolve();
    const locking: TokenVault = {
      ...vault,
      exclusively: async (_side, work) => {
        const mine = line.then(work);
        line = mine.catch(() => undefined);
        return mine;
      },
    };
    await Promise.all([open({ vault: locking }).current(), open({ vault: locking }).current()]);
    expect(asked.map((last) => last?.refreshToken)).toEqual(['refresh-old']);
  });

  it('takes the live token of another process when its own refresh token was refused as used up', async () => {
    const { open, vault, clock } = setting((at) => token('old', at, -1));
    const source = open({
      grant: async () => {
        await vault.save('servicenow', token('theirs', clock), 1);
        throw refused();
      },
    });
    expect((await source.current()).accessToken).toBe('theirs');
  });

  it('repeats a refusal for a while without asking, until someone stores another token', async () => {
    const { open, vault, clock } = setting();
    let asks = 0;
    const source = open({
      grant: async () => {
        asks += 1;
        return Promise.reject(refused());
      },
      refusalMs: 30_000,
    });
    await expect(source.current()).rejects.toMatchObject({ kind: 'Unauthorized' });
    await expect(source.current()).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(asks).toBe(1);
    await clock.advance(30_001);
    await expect(source.current()).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(asks).toBe(2);
    await vault.save('servicenow', token('by hand', clock), 0);
    expect((await source.current()).accessToken).toBe('by hand');
  });

  it('asks again at once after a failure that was no refusal', async () => {
    const { open, clock } = setting();
    let asks = 0;
    const source = open({
      grant: async () => {
        asks += 1;
        if (asks === 1) throw new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no' });
        return Promise.resolve(token('later', clock));
      },
    });
    await expect(source.current()).rejects.toMatchObject({ kind: 'Unavailable' });
    expect((await source.current()).accessToken).toBe('later');
  });

  it('uses a token up when the vendor gives out the same one with less time left', async () => {
    const { open, clock } = setting();
    let asks = 0;
    const end = clock.now() + 40_000;
    const source = open({
      grant: async () => {
        asks += 1;
        const expiresAt = new Date(clock.now() < end ? end : clock.now() + 30 * minute).toISOString();
        return Promise.resolve({ ...token(clock.now() < end ? 'same' : 'next', clock), expiresAt });
      },
    });
    await source.current();
    await clock.advance(20_000);
    expect((await source.current()).accessToken).toBe('same');
    expect(asks).toBe(1);
    await clock.advance(20_001);
    expect((await source.current()).accessToken).toBe('next');
    expect(asks).toBe(2);
  });

  it('neither uses nor refreshes a token of another instance', async () => {
    const { open, asked } = setting((at) => ({
      ...token('elsewhere', at),
      instanceUrl: 'https://other.service-now.com',
    }));
    const source = open({ belongs: (one) => one.instanceUrl !== 'https://other.service-now.com' });
    expect((await source.current()).accessToken).toBe('t1');
    expect(asked).toEqual([null]);
  });

  it('says so when a token cannot be stored, rather than using one that may be lost', async () => {
    const { open } = setting();
    const stubborn: TokenVault = { load: async () => Promise.resolve(null), save: async () => Promise.resolve(false) };
    await expect(open({ vault: stubborn }).current()).rejects.toMatchObject({
      data: { cause: 'token-not-stored', executed: 'no' },
    });
  });
});
