import { describe, expect, it } from 'vitest';
import { startBench } from '../sandbox/salesforce/bench.ts';
import { bulkCases } from './salesforce-sandbox/bulk-cases.ts';
import type { Entry } from './salesforce-sandbox/case-table.ts';
import { collectionCases } from './salesforce-sandbox/collection-cases.ts';
import { compositeCases } from './salesforce-sandbox/composite-cases.ts';
import { oauthCases } from './salesforce-sandbox/oauth-cases.ts';
import { queryCases } from './salesforce-sandbox/query-cases.ts';
import { readRecordings } from './salesforce-sandbox/recordings.ts';
import { restCases } from './salesforce-sandbox/rest-cases.ts';
import { casesLeftOut, writeCases } from './salesforce-sandbox/write-cases.ts';

const recordings = readRecordings();
const tables = [
  bulkCases,
  collectionCases,
  compositeCases,
  oauthCases,
  queryCases,
  restCases,
  writeCases,
  casesLeftOut,
];
const entries: ReadonlyMap<string, Entry> = new Map(tables.flatMap((table) => Object.entries(table)));
const replayed = [...entries].flatMap(([name, entry]) => (typeof entry === 'function' ? [{ name, check: entry }] : []));
const leftOut = [...entries].flatMap(([name, entry]) =>
  typeof entry === 'function' ? [] : [{ name, reason: entry.notApplicable }],
);

describe('the local Salesforce against what real orgs answered', () => {
  it('has an entry for every recorded case, and none without a recording', () => {
    expect([...entries.keys()].toSorted()).toEqual([...recordings.keys()].toSorted());
    expect(tables.reduce((count, table) => count + Object.keys(table).length, 0)).toBe(entries.size);
  });

  it('replays 103 of the 108 cases and leaves 5 out', () => {
    expect({ cases: recordings.size, replayed: replayed.length, leftOut: leftOut.length }).toEqual({
      cases: 108,
      replayed: 103,
      leftOut: 5,
    });
  });

  it.each(leftOut)('leaves out $name: $reason', ({ name, reason }) => {
    expect(recordings.has(name)).toBe(true);
    expect(reason.split(' ').length).toBeGreaterThan(8);
  });

  it.each(replayed)('answers $name as recorded', async ({ name, check }) => {
    expect.hasAssertions();
    const recording = recordings.get(name) ?? null;
    if (recording === null) throw new Error(`${name} cannot be read`);
    await using bench = await startBench();
    await check(bench, recording);
  });
});
