import { describe, expect, it } from 'vitest';
import { afterSign, semaphoreWaitMs, type WidthSign } from '../../src/connectors/gate-width.ts';

const refused: WidthSign = { kind: 'refused' };
const answered = (waitedMs: number): WidthSign => ({ kind: 'answered', waitedMs });
const second = 1_000;

describe('how many calls at once a side bears', () => {
  it.each([
    ['half as many after a refusal', 8, refused, 60, 4, 'refused'],
    ['half of an odd number, rounded down', 5, refused, 60, 2, 'refused'],
    ['never none', 1, refused, 60, 1, null],
    ['half after a long wait for a thread', 4, answered(1_500), 60, 2, 'waited'],
    ['once for calls that stood in one line', 4, answered(1_500), 4, 4, null],
    ['no more after a short wait', 3, answered(200), 60, 3, null],
    ['no more before half a minute of calm', 3, answered(0), 29, 3, null],
    ['one more after it', 3, answered(0), 30, 4, 'calm'],
    ['never more than is set', 8, answered(0), 600, 8, null],
  ] as const)('%s', (_what, lanes, sign, calmFor, expected, reason) => {
    const now = 1_000_000;
    const after = afterSign({ lanes, since: now - calmFor * second }, sign, { most: 8, now });
    expect([after.width.lanes, after.reason]).toEqual([expected, reason]);
  });

  it('counts the calm anew from a short wait, a refusal and each lane more', () => {
    const start = { lanes: 2, since: 0 };
    for (const [sign, now] of [
      [answered(200), 40_000],
      [refused, 40_000],
      [answered(0), 40_000],
    ] as const) {
      expect(afterSign(start, sign, { most: 8, now }).width.since).toBe(40_000);
    }
  });

  it.each([
    // table-post-incident-rec
    ['sem_wait;dur=0, sesh_wait;dur=0', 0],
    ['sem_wait;dur=1250, sesh_wait;dur=3', 1250],
    ['sesh_wait;dur=900', 0],
    ['sesh_wait;dur=9, sem_wait;dur=12.5', 12.5],
    [undefined, 0],
    ['nonsense', 0],
  ])('reads %s', (header, ms) => {
    expect(semaphoreWaitMs(header)).toBe(ms);
  });
});
