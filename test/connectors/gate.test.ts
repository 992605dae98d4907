import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/connectors/gate.ts';
import { fakeClock, runToEnd, settle } from '../support/clock.ts';

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

  it('takes no pause that is not a number', () => {
    const gate = createGate({ concurrency: 1, clock: fakeClock() });
    gate.pauseFor(Number.NaN);
    gate.pauseFor(Number.POSITIVE_INFINITY);
    expect(gate.pausedUntil()).toBe(0);
  });
});
