import { expect } from 'vitest';
import { asBodies, asBody } from '../../sandbox/salesforce/bench.ts';
import type { Bench } from '../../sandbox/salesforce/bench.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectShape } from './compare.ts';

const upsert = {
  object: 'Case',
  operation: 'upsert',
  externalIdFieldName: 'ServiceNow_Id__c',
  contentType: 'CSV',
  lineEnding: 'LF',
};

async function open(bench: Bench): Promise<string> {
  return String(asBody((await bench.send('POST', 'jobs/ingest', { body: upsert })).body)['id']);
}

async function upload(bench: Bench, id: string, csv: string) {
  return bench.send('PUT', `jobs/ingest/${id}/batches`, { body: csv, headers: { 'content-type': 'text/csv' } });
}

/** A job with this upload, closed. */
async function closed(bench: Bench, csv: string): Promise<string> {
  const id = await open(bench);
  await upload(bench, id, csv);
  await bench.send('PATCH', `jobs/ingest/${id}`, { body: { state: 'UploadComplete' } });
  return id;
}

const good = 'ServiceNow_Id__c,Subject\nabc,One\ndef,Two\n';
const oneBad = `ServiceNow_Id__c,Subject\nabc,One\ndef,${'x'.repeat(256)}\n`;

async function query(bench: Bench): Promise<string> {
  const body = { operation: 'query', query: 'SELECT Id, Name FROM Account' };
  return String(asBody((await bench.send('POST', 'jobs/query', { body })).body)['id']);
}

export const bulkCases: CaseTable = {
  'bulk2-ingest-create': async (bench, recording) => {
    const answer = await bench.send('POST', 'jobs/ingest', { body: upsert });
    expectAlike(answer, recording);
    const body = asBody(answer.body);
    expect(body).toMatchObject({ state: 'Open', apiVersion: 66 });
    expect(body['contentUrl']).toBe(`services/data/v66.0/jobs/ingest/${String(body['id'])}/batches`);
  },
  'bulk2-ingest-upload-201': async (bench, recording) => {
    const answer = await upload(bench, await open(bench), good);
    expectHead(answer, recording);
    expect(answer.text).toBe('');
  },
  'bulk2-ingest-uploadcomplete': async (bench, recording) => {
    const id = await open(bench);
    await upload(bench, id, good);
    expectAlike(await bench.send('PATCH', `jobs/ingest/${id}`, { body: { state: 'UploadComplete' } }), recording);
  },
  'bulk2-ingest-inprogress': async (bench, recording) => {
    const id = await closed(bench, good);
    const answer = await bench.send('GET', `jobs/ingest/${id}`);
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({ state: 'InProgress' });
  },
  'bulk2-ingest-jobcomplete': async (bench, recording) => {
    const id = await closed(bench, good);
    await bench.send('GET', `jobs/ingest/${id}`);
    const answer = await bench.send('GET', `jobs/ingest/${id}`);
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
    expect((await bench.query("SELECT Subject FROM Case WHERE ServiceNow_Id__c = 'def'"))[0]?.['Subject']).toBe('Two');
  },
  'bulk2-ingest-jobcomplete-partial': async (bench, recording) => {
    const id = await closed(bench, oneBad);
    await bench.send('GET', `jobs/ingest/${id}`);
    const answer = await bench.send('GET', `jobs/ingest/${id}`);
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 1 });
  },
  'bulk2-ingest-failed': async (bench, recording) => {
    const id = await closed(bench, 'ServiceNow_Id__c,Status_on_purpose\nabc,x\n');
    await bench.send('GET', `jobs/ingest/${id}`);
    const answer = await bench.send('GET', `jobs/ingest/${id}`);
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : Field name not found : Status_on_purpose',
    });
  },
  'bulk2-ingest-failedresults-csv': async (bench, recording) => {
    const id = await closed(bench, oneBad);
    await bench.send('GET', `jobs/ingest/${id}`);
    await bench.send('GET', `jobs/ingest/${id}`);
    const answer = await bench.send('GET', `jobs/ingest/${id}/failedResults`);
    expectHead(answer, recording);
    const lines = answer.text.trimEnd().split('\n');
    expect(lines[0]).toBe('"sf__Id","sf__Error",ServiceNow_Id__c,Subject');
    expect(lines[1]).toMatch(
      /^"","STRING_TOO_LONG:Subject: data value too large: x+ \(max length=255\):Subject --","def","x+"$/,
    );
    expect(lines).toHaveLength(2);
  },
  'bulk2-ingest-list-200': async (bench, recording) => {
    await bench.send('POST', 'jobs/ingest', { body: { object: 'Account', operation: 'insert', contentType: 'CSV' } });
    expectAlike(await bench.send('GET', 'jobs/ingest'), recording);
  },
  'bulk2-query-create': async (bench, recording) => {
    const answer = await bench.send('POST', 'jobs/query', {
      body: { operation: 'query', query: 'SELECT Id FROM Account' },
    });
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject({ state: 'UploadComplete', object: 'Account', apiVersion: 66 });
  },
  'bulk2-query-abort-200': async (bench, recording) => {
    const answer = await bench.send('PATCH', `jobs/query/${await query(bench)}`, { body: { state: 'Aborted' } });
    expectHead(answer, recording);
    expectShape(answer.body, recording.response.body);
    expect(answer.body).toMatchObject({ state: 'Aborted' });
  },
  'bulk2-query-delete-204': async (bench, recording) => {
    const id = await query(bench);
    const answer = await bench.send('DELETE', `jobs/query/${id}`);
    expectHead(answer, recording);
    expect(answer.text).toBe('');
    expect((await bench.send('GET', `jobs/query/${id}`)).status).toBe(404);
    expect(asBodies((await bench.get('jobs/query'))['records'])).toEqual([]);
  },
};
