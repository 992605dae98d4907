import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Replay,
  caseRow,
  clientOf,
  inComposite,
  memoryVault,
  page,
  partsOf,
  root,
  soqlOf,
  startReplay,
  tokenBody,
} from '../../support/salesforce-replay.ts';
import { fakeClock } from '../../support/clock.ts';
import { Secret } from '../../../src/config/secret.ts';

// What jsforce 3.10 does by itself, and what comes of it here. Each test names the trap.

const id = '500dM00000PvwJ7QAJ';
const ask = { object: 'Case', fields: ['Subject'], after: { stamp: '2026-05-01T00:00:00.000Z', id: '' }, limit: 10 };
const write = { object: 'Case', id, fields: { Subject: 'x' }, readBack: ['Subject'] };
const expired = { status: 401, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] };
const good = { status: 200, body: page([caseRow(id)]) };

let replay: Replay;
beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.stop());

describe('jsforce', () => {
  it('speaks API version 50.0 unless told: every path carries the pinned version', async () => {
    replay.answer((request) => (request.method === 'GET' ? good : inComposite(() => ({ body: page([]) }))(request, 1)));
    const client = clientOf(replay.url);
    await client.changes(ask);
    await client.read('Case', [id], []);
    for (const request of replay.requests) expect(request.path.startsWith(`${root}/`)).toBe(true);
    expect(partsOf(replay.requests[1]!)[0]?.url.startsWith(`${root}/`)).toBe(true);
  });

  it('refreshes and replays a 401 without end: here it is two requests and no more', async () => {
    replay.answer(() => expired);
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(replay.requests).toHaveLength(2);
  });

  it('replays to the old host when a refresh brings a new instance_url: here the new host is used', async () => {
    const moved = await startReplay();
    try {
      moved.answer(() => good);
      replay.answer(() => expired);
      replay.answerToken(() => ({ status: 200, body: tokenBody(moved.url, 'new') }));
      const vault = memoryVault({ accessToken: 'old', refreshToken: null, expiresAt: null, instanceUrl: replay.url });
      await clientOf(replay.url, { vault }).changes(ask);
      expect(replay.requests).toHaveLength(1);
      expect(moved.requests).toHaveLength(1);
    } finally {
      await moved.stop();
    }
  });

  it('forgets a rotated refresh token: here the next refresh uses the new one', async () => {
    const vault = memoryVault({
      accessToken: 'old',
      refreshToken: 'refresh-1',
      expiresAt: null,
      instanceUrl: replay.url,
    });
    replay.answerToken((_, nth) => ({
      status: 200,
      body: tokenBody(replay.url, `token-${nth}`, { refresh_token: `refresh-${nth + 1}` }),
    }));
    replay.answer((_, nth) => (nth % 2 === 1 ? expired : good));
    const client = clientOf(replay.url, {
      vault,
      auth: { kind: 'authorization_code', clientId: 'app', clientSecret: new Secret('s') },
    });
    await client.changes(ask);
    await client.changes(ask);
    expect(
      replay.tokenRequests.map((request) => new URLSearchParams(String(request.body)).get('refresh_token')),
    ).toEqual(['refresh-1', 'refresh-2']);
  });

  it('posts token requests chunked and with no length: here they have one', async () => {
    replay.answer(() => good);
    await clientOf(replay.url).changes(ask);
    expect(replay.tokenRequests[0]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(replay.tokenRequests[0]?.headers['content-length']).toBeDefined();
    expect(replay.tokenRequests[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  it('throws OAuth errors without a code: here they carry code, status and words', async () => {
    replay.answerToken(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'authentication failure' },
    }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      data: { code: 'invalid_grant', status: 400 },
    });
  });

  it('drops the HTTP status of REST errors: here it is kept', async () => {
    replay.answer(() => ({
      status: 404,
      body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
    }));
    await expect(clientOf(replay.url).describe('Nope')).rejects.toMatchObject({
      kind: 'NotFound',
      data: { status: 404, code: 'NOT_FOUND' },
    });
  });

  it('names two errors MULTIPLE_API_ERRORS: here the first one decides and all words are kept', async () => {
    replay.answer(() => ({
      status: 400,
      body: [
        { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'first', fields: ['Subject'] },
        { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'second', fields: ['Status'] },
      ],
    }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Rejected',
      data: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', answer: 'first; second', fields: ['Subject', 'Status'] },
    });
  });

  it('throws MULTIPLE_CHOICES for a 300: here it is Rejected, not unique', async () => {
    replay.answer(() => ({
      status: 300,
      body: ['/services/data/v62.0/sobjects/Case/a', '/services/data/v62.0/sobjects/Case/b'],
    }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Rejected',
      data: { cause: 'not-unique', status: 300 },
    });
  });

  it.each(['text/html', 'text/html;charset=UTF-8', 'text/html; charset=iso-8859-1', 'application/json'])(
    'knows an HTML page only by one exact content type, and takes one under a 200 for an answer: here %s is Unavailable',
    async (type) => {
      replay.answer(() => ({
        status: 200,
        headers: { 'content-type': type },
        body: '<!DOCTYPE html><html><body>Down for maintenance</body></html>',
      }));
      await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
        kind: 'Unavailable',
        data: { cause: 'html-page', answer: 'Down for maintenance' },
      });
    },
  );

  it('reads rows under an HTTP 400 as an error of the request: here they stay one result per row', async () => {
    replay.answer(
      inComposite((part) =>
        part.body === undefined
          ? { body: page([caseRow(id)]) }
          : {
              status: 400,
              body: [
                {
                  success: false,
                  errors: [{ statusCode: 'STRING_TOO_LONG', message: 'too long', fields: ['Subject'] }],
                },
              ],
            },
      ),
    );
    expect(await clientOf(replay.url).update([write])).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { code: 'STRING_TOO_LONG' } } },
    ]);
  });

  it('retries a GET five times by itself, past any Retry-After: here each failure is one request', async () => {
    for (const [status, body] of [
      [503, [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server Unavailable' }]],
      [429, 'slow down'],
      [500, 'oops'],
      [502, ''],
      [420, ''],
    ] as const) {
      const before = replay.requests.length;
      replay.answer(() => ({ status, body }));
      await expect(clientOf(replay.url).changes(ask)).rejects.toBeDefined();
      expect(replay.requests.length - before).toBe(1);
    }
    replay.answer(() => ({ status: 200, drop: 'before' }));
    const before = replay.requests.length;
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'unreachable' },
    });
    expect(replay.requests.length - before).toBe(1);
  });

  it('crashes the process when a connection breaks in the middle of an answer: here the call fails, in doubt', async () => {
    replay.answer(() => ({ status: 200, body: '{"totalSize":1,', drop: 'midway' }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'unreachable', executed: 'maybe' },
    });
  });

  it('waits 30 minutes for an answer: here as long as it is told', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(mute.address() as { port: number }).port}`;
    const vault = memoryVault({ accessToken: 't', refreshToken: null, expiresAt: null, instanceUrl: url });
    await expect(clientOf(url, { vault, deps: { timeoutMs: 50 } }).changes(ask)).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { code: 'TIMEOUT', executed: 'maybe' },
    });
    mute.close();
  });

  it('does not throw for failed rows of an array: here each is a failed result', async () => {
    replay.answer(
      inComposite((part) =>
        part.body === undefined
          ? { body: page([]) }
          : {
              body: [
                {
                  success: false,
                  errors: [
                    { statusCode: 'MISSING_ARGUMENT', message: 'Id not specified in an update call', fields: [] },
                  ],
                },
              ],
            },
      ),
    );
    expect(await clientOf(replay.url).update([write])).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { code: 'MISSING_ARGUMENT' } } },
    ]);
  });

  it('puts the key of an upsert into the path unencoded: here it stands in the body', async () => {
    replay.answer(
      inComposite((part) => ({ body: part.body === undefined ? page([]) : [{ success: false, errors: [] }] })),
    );
    await clientOf(replay.url).create([
      { object: 'Case', fields: {}, readBack: [], partnerId: 'a'.repeat(32), drawnId: '' },
    ]);
    expect(partsOf(replay.requests[0]!)[0]?.url).toBe(`${root}/composite/sobjects/Case/ServiceNow_Id__c`);
  });

  it('describes an object before it reads many: here a read is one call', async () => {
    replay.answer(inComposite(() => ({ body: page([]) })));
    await clientOf(replay.url).read('Case', [id], []);
    expect(replay.requests).toHaveLength(1);
  });

  it('stops an automatic fetch at 10,000 rows without a word: here a walk goes to the end', async () => {
    const total = 12_000;
    const clock = fakeClock();
    const ids = Array.from({ length: total }, (_, n) => `500dM0000${String(n).padStart(6, '0')}`);
    replay.answer((request) => {
      const after = /Id > '(\w{15})/.exec(soqlOf(request))?.[1];
      const from = after === undefined ? 0 : ids.indexOf(after) + 1;
      return { status: 200, body: page(ids.slice(from, from + 2000).map((each) => caseRow(each))) };
    });
    const client = clientOf(replay.url, { clock });
    let place = { stamp: '2026-05-01T00:00:00.000Z', id: '' };
    let rows = 0;
    for (let done = false; !done;) {
      const got = await client.changes({ ...ask, fields: [], after: place, limit: 2000 });
      rows += got.records.length;
      place = got.next;
      done = got.done;
    }
    expect(rows).toBe(total);
  });

  it('continues a query at the connection’s version wherever the server pointed: here the server’s own path is followed', async () => {
    replay.answer((request) =>
      request.method === 'GET'
        ? good
        : inComposite(() => ({
            body: page([], { done: false, nextRecordsUrl: '/services/data/v59.0/query/0r8xx5R2yF2gs3VASQ-200' }),
          }))(request, 1),
    );
    await clientOf(replay.url).read('Case', [id], []);
    expect(replay.requests[1]?.path).toBe('/services/data/v59.0/query/0r8xx5R2yF2gs3VASQ-200');
  });

  it('has no default header for a connection: here every write names its own', async () => {
    replay.answer(inComposite(() => ({ body: page([]) })));
    await clientOf(replay.url).update([write]);
    const patch = partsOf(replay.requests[0]!).find((part) => part.method === 'PATCH');
    expect(patch?.httpHeaders?.['Sforce-Auto-Assign']).toBe('FALSE');
  });

  it('says who it is only when told: here change events can name Casebridge as their origin', async () => {
    replay.answer(() => good);
    await clientOf(replay.url).changes(ask);
    expect(replay.requests[0]?.headers).toMatchObject({
      'sforce-call-options': 'client=Casebridge',
      'user-agent': 'casebridge',
    });
  });

  it('throws a plain error for a lightning address: here it is refused like every other foreign host', async () => {
    replay.answerToken(() => ({ status: 200, body: tokenBody('https://acme.lightning.force.com', 't') }));
    await expect(clientOf(replay.url).changes(ask)).rejects.toMatchObject({ data: { cause: 'foreign-instance-url' } });
  });
});
