import { describe, expect, it } from 'vitest';
import { asBodies, asBody, errorCode, noAssignment, startBench } from './bench.ts';
import type { Bench } from './bench.ts';

const kase = { type: 'Case' };

async function composite(bench: Bench, compositeRequest: readonly object[], allOrNone = false) {
  const answer = await bench.send('POST', 'composite', {
    body: { allOrNone, compositeRequest },
    headers: noAssignment,
  });
  expect(answer.status).toBe(200);
  return asBodies(asBody(answer.body)['compositeResponse']);
}

const create = (referenceId: string, body: object) => ({
  method: 'POST',
  url: '/services/data/v66.0/sobjects/Case',
  referenceId,
  body,
});

describe('collections', () => {
  it('save each row on its own, in the order asked', async () => {
    await using bench = await startBench();
    const records = [
      { attributes: kase, Subject: 'a' },
      { attributes: kase, Subject: 'x'.repeat(256) },
      { Subject: 'b', attributes: kase },
    ];
    const answer = await bench.send('POST', 'composite/sobjects', { body: { records } });
    expect(asBodies(answer.body).map((row) => row['success'])).toEqual([true, false, true]);
    expect(await bench.query('SELECT Id FROM Case')).toHaveLength(2);
  });

  it('upsert by external id, twice the same key in one call', async () => {
    await using bench = await startBench();
    const records = ['a', 'b'].map((Subject) => ({ attributes: kase, ServiceNow_Id__c: 'same', Subject }));
    const answer = await bench.send('PATCH', 'composite/sobjects/Case/ServiceNow_Id__c', { body: { records } });
    expect(asBodies(answer.body).map((row) => row['created'])).toEqual([true, false]);
    expect(await bench.query('SELECT Subject FROM Case')).toMatchObject([{ Subject: 'b' }]);
  });

  it('take 200 records and no more', async () => {
    await using bench = await startBench();
    const send = (count: number) =>
      bench.send('POST', 'composite/sobjects', {
        body: { records: Array.from({ length: count }, () => ({ attributes: kase })) },
      });
    expect((await send(200)).status).toBe(200);
    expect(errorCode(await send(201))).toBe('EXCEEDED_ID_LIMIT');
    expect(
      new Set((await bench.query('SELECT SystemModstamp FROM Case')).map((row) => row['SystemModstamp'])).size,
    ).toBe(1);
  });

  it('answer null for an id that is not there', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Subject: 'a' });
    const body = { ids: ['500SB0999999999YAA', id], fields: ['Subject'] };
    expect((await bench.send('POST', 'composite/sobjects/Case', { body })).body).toMatchObject([
      null,
      { Subject: 'a', Id: id },
    ]);
  });
});

