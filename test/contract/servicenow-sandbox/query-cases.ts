/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { expect } from 'vitest';
import type { Bench } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Entry } from './case-table.ts';
import { rowsOf, sameBody, sameHead } from './compare.ts';

const path = '/api/now/table/incident';

/** As many rows as the instance had that was measured. */
function fill(bench: Bench, count: number): void {
  for (let at = 0; at < count; at += 1) {
    const fields = {
      correlation_id: at < 36 ? 'LIGHTHOUSE_DEMO' : '',
      short_description: at === 0 ? 'VPN down' : at <= 8 ? `No email since ${at}` : 'Printer',
    };
    const row = bench.sandbox.desk.create('incident', { ...fields, urgency: String((at % 3) + 1) }, 'itil');
    const state = String([1, 2, 3][at % 3]);
    if (state !== '1') bench.sandbox.desk.edit('incident', row.id, { state, hold_reason: '4' }, 'itil');
  }
}

async function countOf(bench: Bench, query: string): Promise<{ rows: number; total: string | null }> {
  const answer = await bench.send('GET', `${path}?sysparm_query=${encodeURIComponent(query)}`);
  return { rows: rowsOf(answer.body).length, total: answer.headers.get('x-total-count') };
}

export const queryCases: Readonly<Record<string, Entry>> = {
  'query-bad-value-returns-none-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 3);
    for (const url of [recording.request.url, `${path}?sysparm_query=state==1`]) {
      const answer = await bench.send('GET', url);
      sameHead(recording, answer);
      sameBody(recording, answer);
    }
  }),
  'query-garbage-returns-all-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 94);
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    expect(rowsOf(answer.body)).toHaveLength(94);
  }),
  'query-label-instead-of-column-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 103);
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    expect(rowsOf(answer.body)).toHaveLength(103);
    expect(await countOf(bench, 'correlation_id=LIGHTHOUSE_DEMO')).toEqual({ rows: 36, total: '36' });
  }),
  'query-operators-measured-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 94);
    const old = bench.sandbox.desk.create(
      'incident',
      {
        opened_at: '2019-01-01 00:00:00',
        short_description: 'Old',
        state: '7',
        close_code: 'Duplicate',
        close_notes: 'x',
      },
      'itil',
    );
    const all = bench.sandbox.desk.rows('incident').map((row) => row.fields);
    // The measured instance held other rows; what each query means is the same, and is worked out here by hand.
    const meant: Readonly<Record<string, (row: (typeof all)[number]) => boolean>> = {
      'state=1': (row) => row['state'] === '1',
      'state=1^priority=3': (row) => row['state'] === '1' && row['priority'] === '3',
      'state=1^ORstate=2': (row) => row['state'] === '1' || row['state'] === '2',
      'stateIN1,2,3': (row) => ['1', '2', '3'].includes(String(row['state'])),
      short_descriptionSTARTSWITHVPN: (row) => String(row['short_description']).startsWith('VPN'),
      short_descriptionLIKEemail: (row) => String(row['short_description']).includes('email'),
      'opened_at>javascript:gs.beginningOfLastMonth()': (row) => row['sys_id'] !== old.id,
      'active=true^ORDERBYDESCopened_at': (row) => row['active'] === 'true',
    };
    const queries = Array.isArray(recording.request['queries']) ? recording.request['queries'].map(String) : [];
    expect(queries.toSorted()).toEqual(Object.keys(meant).toSorted());
    for (const [query, holds] of Object.entries(meant)) {
      const expected = all.filter(holds).length;
      expect(expected, query).toBeGreaterThan(0);
      expect(await countOf(bench, query), query).toEqual({ rows: expected, total: String(expected) });
    }
  }),
  'query-unknown-field-returns-all-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 94);
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    expect(rowsOf(answer.body)).toHaveLength(94);
    bench.sandbox.properties.invalidQueryReturnsNoRows = true;
    expect(await countOf(bench, 'no_such_field=banana')).toEqual({ rows: 0, total: '0' });
  }),
  'stats-count-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 309);
    const answer = await bench.send('GET', '/api/now/stats/incident?sysparm_count=true');
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'stats-avg-groupby-doc': replayed(async ({ bench, recording }) => {
    const groups = ['', '287ebd7da9fe198100f92cc8d1d2154e', '8a5055c9c61122780043563ef53438e3'];
    for (const assignment_group of groups)
      bench.sandbox.desk.create(
        'incident',
        { assignment_group, business_stc: '804162', reassignment_count: '1' },
        'itil',
      );
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    const rows = rowsOf(answer.body);
    expect(rows).toHaveLength(3);
    const [recorded] = rowsOf(recording.response.body);
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(Object.keys(recorded ?? {}).toSorted());
    expect(rows[0]).toEqual({
      stats: { avg: { business_stc: '804162.0000', reassignment_count: '1.0000' } },
      groupby_fields: [{ value: '', field: 'assignment_group' }],
    });
  }),
};
