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
import { leftOut, writeCases } from './salesforce-sandbox/write-cases.ts';

const recordings = readRecordings();
const tables = [bulkCases, collectionCases, compositeCases, oauthCases, queryCases, restCases, writeCases, leftOut];
const entries: ReadonlyMap<string, Entry> = new Map(tables.flatMap((table) => Object.entries(table)));

describe('the local Salesforce against what real orgs answered', () => {
  it('has an entry for every recorded case, and none without a recording', () => {
    expect([...entries.keys()].toSorted()).toEqual([...recordings.keys()].toSorted());
    expect(tables.reduce((count, table) => count + Object.keys(table).length, 0)).toBe(entries.size);
  });

  it('replays 102 of the 108 cases and says why not the other 6', () => {
    const left = [...entries.values()].filter((entry) => typeof entry !== 'function').length;
    expect({ cases: recordings.size, replayed: entries.size - left, left }).toEqual({
      cases: 108,
      replayed: 102,
      left: 6,
    });
  });

  for (const [name, entry] of entries) {
    if (typeof entry !== 'function') {
      it.skip(`${name}: ${entry.notApplicable}`);
      continue;
    }
    it(`answers ${name} as recorded`, async () => {
      const recording = recordings.get(name);
      if (recording === undefined || recording === null) throw new Error(`${name} cannot be read`);
      await using bench = await startBench();
      await entry(bench, recording);
    });
  }
});
