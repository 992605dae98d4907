import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { createHttp } from '../../src/connectors/http.ts';
import { answerFailure, vendorErrors, vendorFailure } from '../../src/connectors/salesforce/errors.ts';
import { createWire } from '../../src/connectors/salesforce/transport.ts';
import { readAnswer } from '../../src/connectors/servicenow/errors.ts';
import { createRedactor } from '../../src/observability/redact.ts';
import { caseId, clientFor, sysId, wireRow } from '../connectors/servicenow/support.ts';
import {
  caseRow,
  clientOf,
  inComposite,
  page,
  type Replay as SalesforceReplay,
  startReplay as startSalesforce,
} from '../support/salesforce-replay.ts';
import {
  batchReply,
  type Replay as ServiceNowReplay,
  startReplay as startServiceNow,
} from '../support/servicenow-replay.ts';
import { inherited } from './support.ts';

let servicenow: ServiceNowReplay;
let salesforce: SalesforceReplay;
beforeAll(async () => {
  servicenow = await startServiceNow();
  salesforce = await startSalesforce();
});
afterAll(async () => {
  await servicenow.stop();
  await salesforce.stop();
});
afterEach(() => {
  servicenow.heard.length = 0;
  salesforce.requests.length = 0;
});

const after = { stamp: '2026-01-01T00:00:00.000Z', id: '' };
const ids = [sysId(1), sysId(2), sysId(3)];
const cases = ['500000000000001AAA', '500000000000002AAA', '500000000000003AAA'];

/** JSON of any shape, with names that desks use and names that every object has. */
const name = fc.constantFrom('result', 'error', 'message', 'records', 'Id', 'sys_id', 'done', 'value', ...inherited);
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1e308,
      '',
      'x',
      '2026-03-04 05:00:00',
      sysId(1),
      caseId,
      '\u0000',
      '\ud800',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((entries) => {
      const body = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',');
      return JSON.parse(`{${body}}`) as unknown;
    }),
  ),
})).value;

/** What every call may end in: a result, or the one error that the engine understands. */
async function endsWell(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    expect(['NotFound', 'StaleVersion', 'RateLimited', 'Unauthorized', 'Rejected', 'Unavailable']).toContain(
      error.kind,
    );
  }
}

