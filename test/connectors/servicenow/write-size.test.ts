import { describe, expect, it } from 'vitest';
import { afterRun, callsFor, fitting, remembered, unknownSize } from '../../../src/connectors/servicenow/write-size.ts';

const now = Date.parse('2026-03-04T05:06:07.000Z');
const run = { sent: 100, serviced: 100, msPer: 120, cutOff: false, now };

describe('how many writes go into a call', () => {
  it.each([
    ['create', 10],
    ['update', 100],
    ['post', 100],
  ] as const)('%s: %i before one was timed', (kind, items) => {
    expect(fitting(kind, unknownSize, now)).toBe(items);
  });

  it.each([
    [120, 125],
    [60, 250],
    [2638, 5],
    [20_000, 1],
    [0, 500],
    [1, 500],
  ])('at %i ms each, %i', (msPer, items) => {
    expect(fitting('update', afterRun(unknownSize, { ...run, msPer }), now)).toBe(items);
  });

  it('grows to ten times what was timed, not at once to what a few suggest', () => {
    const after = afterRun(unknownSize, { ...run, sent: 10, serviced: 10, msPer: 20 });
    expect(fitting('create', after, now)).toBe(100);
    expect(fitting('create', afterRun(after, { ...run, msPer: 20 }), now)).toBe(500);
  });

  it('learns at once that writes take longer, and slowly that they take less', () => {
    const slow = afterRun(unknownSize, { ...run, msPer: 600 });
    expect(afterRun(slow, { ...run, msPer: 100 }).msPer).toBe(350);
    expect(afterRun(slow, { ...run, msPer: 900 }).msPer).toBe(900);
  });

  it('halves what was cut off, keeps to that for ten minutes, and then goes by time again', () => {
    const cut = afterRun(unknownSize, { ...run, msPer: 30, serviced: 80, cutOff: true });
    expect(fitting('update', cut, now)).toBe(50);
    const fine = afterRun(cut, { ...run, sent: 50, serviced: 50, msPer: 30, now: now + 60_000 });
    expect(fitting('update', fine, now + 599_999)).toBe(50);
    expect(fitting('update', fine, now + 600_000)).toBe(500);
  });

  it('halves again where half was too much, never below one', () => {
    let size = unknownSize;
    const sizes = [];
    for (let n = 0; n < 9; n += 1) {
      const sent = fitting('update', size, now);
      sizes.push(sent);
      size = afterRun(size, { sent, serviced: 0, msPer: null, cutOff: true, now });
    }
    expect(sizes).toEqual([100, 50, 25, 12, 6, 3, 1, 1, 1]);
  });

  it('forgets after an hour what writes took, and not what was too much', () => {
    const night = afterRun(unknownSize, { ...run, msPer: 2 });
    expect(fitting('update', remembered(night, now + 3_599_999), now + 3_599_999)).toBe(500);
    expect(fitting('update', remembered(night, now + 3_600_000), now + 3_600_000)).toBe(100);
    const cut = afterRun(night, { ...run, serviced: 40, cutOff: true, now: now + 3_500_000 });
    expect(fitting('update', remembered(cut, now + 3_600_000), now + 3_600_000)).toBe(50);
  });

  it('changes nothing where no item was timed and none was left over', () => {
    const known = afterRun(unknownSize, run);
    expect(afterRun(known, { ...run, msPer: null })).toEqual(known);
  });
});

describe('into how many calls', () => {
  it.each([
    [1000, 125, 2, 120, 8],
    [1000, 143, 2, 105, 8],
    [1000, 150, 2, 100, 8],
    [1000, 150, 4, 100, 8],
    [500, 125, 4, 120, 4],
    [500, 500, 4, 30, 4],
    [3, 125, 2, 120, 1],
    [40, 125, 2, 120, 1],
    [100, 125, 2, 120, 2],
    [900, 500, 2, 1, 2],
    [1200, 500, 2, 1, 3],
    [1, 1, 4, 20_000, 1],
    [0, 125, 2, 120, 0],
    [240, 100, 2, 120, 4],
    [250, 100, 2, 120, 4],
  ])('%i writes, %i to a call, over %i lanes at %i ms each: %i', (left, size, lanes, msPer, calls) => {
    expect(callsFor(left, size, lanes, msPer)).toBe(calls);
  });
});
