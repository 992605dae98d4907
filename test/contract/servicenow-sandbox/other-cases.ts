/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { expect } from 'vitest';
import { asBody } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Entry } from './case-table.ts';
import { rowOf, rowsOf, sameHead } from './compare.ts';

const changeApi = 'the Change API (sn_chg_rest) is not part of the local desk: Casebridge reads and writes tables only';
const caseApi =
  'the scripted Case API is not part of the local desk: Casebridge reaches sn_customerservice_case as a table';
const importSets = 'Import Sets are not part of the local desk: Casebridge writes through the Table API';

export const otherCases: Readonly<Record<string, Entry>> = {
  'batch-two-get-one-post-doc': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create('incident', {}, 'itil');
    const sent = asBody(recording.request.body);
    // The documentation prints the inner body with single quotes; the wire has JSON.
    const inner = Buffer.from(
      JSON.stringify({
        urgency: '1',
        short_description: 'My computer broke',
        comments: 'Elevating urgency, this is a blocking issue',
      }),
    ).toString('base64');
    const items = Array.isArray(sent['rest_requests']) ? sent['rest_requests'].map(asBody) : [];
    const answer = await bench.send('POST', recording.request.url, {
      body: { ...sent, rest_requests: items.map((item) => ('body' in item ? { ...item, body: inner } : item)) },
    });
    sameHead(recording, answer);
    const [recorded, got] = [asBody(recording.response.body), asBody(answer.body)];
    expect(Object.keys(got).toSorted()).toEqual(Object.keys(recorded).toSorted());
    expect(got).toMatchObject({ batch_request_id: '1', unserviced_requests: [] });
    const [was, is] = [rowsIn(recorded), rowsIn(got)];
    // Item 11 asks an API the local desk does not have; the two on tables answer as documented.
    for (const at of [1, 2]) {
      const expected = Object.keys(was[at] ?? {}).filter((name) => name !== 'body_note');
      expect(Object.keys(is[at] ?? {}).toSorted()).toEqual(expected.toSorted());
      for (const name of ['id', 'status_code', 'status_text', 'headers'])
        expect(is[at]?.[name]).toEqual(was[at]?.[name]);
      expect(is[at]?.['execution_time']).toBeTypeOf('number');
    }
    expect(rowsOf(decoded(is[1]))).toHaveLength(1);
    expect(rowOf(decoded(is[2]))).toMatchObject({ urgency: '1', short_description: 'My computer broke', comments: '' });
    expect(Object.keys(asBody(is[0]?.['headers']))).not.toHaveLength(0);
  }),
  'journal-row-task-rec': replayed(async ({ bench, recording }) => {
    const recorded = rowOf(recording.response.body);
    bench.sandbox.desk.create('incident', { comments: String(recorded['value']) }, 'itil');
    const answer = await bench.send(
      'GET',
      `${recording.request.url}?sysparm_fields=name,element_id,value,element,sys_created_on`,
    );
    sameHead(recording, answer);
    const sent = rowOf(answer.body);
    expect(Object.keys(sent)).toEqual(Object.keys(recorded));
    // `name` can be the parent class; the local desk always writes the record's own.
    expect(sent).toMatchObject({ value: recorded['value'], element: recorded['element'], name: 'incident' });
  }),
  'journal-rows-incident-rec': replayed(async ({ bench, recording }) => {
    const incident = bench.sandbox.desk.create('incident', {}, 'admin');
    for (const row of rowsOf(recording.response.body))
      bench.sandbox.desk.comment(
        'incident',
        incident.id,
        String(row['value']),
        row['element'] === 'comments' ? 'public' : 'internal',
        'admin',
      );
    const answer = await bench.send('GET', `/api/now/table/sys_journal_field?sysparm_query=element_id=${incident.id}`);
    sameHead(recording, answer);
    const plain = (row: Readonly<Record<string, unknown>>): unknown => ({
      ...row,
      sys_id: '',
      sys_created_on: '',
      element_id: '',
    });
    expect(rowsOf(answer.body).map(plain)).toEqual(rowsOf(recording.response.body).map(plain));
    expect(new Set(rowsOf(answer.body).map((row) => row['element_id']))).toEqual(new Set([incident.id]));
  }),
  'change-api-403-business-rule-rec': { notApplicable: changeApi },
  'change-api-post-typed-values-rec': { notApplicable: changeApi },
  'csm-case-activities-doc': { notApplicable: caseApi },
  'csm-case-get-doc': { notApplicable: caseApi },
  'csm-case-post-doc': { notApplicable: caseApi },
  'importset-get-doc': { notApplicable: importSets },
  'importset-insertmultiple-doc': { notApplicable: importSets },
  'importset-post-doc': { notApplicable: importSets },
  'importset-row-error-rec': { notApplicable: importSets },
};

function rowsIn(batch: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const serviced = batch['serviced_requests'];
  return Array.isArray(serviced) ? serviced.map(asBody) : [];
}

function decoded(item: Readonly<Record<string, unknown>> | undefined): unknown {
  return JSON.parse(Buffer.from(String(item?.['body']), 'base64').toString('utf8'));
}