describe('an answer of any shape', () => {
  const status = fc.constantFrom(200, 200, 200, 201, 300, 400, 403, 404, 500);

  it('of ServiceNow is a result or a ConnectorError, whatever was asked', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, status, async (body, code) => {
        const said = { status: code, body: JSON.stringify(body), headers: { 'x-total-count': '3' } };
        servicenow.answer(said);
        const { desk } = clientFor(servicenow.url);
        await endsWell(desk.changes({ object: 'incident', fields: ['state'], after, limit: 10 }));
        await endsWell(desk.read('incident', ids, ['state']));
        await endsWell(desk.describe('incident'));
        servicenow.answer((heard) => batchReply(heard, () => ({ status: code, body })));
        await endsWell(
          desk.update([{ object: 'incident', id: sysId(1), fields: { state: '1' }, readBack: ['state'] }]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of Salesforce is a result or a ConnectorError, whatever was asked', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, status, async (body, code) => {
        salesforce.answer(() => ({ status: code, body: JSON.stringify(body) }));
        const client = clientOf(salesforce.url);
        await endsWell(client.changes({ object: 'Case', fields: ['Subject'], after, limit: 10 }));
        await endsWell(client.describe('Case'));
        salesforce.answer(inComposite(() => ({ status: code, body })));
        await endsWell(client.read('Case', cases, ['Subject']));
        await endsWell(client.update([{ object: 'Case', id: cases[0] ?? '', fields: { Subject: 'x' }, readBack: [] }]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a row that nobody can understand', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      7,
      'row',
      [],
      {},
      { Id: null },
      { sys_id: 'x' },
      { Id: caseId },
      { sys_id: sysId(9) },
    ),
    anyJson,
  );

  it('is left out of a ServiceNow page alone, and said', async () => {
    await fc.assert(
      fc.asyncProperty(odd, fc.nat(2), async (strange, at) => {
        const rows: unknown[] = [wireRow(1), wireRow(2)];
        rows.splice(at, 0, strange);
        servicenow.answer({ body: { result: rows }, headers: { 'x-total-count': '3' } });
        const { desk, notices } = clientFor(servicenow.url);
        const got = await desk.changes({ object: 'incident', fields: ['state'], after, limit: 10 });
        expect(got.records.map((record) => record.id)).toEqual([sysId(1), sysId(2)]);
        expect(got.done).toBe(true);
        expect(notices).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it('is left out of a Salesforce page alone, and said', async () => {
    await fc.assert(
      fc.asyncProperty(odd, fc.nat(2), async (strange, at) => {
        const rows: unknown[] = [caseRow(cases[0] ?? ''), caseRow(cases[1] ?? '')];
        rows.splice(at, 0, strange);
        salesforce.answer(() => ({ status: 200, body: JSON.stringify(page(rows)) }));
        const notices: unknown[] = [];
        const client = clientOf(salesforce.url, { deps: { onNotice: (notice) => notices.push(notice) } });
        const got = await client.changes({ object: 'Case', fields: ['Subject'], after, limit: 10 });
        expect(got.records.map((record) => record.id)).toEqual(cases.slice(0, 2));
        expect(notices).toEqual([{ kind: 'rows-unreadable', rows: 1 }]);
      }),
      { numRuns: 60 },
    );
  });

  it('is neither found nor gone when it is read by id, and proves nothing in a probe', async () => {
    const strange = { ...caseRow(cases[0] ?? ''), SystemModstamp: 'yesterday' };
    salesforce.answer(inComposite(() => ({ body: page([strange, caseRow(cases[1] ?? '')]) })));
    const client = clientOf(salesforce.url);
    const kinds = (await client.read('Case', cases, [])).map((result) => result.kind);
    expect(kinds).toEqual(['absent', 'found', 'absent']);
    const probes = [{ partnerId: sysId(1), drawnId: null }];
    const probed = await client.probe({ object: 'Case', fields: [], probes, control: cases[1] ?? null });
    expect(probed).toEqual([{ kind: 'unknown' }]);
  });

  it('leaves its own write in doubt, and no other', async () => {
    const rows = cases.map((id) => caseRow(id));
    const strange = [rows[0], { ...rows[1], SystemModstamp: 7 }, rows[2]];
    const saved = [{ id: cases[0], success: true }, { id: cases[1], success: true }, 'what?'];
    salesforce.answer(inComposite((part) => ({ body: part.body === undefined ? page(strange) : saved })));
    const requests = cases.map((id) => ({ object: 'Case', id, fields: { Subject: 'x' }, readBack: [] }));
    expect(await clientOf(salesforce.url).update(requests)).toMatchObject([
      { kind: 'written' },
      { kind: 'failed', error: { data: { executed: 'maybe' } } },
      { kind: 'failed', error: { data: { executed: 'maybe' } } },
    ]);
    servicenow.answer((heard) => {
      const reply = batchReply(heard, (item) => ({
        status: 200,
        body: { result: item.method === 'GET' ? [] : wireRow(Number(item.id.slice(1)) + 1) },
      }));
      const { body } = reply as { body: { serviced_requests: unknown[] } };
      body.serviced_requests[2] = { id: 'w1', status_code: 'what?' };
      return reply;
    });
    const changes = ids.map((id) => ({ object: 'incident', id, fields: { state: '2' }, readBack: ['state'] }));
    expect(await clientFor(servicenow.url).desk.update(changes)).toMatchObject([
      { kind: 'written' },
      { kind: 'failed', error: { data: { executed: 'maybe', cause: 'not-answered' } } },
      { kind: 'written' },
    ]);
  });
});

describe('a walk', () => {
  it('never asks for the same ServiceNow page again because no row of it has a place', async () => {
    const hidden = Array.from({ length: 10 }, () => ({ number: 'INC1' }));
    servicenow.answer(({ url }) => ({
      body: { result: /sysparm_offset=[1-9]/.test(url) ? [wireRow(5)] : hidden },
      headers: { 'x-total-count': '12000' },
    }));
    const { desk } = clientFor(servicenow.url);
    const got = await desk.changes({ object: 'incident', fields: [], after, limit: 10 });
    expect(got.next.id).toBe(sysId(5));
    servicenow.answer({ body: { result: hidden } });
    const untold = clientFor(servicenow.url).desk.changes({ object: 'incident', fields: [], after, limit: 10 });
    await expect(untold).rejects.toMatchObject({ kind: 'Unavailable' });
  });

  it('is refused where no row of a Salesforce page can be understood', async () => {
    salesforce.answer(() => ({ status: 200, body: page([{ Id: 'x' }], { done: false }) }));
    const failed = clientOf(salesforce.url).changes({ object: 'Case', fields: [], after, limit: 10 });
    await expect(failed).rejects.toMatchObject({ data: { cause: 'unreadable-answer' } });
  });

  it('ends where pages lead round in a circle, or never end', async () => {
    const locator = (n: number): string => `/services/data/v62.0/query/01g000-${n}`;
    for (const next of [() => 1, (nth: number) => nth]) {
      salesforce.requests.length = 0;
      salesforce.answer((request, nth) => {
        const more = page([], { done: false, nextRecordsUrl: locator(next(nth)) });
        if (request.method === 'GET') return { status: 200, body: more };
        return inComposite(() => ({ body: more }))(request, nth);
      });
      const failed = clientOf(salesforce.url).read('Case', cases.slice(0, 1), []);
      await expect(failed).rejects.toMatchObject({ data: { cause: 'endless-pages' } });
      expect(salesforce.requests.length).toBeLessThan(260);
    }
  });
});

describe('names that every object has', () => {
  it('change nothing but themselves in a row', async () => {
    const more = inherited
      .map((key) => `${JSON.stringify(key)}:{"sys_id":"${sysId(7)}","IsDeleted":true,"polluted":"yes"}`)
      .join(',');
    const withInherited = (row: object): string => JSON.stringify(row).replace(/^\{/, `{${more},`);
    servicenow.answer({ body: `{"result":[${withInherited(wireRow(1))}]}`, headers: { 'x-total-count': '1' } });
    const fields = ['state', 'polluted'];
    expect(await clientFor(servicenow.url).desk.read('incident', [sysId(1)], ['state'])).toMatchObject([
      { kind: 'found', record: { id: sysId(1) } },
    ]);
    const row = withInherited(caseRow(cases[0] ?? '', { state: 'x' }));
    salesforce.answer((request) => ({
      status: 200,
      body: `{"compositeResponse":[{"httpStatusCode":200,"referenceId":"${(request.body as { compositeRequest: { referenceId: string }[] }).compositeRequest[0]?.referenceId ?? ''}","body":{"totalSize":1,"done":true,"records":[${row}]}}]}`,
    }));
    const [found] = await clientOf(salesforce.url).read('Case', cases.slice(0, 1), fields);
    expect(found).toMatchObject({ kind: 'found', record: { fields: { state: 'x', polluted: null } } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(inherited)('are an unknown error code: %s', (code) => {
    expect(vendorFailure([{ code, message: 'm', fields: [] }], 'GET /x').kind).toBe('Rejected');
    expect(vendorFailure([{ code, message: 'm', fields: [] }], 'GET /x', 503).kind).toBe('Unavailable');
  });

  it.each(inherited)('are no way of packing an answer: %s', async (encoding) => {
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end('{"a":1}'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const wire = createWire({ timeoutMs: 5000, deadlineMs: 5000, maxBytes: 1000 });
    onTestFinished(() => wire.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await wire.send({ method: 'GET', url })).toMatchObject({ body: '{"a":1}' });
  });
});

describe('JSON at its edges', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const deepObject = `${'{"result":'.repeat(100_000)}1${'}'.repeat(100_000)}`;

  it.each([
    deep,
    deepObject,
    `{"result":[{"sys_id":${deep}}]}`,
    `{"records":[{"Id":${deep}}],"done":true,"totalSize":1}`,
  ])('a hundred thousand levels deep ends as any other nonsense', async (body) => {
    servicenow.answer({ body, headers: { 'x-total-count': '1' } });
    await endsWell(clientFor(servicenow.url).desk.changes({ object: 'incident', fields: ['state'], after, limit: 10 }));
    salesforce.answer(() => ({ status: 200, body }));
    await endsWell(clientOf(salesforce.url).changes({ object: 'Case', fields: [], after, limit: 10 }));
    salesforce.answer(() => ({ status: 400, body }));
    await endsWell(clientOf(salesforce.url).describe('Case'));
  });

  it('with a name twice says the last of them, and an error beside a result is an error', async () => {
    const row = JSON.stringify(wireRow(1)).replace(/\}$/, ',"state":"7"}');
    servicenow.answer({ body: `{"result":[],"result":[${row}]}` });
    const [found] = await clientFor(servicenow.url).desk.read('incident', [sysId(1)], ['state']);
    expect(found).toMatchObject({ kind: 'found', record: { fields: { state: '7' } } });
    servicenow.answer({ body: `{"result":[${row}],"error":{"message":"cancelled","detail":""}}` });
    await expect(clientFor(servicenow.url).desk.read('incident', [sysId(1)], [])).rejects.toBeInstanceOf(
      ConnectorError,
    );
  });
});

describe('answers of any size', () => {
  it('are not read beyond the bound, however well they were packed', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sent = createHttp(url, { maxBytes: 1024 * 1024 }).send({ method: 'GET', path: '/', timeoutMs: 10_000 });
    await expect(sent).rejects.toMatchObject({ reason: 'too-large' });
    const wire = createWire({ timeoutMs: 10_000, deadlineMs: 10_000, maxBytes: 1024 * 1024 });
    onTestFinished(() => wire.close());
    await expect(wire.send({ method: 'GET', url })).rejects.toMatchObject({ name: 'WireError' });
  });

  /** Each made to send a careless expression back and forth: quadratic work on these is hours, and the test’s own time runs out. */
  const million = 1_000_000;
  const traps: readonly string[] = [
    '<title'.repeat(million / 5),
    '<'.repeat(million),
    ' '.repeat(million),
    'a.'.repeat(million),
    'http://'.repeat(million / 5),
    'Bearer '.repeat(million / 5),
    `Bearer ${' '.repeat(million)}`,
    '-----BEGIN PRIVATE KEY-----'.repeat(million / 25),
    'eyJ'.repeat(million / 3),
    `eyJaaaaaaaaa.${'aaaaaaaaa.'.repeat(million / 10)}`,
    '00D'.repeat(million / 3),
    '"message":"'.repeat(million / 10),
    '"access_token":"'.repeat(million / 15),
    'password='.repeat(million / 9),
    '\u001b['.repeat(million / 2),
  ];

  it.each(traps.map((text) => [text.slice(0, 24), text]))('cost no more than their length: %j …', (_front, text) => {
    const html = { 'content-type': 'text/html' };
    const asked = { request: 'GET /x', effect: 'read', nowMs: 0 } as const;
    for (const status of [200, 400, 403, 500]) {
      for (const headers of [{}, html]) {
        expect(() => readAnswer({ status, headers, text }, asked)).toThrow(ConnectorError);
        expect((answerFailure({ status, headers, text }, 'GET /x').data.answer ?? '').length).toBeLessThanOrEqual(1000);
      }
    }
    expect(vendorErrors(text)).toEqual([]);
    expect(createRedactor([]).text(text).length).toBeGreaterThan(0);
  });
});
