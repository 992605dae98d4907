import { expect } from 'vitest';
import { asBodies, asBody } from '../../sandbox/salesforce/bench.ts';
import type { Bench } from '../../sandbox/salesforce/bench.ts';
import { neverWas } from './case-table.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectSame, expectShape, normal } from './compare.ts';
import type { Recording } from './recordings.ts';

/** The recorded request, its versions made ours. */
function asked(recording: Recording): unknown {
  const text = JSON.stringify(recording.request.body).replace(/\/v(\d\d|xx)\.0\//g, '/v66.0/');
  const body: unknown = JSON.parse(text);
  return body;
}

async function composite(bench: Bench, recording: Recording) {
  return bench.send('POST', 'composite', { body: asked(recording) });
}

function inner(body: unknown): readonly Record<string, unknown>[] {
  return asBodies(asBody(body)['compositeResponse']);
}

export const compositeCases: CaseTable = {
  'batch-404-invalid-cross-reference': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    const patch = (target: string) => ({
      method: 'PATCH',
      url: `v66.0/sobjects/Account/${target}`,
      richInput: { Name: 'b' },
    });
    const body = { batchRequests: [patch(id), patch(id), patch(neverWas.account), patch(id), patch(id)] };
    expectSame(await bench.send('POST', 'composite/batch', { body }), recording);
  },
  'composite-200-dependent': async (bench, recording) => {
    expectSame(await composite(bench, recording), recording);
    expect(await bench.query("SELECT Account.Name FROM Contact WHERE LastName = 'Sample Contact'")).toMatchObject([
      { Account: { Name: 'Sample Account' } },
    ]);
  },
  'composite-batch-200': async (bench, recording) => {
    const body = {
      batchRequests: [
        { method: 'GET', url: 'v66.0/limits' },
        { method: 'GET', url: 'v66.0/sobjects/Account/describe' },
      ],
    };
    const answer = await bench.send('POST', 'composite/batch', { body });
    expectHead(answer, recording);
    expect(asBody(answer.body)['hasErrors']).toBe(false);
    const [limits, describe] = asBodies(asBody(answer.body)['results']);
    expect(limits).toMatchObject({
      statusCode: 200,
      result: { ConcurrentAsyncGetReportInstances: { Max: 200, Remaining: 200 } },
    });
    expect(describe).toMatchObject({ statusCode: 200, result: { actionOverrides: [], activateable: false } });
  },
  'composite-count-200': async (bench, recording) => {
    const requests = ['Account', 'FeedItem'].map((name, index) => ({
      referenceId: ['refAccount', 'refOpportunity'][index],
      method: 'GET',
      url: `/services/data/v66.0/query/?q=select count() from ${name}`,
    }));
    const answer = await bench.send('POST', 'composite', { body: { compositeRequest: requests } });
    expectAlike(answer, recording);
    expect(inner(answer.body)[1]).toEqual(inner(recording.response.body)[1]);
  },
  'composite-get-describe-200': async (bench, recording) => {
    const answer = await composite(bench, recording);
    expectHead(answer, recording);
    const [mine] = inner(answer.body);
    const [theirs] = inner(recording.response.body);
    expect(mine?.['body']).toMatchObject(asBody(theirs?.['body']));
    expectShape(mine?.['httpHeaders'], theirs?.['httpHeaders']);
    expect([mine?.['httpStatusCode'], mine?.['referenceId']]).toEqual([
      theirs?.['httpStatusCode'],
      theirs?.['referenceId'],
    ]);
  },
  'composite-graph-200': async (bench, recording) =>
    expectSame(await bench.send('POST', 'composite/graph', { body: asked(recording) }), recording),
  'composite-query-200': async (bench, recording) => {
    const answer = await composite(bench, recording);
    expectAlike(answer, recording);
    expect(inner(answer.body).map((each) => each['httpStatusCode'])).toEqual(
      inner(recording.response.body).map((each) => each['httpStatusCode']),
    );
  },
  'composite-subrequest-304': async (bench, recording) => {
    const text = JSON.stringify(asked(recording)).replaceAll('03 Sep 2020', '03 Sep 2026');
    const body: unknown = JSON.parse(text);
    expectAlike(await bench.send('POST', 'composite', { body }), recording);
  },
  'composite-subrequest-400-invalid-type': async (bench, recording) => {
    const answer = await composite(bench, recording);
    expectAlike(answer, recording);
    expect(inner(answer.body)[1]).toEqual(inner(recording.response.body)[1]);
  },
  'composite-subrequest-404-not-found': async (bench, recording) =>
    expectSame(await composite(bench, recording), recording),
  'composite-tree-201': async (bench, recording) => {
    const answer = await bench.send('POST', 'composite/tree/Account', { body: recording.request.body });
    expectHead(answer, recording);
    expect(asBody(answer.body)['hasErrors']).toBe(false);
    const references = (body: unknown) => asBodies(asBody(body)['results']).map((each) => String(each['referenceId']));
    expect(references(answer.body).toSorted()).toEqual(references(recording.response.body).toSorted());
    expect(await bench.query("SELECT Name FROM Account WHERE Parent.Name = 'SampleAccount2'")).toMatchObject([
      { Name: 'SampleChildAccount1' },
    ]);
    expect(normal(asBodies(asBody(answer.body)['results'])[0])).toEqual({ referenceId: 'ref1', id: '<id>' });
  },
};
