import { describe, expect, it } from 'vitest';
import { startBench } from '../sandbox/servicenow/client.ts';
import { attachmentCases } from './servicenow-sandbox/attachment-cases.ts';
import type { Entry } from './servicenow-sandbox/case-table.ts';
import { displayCases } from './servicenow-sandbox/display-cases.ts';
import { errorCases } from './servicenow-sandbox/error-cases.ts';
import { oauthCases } from './servicenow-sandbox/oauth-cases.ts';
import { otherCases } from './servicenow-sandbox/other-cases.ts';
import { queryCases } from './servicenow-sandbox/query-cases.ts';
import { readRecordings } from './servicenow-sandbox/recordings.ts';
import { tableCases } from './servicenow-sandbox/table-cases.ts';

const recordings = readRecordings();
const tables = [attachmentCases, displayCases, errorCases, oauthCases, otherCases, queryCases, tableCases];
const entries: ReadonlyMap<string, Entry> = new Map(tables.flatMap((table) => Object.entries(table)));
const replayed = [...entries].flatMap(([name, entry]) => ('check' in entry ? [{ name, ...entry }] : []));
const leftOut = [...entries].flatMap(([name, entry]) =>
  'check' in entry ? [] : [{ name, reason: entry.notApplicable }],
);

describe('the local ServiceNow against what real instances answered', () => {
  it('has an entry for every recorded case, and none without a recording', () => {
    expect([...entries.keys()].toSorted()).toEqual([...recordings.keys()].toSorted());
    expect(tables.reduce((count, table) => count + Object.keys(table).length, 0)).toBe(entries.size);
  });

  it('replays 76 of the 86 cases and leaves 10 out', () => {
    expect({ cases: recordings.size, replayed: replayed.length, leftOut: leftOut.length }).toEqual({
      cases: 86,
      replayed: 76,
      leftOut: 10,
    });
  });

  it.each(leftOut)('leaves out $name: $reason', ({ name, reason }) => {
    expect(recordings.has(name)).toBe(true);
    expect(reason.split(' ').length).toBeGreaterThan(8);
  });

  it.each(replayed)('answers $name as recorded', async ({ name, check, now }) => {
    expect.hasAssertions();
    const recording = recordings.get(name);
    if (recording === undefined) throw new Error(`no recording ${name}`);
    const clock = now === undefined ? {} : { now: () => Date.parse(now) };
    await using bench = await startBench({ redirectUris: ['http://127.0.0.1:8485/callback'], ...clock });
    await check({ bench, recording });
  });
});
