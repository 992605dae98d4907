import { describe, expect, it } from 'vitest';
import { TookTooLong } from '../../src/mapping/function-rule.ts';
import { createTimeLimit } from '../../src/time-limit.ts';

describe('a function under a time limit', () => {
  // By the wall clock: what comes to an end gets more time than any machine may be busy, what does not as little as will do.
  const patient = createTimeLimit(30_000);
  const strict = createTimeLimit(100);

  it('gives what it gives', () => {
    expect(patient(() => 'Lisbon')).toBe('Lisbon');
    expect(patient(() => patient(() => 1))).toBe(1);
  });

  it('throws what it throws', () => {
    expect(() =>
      patient(() => {
        throw new RangeError('no such plant');
      }),
    ).toThrow(new RangeError('no such plant'));
  });

  it.each([
    [
      'loops for ever',
      () => {
        for (;;);
      },
    ],
    [
      'loops for ever in its own catch',
      () => {
        for (;;) {
          try {
            for (;;);
          } catch {
            continue;
          }
        }
      },
    ],
    ['is a regular expression that never comes to its end', () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)],
  ])('is ended where it %s, and the next one runs', (_name, work) => {
    expect(() => strict(work)).toThrow(TookTooLong);
    expect(patient(() => 2)).toBe(2);
  });
});
