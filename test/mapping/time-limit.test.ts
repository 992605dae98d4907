import { describe, expect, it } from 'vitest';
import { TookTooLong } from '../../src/mapping/function-rule.ts';
import { createTimeLimit } from '../../src/time-limit.ts';

describe('a function under a time limit', () => {
  const guard = createTimeLimit(60);

  it('gives what it gives', () => {
    expect(guard(() => 'Lisbon')).toBe('Lisbon');
    expect(guard(() => guard(() => 1))).toBe(1);
  });

  it('throws what it throws', () => {
    expect(() =>
      guard(() => {
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
    expect(() => guard(work)).toThrow(TookTooLong);
    expect(guard(() => 2)).toBe(2);
  });
});