describe('composite', () => {
  it('runs 25 subrequests, five of them queries or collections, as one call', async () => {
    await using bench = await startBench();
    const used = async () =>
      Number(/api-usage=(\d+)/.exec((await bench.send('GET', 'limits')).headers.get('sforce-limit-info') ?? '')?.[1]);
    const before = await used();
    const parts = (count: number) => Array.from({ length: count }, (_, index) => create(`r${index}`, {}));
    expect(await composite(bench, parts(25))).toHaveLength(25);
    expect(await used()).toBe(before + 2);
    expect(await composite(bench, parts(26))).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'LIMIT_EXCEEDED' }] },
    ]);
    const queries = Array.from({ length: 6 }, (_, index) => ({
      method: 'GET',
      url: '/services/data/v66.0/query?q=SELECT+Id+FROM+Case',
      referenceId: `q${index}`,
    }));
    expect(await composite(bench, queries.slice(1))).toHaveLength(5);
    expect(await composite(bench, queries)).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'LIMIT_EXCEEDED' }] },
    ]);
  });

  it('fills references in, and halts what refers to a failure', async () => {
    await using bench = await startBench();
    const comment = (referenceId: string, of: string) => ({
      method: 'POST',
      url: '/services/data/v66.0/sobjects/CaseComment',
      referenceId,
      body: { ParentId: `@{${of}.id}`, CommentBody: 'c' },
    });
    const parts = [create('good', {}), comment('c1', 'good'), create('bad', { Nope: 1 }), comment('c2', 'bad')];
    const answers = await composite(bench, parts);
    expect(answers.map((each) => each['httpStatusCode'])).toEqual([201, 201, 400, 400]);
    expect(answers[3]).toMatchObject({ body: [{ errorCode: 'PROCESSING_HALTED' }] });
  });

  it('takes braces in somebody’s text for a reference too', async () => {
    await using bench = await startBench();
    expect(await composite(bench, [create('a', { Subject: 'see @{this}' })])).toMatchObject([{ httpStatusCode: 400 }]);
  });

  it('with allOrNone undoes everything', async () => {
    await using bench = await startBench();
    const answers = await composite(bench, [create('a', {}), create('b', { Nope: 1 }), create('c', {})], true);
    expect(answers.map((each) => asBodies(each['body'])[0]?.['errorCode'])).toEqual([
      'PROCESSING_HALTED',
      'INVALID_FIELD',
      'PROCESSING_HALTED',
    ]);
    expect(await bench.query('SELECT Id FROM Case')).toEqual([]);
    expect((await bench.create('Case', {})).length).toBe(18);
  });

  it('as a batch counts every subrequest, and halts on error when told to', async () => {
    await using bench = await startBench();
    const batchRequests = ['v66.0/limits', 'v66.0/nope', 'v66.0/limits'].map((url) => ({ method: 'GET', url }));
    const answer = await bench.send('POST', 'composite/batch', { body: { haltOnError: true, batchRequests } });
    expect(asBodies(asBody(answer.body)['results']).map((each) => each['statusCode'])).toEqual([200, 404, 412]);
    expect(answer.headers.get('sforce-limit-info')).toBe('api-usage=3/100000');
  });

  it('as a graph keeps one graph from the other’s failure', async () => {
    await using bench = await startBench();
    const graphs = [
      { graphId: 'one', compositeRequest: [create('a', { Subject: 'kept' })] },
      { graphId: 'two', compositeRequest: [create('a', { Subject: 'undone' }), create('b', { Nope: 1 })] },
    ];
    const answer = await bench.send('POST', 'composite/graph', { body: { graphs } });
    expect(asBodies(asBody(answer.body)['graphs']).map((each) => each['isSuccessful'])).toEqual([true, false]);
    expect(await bench.query('SELECT Subject FROM Case')).toMatchObject([{ Subject: 'kept' }]);
  });
});

describe('a bulk query', () => {
  it('is polled to its end and read page by page, `null` on the last', async () => {
    await using bench = await startBench();
    for (const Subject of ['a', 'b "quoted"\nline', 'c']) await bench.create('Case', { Subject });
    const body = { operation: 'query', query: 'SELECT Subject, IsClosed, Owner.Name FROM Case ORDER BY CaseNumber' };
    const id = String(asBody((await bench.send('POST', 'jobs/query', { body })).body)['id']);
    expect((await bench.send('GET', `jobs/query/${id}/results`)).status).toBe(400);
    expect(await bench.get(`jobs/query/${id}`)).toMatchObject({ state: 'InProgress' });
    expect(await bench.get(`jobs/query/${id}`)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 3 });
    const first = await bench.send('GET', `jobs/query/${id}/results?maxRecords=2`);
    expect(first.text).toBe(
      '"Subject","IsClosed","Owner.Name"\n"a","false","Casebridge Integration"\n"b ""quoted""\nline","false","Casebridge Integration"\n',
    );
    const locator = first.headers.get('sforce-locator');
    const last = await bench.send('GET', `jobs/query/${id}/results?maxRecords=2&locator=${locator}`);
    expect([last.headers.get('sforce-locator'), last.headers.get('sforce-numberofrecords')]).toEqual(['null', '1']);
  });
});
