import { describe, expect, it } from 'vitest';
import { startBench } from '../sandbox/servicenow/client.ts';
import { attachmentCases } from './servicenow-sandbox/attachment-cases.ts';
import type { Entry } from './servicenow-sandbox/case-table.ts';
import { errorCases } from './servicenow-sandbox/error-cases.ts';
import { oauthCases } from './servicenow-sandbox/oauth-cases.ts';
import { otherCases } from './servicenow-sandbox/other-cases.ts';
import { queryCases } from './servicenow-sandbox/query-cases.ts';
import { readRecordings } from './servicenow-sandbox/recordings.ts';
import { tableCases } from './servicenow-sandbox/table-cases.ts';

const recordings = readRecordings();
const tables = [attachmentCases, errorCases, oauthCases, otherCases, queryCases, tableCases];
const entries: ReadonlyMap<string, Entry> = new Map(tables.flatMap((table) => Object.entries(table)));

describe('the local ServiceNow against what real instances answered', () => {
  it('has an entry for every recorded case, and none without a recording', () => {
    expect([...entries.keys()].toSorted()).toEqual([...recordings.keys()].toSorted());
    expect(tables.reduce((count, table) => count + Object.keys(table).length, 0)).toBe(entries.size);
  });

  it('replays 76 of the 86 cases and says why not the other 10', () => {
    const left = [...entries.values()].filter((entry) => 'notApplicable' in entry);
    expect({ cases: recordings.size, replayed: entries.size - left.length, notApplicable: left.length }).toEqual({
      cases: 86,
      replayed: 76,
      notApplicable: 10,
    });
  });

  for (const [name, entry] of entries) {
    if ('notApplicable' in entry) {
      it.skip(`${name}: ${entry.notApplicable}`);
      continue;
    }
    it(`answers ${name} as recorded`, async () => {
      const recording = recordings.get(name);
      if (recording === undefined) throw new Error(`no recording ${name}`);
      const { now } = entry;
      await using bench = await startBench({
        redirectUris: ['http://127.0.0.1:8485/callback'],
        ...(now === undefined ? {} : { now: () => Date.parse(now) }),
      });
      await entry.check({ bench, recording });
    });
  }
});
