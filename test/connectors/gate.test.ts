import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/connectors/gate.ts';
import { patienceOf } from '../../src/connectors/patience.ts';
import { fakeClock, type FakeClock, runToEnd, settle } from '../support/clock.ts';

describe('the gate to a side', () => {
  it('lets through so many at once and the rest in turn', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 2, clock });
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(10);
      running -= 1;
    };
    await runToEnd(clock, Promise.all(Array.from({ length: 7 }, () => gate.run(work))));
    expect(most).toBe(2);
  });

  it('lets nothing leave during a pause, not even what was waiting for its turn', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, clock });
    const left: number[] = [];
    const start = clock.now();
    const first = gate.run(async () => {
      await clock.sleep(5);
      gate.pauseFor(1000);
    });
    const second = gate.run(async () => Promise.resolve(left.push(clock.now() - start)));
    await runToEnd(clock, Promise.all([first, second]));
    expect(left).toEqual([1005]);
  });

  it('keeps the longer of two pauses, and one that is lengthened while callers sleep', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 3, clock });
    const start = clock.now();
    gate.pauseFor(500);
    gate.pauseFor(100);
    expect(gate.pausedUntil()).toBe(start + 500);
    const done = gate.run(async () => Promise.resolve(clock.now() - start));
    await clock.advance(400);
    gate.pauseFor(2000);
    expect(await runToEnd(clock, done)).toBe(2400);
    expect(gate.pausedUntil()).toBe(0);
  });

  it('waits out a pause longer than a timer can count', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, clock });
    const start = clock.now();
    gate.pauseFor(600_000);
    expect(
      await runToEnd(
        clock,
        gate.run(async () => Promise.resolve(clock.now() - start)),
      ),
    ).toBe(600_000);
  });

  it('lets go of a caller that gives up, and gives its place to the next', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, clock });
    gate.pauseFor(10_000);
    const stop = new AbortController();
    const given = gate.run(async () => Promise.resolve('never'), stop.signal);
    const next = gate.run(async () => Promise.resolve('next'));
    await settle();
    stop.abort(new Error('stopped'));
    await expect(given).rejects.toThrow('stopped');
    expect(await runToEnd(clock, next)).toBe('next');
  });

  it('goes on after work that failed', async () => {
    const gate = createGate({ concurrency: 1, clock: fakeClock() });
    await expect(gate.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const thrown = gate.run(() => {
      throw new Error('before it began');
    });
    await expect(thrown).rejects.toThrow('before it began');
    expect(await gate.run(async () => Promise.resolve('yes'))).toBe('yes');
  });

  it('tells those who do not wait so long at once, also those who stood in line before the pause', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, clock });
    const hasty = patienceOf('salesforce', 'write', 'PATCH /cases');
    const calm = patienceOf('salesforce', 'read', 'GET /cases');
    const left: string[] = [];
    const go = (name: string) => async () => Promise.resolve(left.push(name));
    const asking = gate.run(async () => {
      await clock.sleep(5);
      gate.pauseFor(30_000);
    });
    const waiting = gate.run(go('write'), undefined, 'ticket', hasty);
    const reading = gate.run(go('read'), undefined, 'ticket', calm);
    waiting.catch(() => undefined);
    await clock.advance(10);
    await asking;
    const refused = { kind: 'RateLimited', data: { executed: 'no', cause: 'asked-to-wait', retryAfterMs: 30_000 } };
    await expect(waiting).rejects.toMatchObject(refused);
    await expect(gate.run(go('late'), undefined, 'ticket', hasty)).rejects.toMatchObject({ kind: 'RateLimited' });
    await runToEnd(clock, reading);
    await gate.run(go('after'), undefined, 'ticket', hasty);
    expect(left).toEqual(['read', 'after']);
  });

  it('takes no pause that is not a number', () => {
    const gate = createGate({ concurrency: 1, clock: fakeClock() });
    gate.pauseFor(Number.NaN);
    gate.pauseFor(Number.POSITIVE_INFINITY);
    expect(gate.pausedUntil()).toBe(0);
  });
});

describe('a gate to a side that is asked for too much', () => {
  it('lets half as many in after a refusal, and one more after half a minute of calm', async () => {
    const clock = fakeClock();
    const changes: unknown[] = [];
    const gate = createGate({ concurrency: 4, clock, onWidth: (change) => changes.push(change) });
    gate.pauseFor(2_000);
    // Of the same crowd: it was under way when the first one was refused.
    gate.pauseFor(2_000);
    expect(gate.lanes()).toBe(2);
    for (let n = 0; n < 5; n += 1) {
      await clock.advance(31_000);
      await runToEnd(
        clock,
        gate.run(async () => Promise.resolve()),
      );
    }
    expect(gate.lanes()).toBe(4);
    expect(changes).toEqual([
      { lanes: 2, most: 4, reason: 'refused' },
      { lanes: 3, most: 4, reason: 'calm' },
      { lanes: 4, most: 4, reason: 'calm' },
    ]);
  });

  it('gives way where calls stand in line for a thread', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 4, clock });
    await clock.advance(10_000);
    await gate.run(async (waited) => Promise.resolve(waited(1_800)));
    expect(gate.lanes()).toBe(2);
  });
});

describe('files beside tickets', () => {
  const held = (clock: FakeClock, ms: number) => () => clock.sleep(ms);

  it('never take the last lane: the second file waits, the ticket goes', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 2, clock });
    const order: string[] = [];
    const files = [1, 2].map((n) =>
      gate.run(held(clock, 60_000), undefined, 'file').then(() => order.push(`file ${n}`)),
    );
    const ticket = gate.run(held(clock, 50)).then(() => order.push('ticket'));
    await runToEnd(clock, Promise.all([...files, ticket]));
    expect(order).toEqual(['ticket', 'file 1', 'file 2']);
  });

  it('leave a lane to tickets where the side bears fewer calls than are set', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 4, clock });
    gate.pauseFor(1_000);
    await clock.advance(1_000);
    expect(gate.lanes()).toBe(2);
    const order: string[] = [];
    const files = [1, 2].map((n) =>
      gate.run(held(clock, 20_000), undefined, 'file').then(() => order.push(`file ${n}`)),
    );
    const ticket = gate.run(held(clock, 50)).then(() => order.push('ticket'));
    await runToEnd(clock, Promise.all([...files, ticket]));
    expect(order[0]).toBe('ticket');
  });

  it('let every ticket that waits go first where there is one lane alone', async () => {
    const clock = fakeClock();
    const gate = createGate({ concurrency: 1, clock });
    const order: string[] = [];
    const first = gate.run(held(clock, 50)).then(() => order.push('ticket 1'));
    const file = gate.run(held(clock, 60_000), undefined, 'file').then(() => order.push('file'));
    const second = gate.run(held(clock, 50)).then(() => order.push('ticket 2'));
    await runToEnd(clock, Promise.all([first, file, second]));
    expect(order).toEqual(['ticket 1', 'ticket 2', 'file']);
  });
});
