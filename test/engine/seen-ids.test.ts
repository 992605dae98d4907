import { describe, expect, it } from 'vitest';
import { SeenIds } from '../../src/engine/seen-ids.ts';
import { seededRandom } from '../support/random.ts';

const sysId = (n: number): string => n.toString(16).padStart(32, '0');

describe('ids that a walk has met', () => {
  it('are told from those that it has not, ids that count up and ids by chance alike', () => {
    const random = seededRandom(7);
    const chance = Array.from({ length: 20_000 }, () => Math.floor(random() * 2 ** 52).toString(36));
    const seen = new SeenIds();
    for (const id of chance.slice(0, 10_000)) seen.add(id);
    for (let n = 0; n < 40_000; n += 2) seen.add(sysId(n));
    const missed = (ids: readonly string[]): number => ids.filter((id) => !seen.has(id)).length;
    expect(missed(chance.slice(0, 10_000))).toBe(0);
    expect(missed(chance.slice(10_000))).toBe(10_000);
    expect(missed(Array.from({ length: 20_000 }, (_, n) => sysId(2 * n)))).toBe(0);
    expect(missed(Array.from({ length: 20_000 }, (_, n) => sysId(2 * n + 1)))).toBe(20_000);
  });

  it('may grow after they were asked for', () => {
    const seen = new SeenIds();
    expect(seen.has('a')).toBe(false);
    seen.add('a');
    expect(seen.has('a')).toBe(true);
    seen.add('b');
    expect([seen.has('b'), seen.has('a'), seen.has('c')]).toEqual([true, true, false]);
  });
});
