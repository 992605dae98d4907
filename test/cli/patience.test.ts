import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { patiently, waitBeforeStart } from '../../src/cli/patience.ts';
import { createSession } from '../../src/cli/session.ts';
import { realWorld } from '../../src/cli/world.ts';
import { ConnectorError, type ConnectorErrorData, type ConnectorErrorKind } from '../../src/connectors/errors.ts';
import { fakeClock, runToEnd } from '../support/clock.ts';

const fault = (kind: ConnectorErrorKind, data: Partial<ConnectorErrorData> = {}): ConnectorError =>
  new ConnectorError(kind, { side: 'servicenow', executed: 'no', ...data });
const busy = fault('RateLimited', { status: 429, retryAfterMs: 90_000 });

function createStart(failures: readonly Error[], after: readonly Error[] = []) {
  const clock = fakeClock();
  const said: string[] = [];
  const stderr = new Writable({ write: (chunk: Buffer, _encoding, done) => (said.push(chunk.toString()), done()) });
  const interrupt = new AbortController();
  const world = {
    ...realWorld({}, { signal: interrupt.signal, by: () => null }),
    stdin: Readable.from([]),
    stderr,
  };
  let tries = 0;
  const start = (): Promise<string> =>
    patiently(createSession(world, {}), clock, (begun) => {
      const failure = failures[tries];
      tries += 1;
      if (failure !== undefined) return Promise.reject(failure);
      begun();
      return after[0] === undefined ? Promise.resolve('served') : Promise.reject(after[0]);
    });
  return { clock, said, interrupt, start, tries: () => tries };
}

describe('a start', () => {
  it('waits for a side that is busy, as long as it asks for, and says so', async () => {
    const { clock, said, start } = createStart([busy, fault('Unavailable', { cause: 'timeout' })]);
    const begunAt = clock.now();
    expect(await runToEnd(clock, start())).toBe('served');
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(100_000);
    expect(said).toEqual([
      expect.stringMatching(/Trying again in 90 s\.\n$/),
      expect.stringMatching(/Trying again in 10 s\.\n$/),
    ]);
  });

  it('gives up after ten minutes, and leaves the rest to whoever keeps services going', async () => {
    const { clock, start, tries } = createStart(Array.from({ length: 99 }, () => busy));
    await expect(runToEnd(clock, start())).rejects.toBe(busy);
    expect(tries()).toBe(7);
  });

  it('does not begin again once it served', async () => {
    const { clock, start, tries } = createStart([], [busy]);
    await expect(runToEnd(clock, start())).rejects.toBe(busy);
    expect(tries()).toBe(1);
  });

  it('ends its wait when it is told to stop', async () => {
    const { interrupt, start, clock, tries } = createStart([busy, busy]);
    const ended = start().catch((error: unknown) => error);
    await clock.advance(1_000);
    interrupt.abort(new Error('interrupted by SIGTERM'));
    expect(await ended).toBeInstanceOf(Error);
    expect(tries()).toBe(1);
  });

  it.each([
    ['a wrong address', fault('Unavailable', { cause: 'unreachable' }), null],
    ['an instance that sleeps', fault('Unavailable', { cause: 'hibernating' }), null],
    ['the page of a proxy', fault('Unavailable', { cause: 'html-page', status: 200 }), null],
    ['a wrong secret', fault('Unauthorized', { cause: 'wrong-secret', status: 401 }), null],
    ['the end of the calls of a day', fault('RateLimited', { cause: 'daily-limit' }), null],
    ['a fault of ours', new Error('nonsense'), null],
    ['a server under maintenance', fault('Unavailable', { status: 503 }), 5_000],
    ['an answer that did not come', fault('Unavailable', { cause: 'timeout' }), 5_000],
  ])('judges %s', (_, error, wait) => {
    expect(waitBeforeStart(error, 0, 0)).toBe(wait);
  });
});
