import { describe, expect, it } from 'vitest';
import { Results, type Judged, type Points, type Round } from './results.ts';
import { tableOf } from './table.ts';
import { type Counts, wantedGroups } from './wanted.ts';

const points: Points = {
  'new tickets': { 'salesforce.create:before': 2, 'tx.saveCursor:after': 4 },
  edits: { 'tx.saveCursor:after': 6 },
};
const counts: Counts = { perPoint: 3, points: 10, kills: 4, stops: 2, restarts: 1, cuts: 1, inDoubt: 0 };

function round(over: Partial<Round>): Round {
  return {
    kind: 'round',
    group: 'g1',
    commit: 'abc',
    what: 'kill',
    n: 0,
    scenario: 'edits',
    outcome: 'struck',
    held: false,
    replicas: 1,
    recovery: [],
    ...over,
  };
}

function judged(over: Partial<Judged> = {}): Judged {
  return {
    kind: 'judged',
    group: 'g1',
    commit: 'abc',
    what: 'kill',
    tickets: 3,
    edits: 5,
    comments: 2,
    files: 1,
    removed: 0,
    seconds: 9,
    broken: [],
    ...over,
  };
}

function wanted(...lines: readonly (Round | Judged)[]): readonly string[] {
  const results = new Results(null);
  for (const line of lines) results.add(line);
  return wantedGroups(counts, results, 'abc', points, () => 0.5)
    .flat()
    .map(({ what, point = '', n, scenario }) => `${what} ${point} ${n} ${scenario}`);
}

describe('a campaign that was broken off', () => {
  it('wants every round of every kind when nothing was done yet', () => {
    expect(wanted()).toHaveLength(2 * 3 + 4 + 2 + 1 + 1);
  });

  it('does not do again what was struck and judged', () => {
    const before = wanted();
    const left = wanted(round({ n: 1 }), judged());
    expect(before.filter((line) => !left.includes(line))).toEqual(['kill  1 edits']);
  });

  it('does a round again that was never judged, and one of another commit', () => {
    expect(wanted(round({ n: 1 }))).toEqual(wanted());
    expect(wanted(round({ n: 1, commit: 'old' }), judged({ commit: 'old' }))).toEqual(wanted());
  });

  it('comes to a point in another scenario when it was missed in one, and gives it up after the second time', () => {
    const point = 'tx.saveCursor:after';
    const missed = round({ what: 'point', point, n: 0, outcome: 'missed' });
    const own = (lines: readonly string[]): string | undefined =>
      lines.find((line) => line.startsWith(`point ${point} 0`));
    expect(own(wanted(missed, judged()))).not.toBe(own(wanted()));
    expect(own(wanted(missed, missed, judged()))).toBeUndefined();
  });

  it('kills at a point only in scenarios that come past it', () => {
    const at = wanted().filter((line) => line.includes('salesforce.create:before'));
    expect(at).toHaveLength(3);
    expect(at.every((line) => line.endsWith('new tickets'))).toBe(true);
  });
});

describe('the table of a campaign', () => {
  it('counts judged rounds of its commit, and tells what was broken', () => {
    const results = new Results(null);
    const broken = [{ what: 'comment twice' as const, about: '[c7]' }];
    const lines = [
      round({ n: 0 }),
      round({ n: 1, replicas: 2, recovery: [1500] }),
      judged({ broken }),
      round({ group: 'g2' }),
    ];
    for (const line of lines) results.add(line);
    const table = tableOf(results, 'abc').join('\n');
    expect(table).toMatch(/killed at random +2 rounds \(one, two, three replicas: 1, 1, 0\) +broken promises 1/);
    expect(table).toContain('comment twice: [c7]');
    expect(table).toContain('p50 1.5 s, p95 1.5 s, most 1.5 s of 1');
  });
});
