import { describe, expect, it } from 'vitest';
import { parseLatency, rowsMs, workMs } from '../../scripts/bench/throughput/latency.ts';
import { nextTick, roomUntilTick, untilQuiet } from '../../scripts/bench/throughput/ticks.ts';

describe('what a call takes', () => {
  it('reads a flat time or the word', () => {
    expect(parseLatency('20')).toEqual({ kind: 'flat', ms: 20 });
    expect(parseLatency('realistic')).toEqual({ kind: 'realistic' });
    expect(parseLatency('fast')).toBeNull();
  });

  it('is the same for every call where it is flat', () => {
    const flat = { kind: 'flat', ms: 20 } as const;
    expect(workMs(flat, 'servicenow', { writes: 100, collectionRows: 0 })).toBe(20);
    expect(rowsMs(flat, 'servicenow', 1000)).toBe(0);
  });

  it('grows with what is in a call where it is realistic', () => {
    const realistic = { kind: 'realistic' } as const;
    expect(workMs(realistic, 'servicenow', { writes: 125, collectionRows: 0 })).toBe(15_000);
    expect(workMs(realistic, 'salesforce', { writes: 5, collectionRows: 1000 })).toBe(2000);
    expect(rowsMs(realistic, 'servicenow', 1000)).toBe(50);
    expect(rowsMs(realistic, 'salesforce', 1000)).toBe(0);
  });
});

describe('the polls of a daemon on the clock', () => {
  it('come every ten seconds', () => {
    expect(nextTick(20_001)).toBe(30_000);
    expect(nextTick(30_000)).toBe(30_000);
  });

  it('list what ended at 21 s until the one at 40 s: the one at 50 s looks back to 25 s', () => {
    expect(untilQuiet(21_000)).toBe(47_000);
    expect(untilQuiet(25_001)).toBe(57_000);
  });

  it('leave room for a floor between one that is over and the next', () => {
    expect(roomUntilTick(33_000, 4000)).toBe(true);
    expect(roomUntilTick(31_000, 4000)).toBe(false);
    expect(roomUntilTick(37_000, 4000)).toBe(false);
  });
});
