import { expect } from 'vitest';
import { asBody } from '../../sandbox/salesforce/bench.ts';
import type { Answer, Bench } from '../../sandbox/salesforce/bench.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectSame } from './compare.ts';
import type { Recording } from './recordings.ts';

function run(bench: Bench, soql: string, resource = 'query'): Promise<Answer> {
  return bench.send('GET', `${resource}?q=${encodeURIComponent(soql)}`);
}

function soqlOf(recording: Recording): string {
  return recording.request.query?.['q'] ?? '';
}

/** As many accounts as the recorded org had, but for the one that is there from the start. */
function fill(bench: Bench, count: number): void {
  for (let index = 1; index < count; index += 1) {
    bench.sandbox.desk.create(
      'Account',
      { Name: `Test Account for Pagination ${index}`, Phone: '1', Website: 'www' },
      'ada',
    );
  }
}

function page(answer: Answer) {
  const body = asBody(answer.body);
  const records = body['records'];
  return {
    totalSize: body['totalSize'],
    done: body['done'],
    next: body['nextRecordsUrl'],
    count: Array.isArray(records) ? records.length : -1,
  };
}

const wide = 'SELECT Id, Name, Description, LastModifiedDate, CreatedDate FROM Account ORDER BY LastModifiedDate ASC';

function makeCases(bench: Bench): void {
  for (let index = 0; index < 26; index += 1) bench.sandbox.desk.create('Case', { Subject: `Case ${index}` }, 'ada');
}

export const queryCases: CaseTable = {
  'query-400-contentdocumentlink-filter': async (bench, recording) =>
    expectSame(await run(bench, 'SELECT Id FROM ContentDocumentLink'), recording),
  'query-400-invalid-locator': async (bench, recording) =>
    expectSame(await bench.send('GET', 'query/0r8xx5R2yF2gs3VASQ-2000'), recording),
  'query-400-invalid-type': async (bench, recording) => {
    const answer = await run(bench, 'SELECT Id,Name,BillingCity,IsDeleted FROM Accout');
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject([{ errorCode: 'INVALID_TYPE' }]);
    const lines = (body: unknown): string[] =>
      String(asBody(Array.isArray(body) ? body[0] : null)['message']).split('\n');
    expect(lines(answer.body)).toHaveLength(5);
    expect(lines(answer.body).at(-1)).toBe(lines(recording.response.body).at(-1));
    expect(lines(answer.body)[3]).toMatch(/^ERROR at Row:1:Column:\d+$/);
  },
  'query-400-malformed-caret': async (bench, recording) => {
    const answer = await run(
      bench,
      'SELECT Id, CreatedDate, CreatedById, LastModifiedById, LastModifiedDate, From Account ',
    );
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
    expect(answer.text).toMatch(/\^\\nERROR at Row:1:Column:\d+\\nunexpected token: 'From'/);
  },
  'query-400-malformed': async (bench, recording) => expectSame(await run(bench, soqlOf(recording)), recording),
  'query-414-uri-too-long': async (bench, recording) => {
    const answer = await run(bench, `SELECT Id FROM Case WHERE Subject = '${'x'.repeat(17_000)}'`);
    expectHead(answer, recording);
    expect(answer.text).toBe(recording.response.body);
  },
  'query-case-lastmodified-order': async (bench, recording) => {
    makeCases(bench);
    const answer = await run(bench, soqlOf(recording));
    expectAlike(answer, recording);
    expect(page(answer)).toMatchObject({ totalSize: 26, done: true });
  },
  'query-case-page': async (bench, recording) => {
    makeCases(bench);
    const answer = await bench.send('GET', `query?limit=200&q=${encodeURIComponent(soqlOf(recording))}`);
    expectAlike(answer, recording);
    expect(page(answer)).toEqual({ totalSize: 26, done: true, next: undefined, count: 26 });
    const numbers = (await bench.query('SELECT CaseNumber FROM Case ORDER BY CaseNumber LIMIT 2')).map(
      (each) => each['CaseNumber'],
    );
    expect(numbers).toEqual(['00001001', '00001002']);
  },
  'query-casecomment-empty': async (bench, recording) => expectSame(await run(bench, soqlOf(recording)), recording),
  'query-feeditem-empty': async (bench, recording) => expectSame(await run(bench, soqlOf(recording)), recording),
  'query-first-page-2000': async (bench, recording) => {
    fill(bench, 2086);
    const answer = await run(bench, soqlOf(recording));
    expectAlike(answer, recording);
    expect(page(answer)).toMatchObject({ totalSize: 2086, done: false, count: 2000 });
    expect(page(answer).next).toMatch(/^\/services\/data\/v66\.0\/query\/0r8\w+-2000$/);
  },
  'query-first-page-1000-wide-row': async (bench, recording) => {
    fill(bench, 2086);
    const answer = await run(bench, wide);
    expectAlike(answer, recording);
    expect(page(answer)).toMatchObject({
      totalSize: 2086,
      done: false,
      count: 1000,
      next: expect.stringMatching(/-1000$/),
    });
  },
  'query-second-page-1000': async (bench, recording) => {
    fill(bench, 2086);
    const answer = await bench.send('GET', String(page(await run(bench, wide)).next));
    expectAlike(answer, recording);
    expect(page(answer)).toMatchObject({
      totalSize: 2086,
      done: false,
      count: 1000,
      next: expect.stringMatching(/-2000$/),
    });
  },
  'query-last-page': async (bench, recording) => {
    fill(bench, 2086);
    const answer = await bench.send('GET', String(page(await run(bench, soqlOf(recording))).next));
    expectAlike(answer, recording);
    expect(page(answer)).toEqual({ totalSize: 2086, done: true, next: undefined, count: 86 });
  },
  'query-more-200': async (bench, recording) => {
    fill(bench, 2086);
    const answer = await bench.send('GET', String(page(await run(bench, 'SELECT Id, Name FROM Account')).next));
    expectAlike(answer, recording);
    expect(page(answer)).toMatchObject({ totalSize: 2086, done: true, count: 86 });
  },
  'query-group-200': async (bench, recording) => {
    const answer = await run(bench, soqlOf(recording));
    expectAlike(answer, recording);
    expect(asBody(answer.body)['records']).toMatchObject([{ Type: 'Queue' }]);
  },
  'queryall-200': async (bench, recording) => {
    fill(bench, 6);
    const answer = await run(bench, soqlOf(recording), 'queryAll');
    expectAlike(answer, recording);
    expect(page(answer)).toEqual({ totalSize: 5, done: true, next: undefined, count: 5 });
  },
};
