import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Replay,
  caseRow,
  clientOf,
  inComposite,
  page,
  partsOf,
  root,
  soqlOf,
  startReplay,
} from '../../support/salesforce-replay.ts';

const ids = ['500dM00000PvwJ7QAJ', '500dM00000PvwJ8QAJ', '500dM00000PvwJ9QAJ'] as const;
const stamp = (n: number): string => n.toString(16).padStart(32, '0');
let replay: Replay;

beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.stop());

const ask = { object: 'Case', fields: ['Subject'], after: { stamp: '2026-05-01T07:25:37.000Z', id: ids[0] }, limit: 2 };

describe('changes', () => {
  it('walks behind a place in (stamp, id) and says where the next page starts', async () => {
    replay.answer(() => ({
      status: 200,
      headers: { date: 'Fri, 01 May 2026 08:00:00 GMT' },
      body: page([
        caseRow(ids[1], { Subject: 'a' }),
        caseRow(ids[2], { SystemModstamp: '2026-05-01T07:25:38.000+0000' }),
      ]),
    }));
    const got = await clientOf(replay.url).changes(ask);
    expect(soqlOf(replay.requests[0]!)).toBe(
      `SELECT Id, CaseNumber, SystemModstamp, CreatedDate, LastModifiedById, ServiceNow_Id__c, IsDeleted, Subject FROM Case WHERE (SystemModstamp > 2026-05-01T07:25:37Z OR (SystemModstamp = 2026-05-01T07:25:37Z AND Id > '${ids[0]}')) ORDER BY SystemModstamp, Id LIMIT 2`,
    );
    expect(got.records.map((record) => record.id)).toEqual([ids[1], ids[2]]);
    expect(got).toMatchObject({
      done: false,
      next: { stamp: '2026-05-01T07:25:38.000Z', id: ids[2] },
      serverNow: '2026-05-01T08:00:00.000Z',
    });
  });

  it('is done when the whole result is smaller than the limit', async () => {
    replay.answer(() => ({ status: 200, body: page([caseRow(ids[1])]) }));
    expect(await clientOf(replay.url).changes(ask)).toMatchObject({ done: true, next: { id: ids[1] } });
  });

  it('is not done when the server cut its page short, and goes on by place instead of by locator', async () => {
    replay.answer(() => ({
      status: 200,
      body: page([caseRow(ids[1])], {
        totalSize: 500,
        done: false,
        nextRecordsUrl: `${root}/query/0r8xx5R2yF2gs3VASQ-200`,
      }),
    }));
    const got = await clientOf(replay.url).changes({ ...ask, limit: 1000 });
    expect(got).toMatchObject({ done: false, next: { id: ids[1] } });
    expect(replay.requests).toHaveLength(1);
  });

  it('stays where it was when nothing came', async () => {
    replay.answer(() => ({ status: 200, body: page([]) }));
    expect(await clientOf(replay.url).changes(ask)).toMatchObject({ done: true, next: ask.after, records: [] });
  });

  it('sends a statement too long for a URL in the body of a composite', async () => {
    const fields = Array.from({ length: 400 }, (_, n) => `A_rather_long_field_name_${n}__c`);
    replay.answer((request) =>
      request.method === 'GET'
        ? {
            status: 414,
            headers: { 'content-type': 'text/html' },
            body: '<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>',
          }
        : inComposite(() => ({ body: page([caseRow(ids[1])]) }))(request, 1),
    );
    const got = await clientOf(replay.url).changes({ ...ask, fields });
    expect(got.records).toHaveLength(1);
    expect(replay.requests[0]?.method).toBe('POST');
  });

  it('stops for an abort signal, with the signal’s own reason', async () => {
    const client = clientOf(replay.url);
    const reason = new Error('shutting down');
    await expect(client.changes({ ...ask, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(replay.requests).toHaveLength(0);
  });
});

describe('read', () => {
  it('answers in the order asked: found, deleted by evidence, absent without', async () => {
    replay.answer(
      inComposite(() => ({ body: page([caseRow(ids[2], { IsDeleted: true }), caseRow(ids[0], { Subject: 'x' })]) })),
    );
    const got = await clientOf(replay.url).read(
      'Case',
      [ids[0], ids[1], ids[2], 'nonsense', ids[0].slice(0, 15)],
      ['Subject'],
    );
    expect(got.map((result) => result.kind)).toEqual(['found', 'absent', 'deleted', 'absent', 'found']);
    const part = partsOf(replay.requests[0]!)[0]!;
    expect(part.url).toContain('/queryAll/?q=');
    expect(part.method).toBe('GET');
  });

  it('reads a thousand in one call of five queries', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => `500dM0000${String(n).padStart(6, '0')}`);
    replay.answer(inComposite(() => ({ body: page([]) })));
    const client = clientOf(replay.url);
    const got = await client.read('Case', many, ['Subject']);
    expect(got).toHaveLength(1000);
    expect(replay.requests).toHaveLength(1);
    const parts = partsOf(replay.requests[0]!);
    expect(parts).toHaveLength(5);
    for (const part of parts) expect(soqlOf(part).match(/'500/g)).toHaveLength(200);
    expect(client.calls()).toBe(1);
  });

  it('follows a page that was cut short, on the same host only', async () => {
    replay.answer((request) =>
      request.method === 'GET'
        ? { status: 200, body: page([caseRow(ids[1])]) }
        : inComposite(() => ({
            body: page([caseRow(ids[0])], { done: false, nextRecordsUrl: `${root}/query/0r8-1` }),
          }))(request, 1),
    );
    const got = await clientOf(replay.url).read('Case', [ids[0], ids[1]], []);
    expect(got.map((result) => result.kind)).toEqual(['found', 'found']);
    expect(replay.requests[1]?.path).toBe(`${root}/query/0r8-1`);

    replay.answer(
      inComposite(() => ({ body: page([caseRow(ids[0])], { done: false, nextRecordsUrl: 'https://evil.example/x' }) })),
    );
    await expect(clientOf(replay.url).read('Case', [ids[0]], [])).rejects.toMatchObject({
      data: { cause: 'foreign-next-page' },
    });
  });

  it('rejects as a whole when the statement is refused', async () => {
    replay.answer(
      inComposite(() => ({
        status: 400,
        body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'Nope__c' on entity 'Case'" }],
      })),
    );
    await expect(clientOf(replay.url).read('Case', [ids[0]], ['Nope__c'])).rejects.toMatchObject({
      kind: 'Rejected',
      data: { cause: 'unknown-field', status: 400, executed: 'no' },
    });
  });

  it('asks nothing for no ids', async () => {
    expect(await clientOf(replay.url).read('Case', [], [])).toEqual([]);
    expect(replay.requests).toHaveLength(0);
  });
});

describe('probe', () => {
  const probes = [1, 2].map((n) => ({ partnerId: stamp(n), drawnId: null }));

  it('finds by stamp, and says none only because the control row came along', async () => {
    replay.answer(
      inComposite(() => ({ body: page([caseRow(ids[0], { ServiceNow_Id__c: stamp(1) }), caseRow(ids[2])]) })),
    );
    const got = await clientOf(replay.url).probe({ object: 'Case', fields: [], probes, control: ids[2] });
    expect(got).toMatchObject([{ kind: 'found', records: [{ id: ids[0], partnerId: stamp(1) }] }, { kind: 'none' }]);
    expect(soqlOf(partsOf(replay.requests[0]!)[0]!)).toMatch(
      new RegExp(`WHERE \\(ServiceNow_Id__c IN \\('${stamp(1)}','${stamp(2)}'\\) OR Id = '${ids[2]}'\\)$`),
    );
  });

  it('knows nothing when the control row is missing', async () => {
    replay.answer(inComposite(() => ({ body: page([]) })));
    const got = await clientOf(replay.url).probe({ object: 'Case', fields: [], probes, control: ids[2] });
    expect(got).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }]);
  });

  it('never hands over a row that does not carry the stamp, however much the server answers', async () => {
    replay.answer(inComposite(() => ({ body: page(ids.map((id) => caseRow(id, { ServiceNow_Id__c: 'PRTG-1' }))) })));
    const got = await clientOf(replay.url).probe({ object: 'Case', fields: [], probes, control: ids[2] });
    expect(got).toEqual([{ kind: 'none' }, { kind: 'none' }]);
  });

  it('with no control row known takes any row of the object in the same answer as a sign of life', async () => {
    const client = clientOf(replay.url);
    replay.answer(inComposite((part) => ({ body: page(soqlOf(part).includes('LIMIT 1') ? [caseRow(ids[0])] : []) })));
    expect(await client.probe({ object: 'Case', fields: [], probes, control: null })).toEqual([
      { kind: 'none' },
      { kind: 'none' },
    ]);
    replay.answer(inComposite(() => ({ body: page([]) })));
    expect(await client.probe({ object: 'Case', fields: [], probes, control: null })).toEqual([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
  });

  it('looks for 800 stamps in one call', async () => {
    replay.answer(inComposite(() => ({ body: page([caseRow(ids[2])]) })));
    const many = Array.from({ length: 800 }, (_, n) => ({ partnerId: stamp(n), drawnId: null }));
    const got = await clientOf(replay.url).probe({ object: 'Case', fields: [], probes: many, control: ids[2] });
    expect(got.every((result) => result.kind === 'none')).toBe(true);
    expect(replay.requests).toHaveLength(1);
  });
});

describe('field dates', () => {
  const change = (Field: string, CreatedDate: string, CaseId: string = ids[0]) => ({
    Id: '017dM000001abcdQAA',
    CaseId,
    Field,
    CreatedDate,
    CreatedById: '005dM00000awSFJQA2',
  });
  const asks = [
    { id: ids[0], field: 'Status', since: '2026-05-01T00:00:00.000Z' },
    { id: ids[0], field: 'Priority', since: '2026-05-01T00:00:00.000Z' },
    { id: ids[1], field: 'Status', since: '2026-05-03T00:00:00.000Z' },
  ];

  it('are the latest change of each field after its own time', async () => {
    replay.answer(
      inComposite(() => ({
        body: page([
          change('Status', '2026-05-02T10:00:00.000+0000'),
          change('Status', '2026-05-02T12:00:00.000+0000'),
          change('Status', '2026-04-30T12:00:00.000+0000'),
          change('Status', '2026-05-02T12:00:00.000+0000', ids[1]),
        ]),
      })),
    );
    expect(await clientOf(replay.url).fieldDates('Case', asks)).toEqual([
      { at: '2026-05-02T12:00:00.000Z', by: '005dM00000awSFJQA2' },
      null,
      null,
    ]);
    expect(soqlOf(partsOf(replay.requests[0]!)[0]!)).toContain('FROM CaseHistory WHERE (CaseId IN');
  });

  it.each(['INVALID_TYPE', 'INSUFFICIENT_ACCESS'])(
    'are unknown where the history cannot be read (%s)',
    async (errorCode) => {
      replay.answer(
        inComposite(() => ({
          status: 400,
          body: [{ errorCode, message: "sObject type 'CaseHistory' is not supported." }],
        })),
      );
      expect(await clientOf(replay.url).fieldDates('Case', asks)).toEqual([null, null, null]);
    },
  );

  it('of a custom object come from its own history', async () => {
    replay.answer(inComposite(() => ({ body: page([]) })));
    await clientOf(replay.url).fieldDates('Ticket__c', asks);
    expect(soqlOf(partsOf(replay.requests[0]!)[0]!)).toContain('FROM Ticket__History WHERE (ParentId IN');
  });
});
