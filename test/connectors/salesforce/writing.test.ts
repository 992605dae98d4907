import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CreateRequest, UpdateRequest } from '../../../src/connectors/ticket-system.ts';
import {
  type Answering,
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
} from '../../support/salesforce-replay.ts';
import { normaliseId } from '../../../src/connectors/salesforce/ids.ts';

const idOf = (n: number): string => normaliseId(`500dM0000${String(n).padStart(6, '0')}`)!;
const stampOf = (n: number): string => n.toString(16).padStart(32, '0');
const updateOf = (n: number, fields: UpdateRequest['fields'] = { Subject: `new ${n}` }): UpdateRequest => ({
  object: 'Case',
  id: idOf(n),
  fields,
  readBack: ['Subject'],
});
const createOf = (n: number, fields: CreateRequest['fields'] = { Subject: `new ${n}` }): CreateRequest => ({
  object: 'Case',
  fields,
  readBack: ['Subject'],
  partnerId: stampOf(n),
  drawnId: stampOf(999),
});
const ok = (id: string): object => ({ id, success: true, errors: [] });
const fault = (statusCode: string, message = statusCode, fields: string[] = []): object => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});

/** The id a record names, or the one the org gives to its stamp. */
function idIn(record: Readonly<Record<string, unknown>>): string {
  const { id, ServiceNow_Id__c: stamp } = record;
  return typeof id === 'string' ? id : idOf(Number.parseInt(String(stamp), 16));
}

let replay: Replay;
beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.stop());

/** An org that accepts everything, and in which every row reads back as `Subject` says. */
function acceptAll(subjects: { before?: string; after: string } = { after: 'after' }): void {
  replay.answer((request, nth) => {
    let looks = 0;
    const updating = partsOf(request).some((part) => part.url.endsWith('/composite/sobjects'));
    return inComposite((part) => {
      const records = part.body?.records;
      if (records !== undefined)
        return {
          body: records.map((record) => ok(idIn(record))),
        };
      const named = [...soqlOf(part).matchAll(/'([0-9A-Za-z]+)'/g)].map((match) => match[1] ?? '');
      looks += 1;
      const subject = updating && looks === 1 ? (subjects.before ?? 'before') : subjects.after;
      const rows = named.map((name) =>
        name.length === 32
          ? caseRow(idOf(Number.parseInt(name, 16)), { Subject: subject, ServiceNow_Id__c: name })
          : caseRow(name, { Subject: subject }),
      );
      return { body: page(rows) };
    })(request, nth);
  });
}

describe('every Case write', () => {
  it('says Sforce-Auto-Assign: FALSE, in each part and on the call itself', async () => {
    acceptAll();
    const client = clientOf(replay.url);
    await client.update(Array.from({ length: 250 }, (_, n) => updateOf(n)));
    await client.create(Array.from({ length: 250 }, (_, n) => createOf(n)));
    const writes = replay.requests.flatMap(partsOf).filter((part) => part.method !== 'GET');
    expect(writes).toHaveLength(4);
    for (const part of writes) expect(part.httpHeaders).toEqual({ 'Sforce-Auto-Assign': 'FALSE' });
    for (const request of replay.requests) expect(request.headers['sforce-auto-assign']).toBe('FALSE');
  });
});

describe('update', () => {
  it('sends 400 records in one call and shows each before and after', async () => {
    acceptAll({ before: 'old', after: 'new' });
    const client = clientOf(replay.url);
    const results = await client.update(Array.from({ length: 400 }, (_, n) => updateOf(n)));
    expect(replay.requests).toHaveLength(1);
    expect(client.calls()).toBe(1);
    const parts = partsOf(replay.requests[0]!);
    expect(parts.map((part) => `${part.method} ${part.url.split('?')[0]}`)).toEqual([
      `GET ${root}/query/`,
      `PATCH ${root}/composite/sobjects`,
      `PATCH ${root}/composite/sobjects`,
      `GET ${root}/query/`,
    ]);
    expect(parts[1]?.body).toMatchObject({ allOrNone: false });
    expect(parts[1]?.body?.records).toHaveLength(200);
    expect(results).toHaveLength(400);
    expect(results[7]).toMatchObject({
      kind: 'written',
      before: { id: idOf(7), fields: { Subject: 'old' } },
      record: { id: idOf(7), fields: { Subject: 'new' } },
    });
  });

  it('lets one record fail alone', async () => {
    replay.answer(
      inComposite((part) =>
        part.body === undefined
          ? { body: page([0, 1, 2, 3].map((n) => caseRow(idOf(n), { Subject: 's' }))) }
          : {
              body: [
                ok(idOf(0)),
                fault('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Close reason needed', ['Reason']),
                fault(
                  'UNABLE_TO_LOCK_ROW',
                  'unable to obtain exclusive access to this record or 1 records: 500dM0000000002',
                ),
                fault('ENTITY_IS_DELETED', 'entity is deleted'),
              ],
            },
      ),
    );
    const results = await clientOf(replay.url).update([0, 1, 2, 3].map((n) => updateOf(n)));
    expect(results).toMatchObject([
      { kind: 'written' },
      {
        kind: 'failed',
        error: {
          kind: 'Rejected',
          data: {
            cause: 'validation',
            code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
            answer: 'Close reason needed',
            fields: ['Reason'],
            executed: 'no',
          },
        },
      },
      { kind: 'failed', error: { kind: 'Unavailable', data: { cause: 'row-locked', executed: 'no' } } },
      { kind: 'failed', error: { kind: 'NotFound' } },
    ]);
  });

  it('attributes nothing to anybody where the answer has fewer rows than were sent', async () => {
    const short = [ok(idOf(1)), ok(idOf(2))];
    replay.answer(
      inComposite((part) => {
        if (part.method === 'GET') return { body: page([0, 1, 2].map((n) => caseRow(idOf(n), { Subject: 's' }))) };
        return { body: short };
      }),
    );
    const doubted = [0, 1, 2].map(() => ({
      kind: 'failed',
      error: { kind: 'Unavailable', data: { executed: 'maybe', cause: 'unreadable-answer' } },
    }));
    const client = clientOf(replay.url);
    expect(await client.update([0, 1, 2].map((n) => updateOf(n)))).toMatchObject(doubted);
    const post = { object: 'Case', channel: 'public' as const, text: 'On its way.' };
    expect(await client.children?.post([0, 1, 2].map((n) => ({ ...post, recordId: idOf(n) })))).toMatchObject(doubted);
    const erased = await client.erase?.('Case', [idOf(0), idOf(1), idOf(2)]);
    expect(erased?.map((one) => one.kind)).toEqual(['failed', 'failed', 'failed']);
  });

  it('tells what was deleted by the calls before one that failed, and that nothing behind it was sent', async () => {
    const erasing: Answering = inComposite((part) => {
      const ids = new URL(part.url, 'http://replay.invalid').searchParams.get('ids')?.split(',') ?? [];
      return { body: ids.map((id) => ok(id)) };
    });
    replay.answer((request, nth) => (nth === 2 ? { status: 200, drop: 'before' } : erasing(request, nth)));
    const ids = Array.from({ length: 2500 }, (_, n) => idOf(n));
    const erased = (await clientOf(replay.url).erase?.('Case', ids)) ?? [];
    const kinds = erased.map((one) => (one.kind === 'erased' ? 'erased' : one.error.data.executed));
    expect(kinds).toEqual(ids.map((_, n) => (n < 1000 ? 'erased' : n < 2000 ? 'maybe' : 'no')));
  });

  it('puts every item in doubt when the answer was lost', async () => {
    replay.answer(() => ({ status: 200, drop: 'before' }));
    const results = await clientOf(replay.url).update([updateOf(0), updateOf(1)]);
    expect(results).toMatchObject(
      [0, 1].map(() => ({
        kind: 'failed',
        error: { kind: 'Unavailable', data: { executed: 'maybe', cause: 'unreachable' } },
      })),
    );
  });

  it('rejects when nobody was there to receive it', async () => {
    const token = { accessToken: 'token', refreshToken: null, expiresAt: null, instanceUrl: replay.url };
    await replay.stop();
    const client = clientOf(replay.url, { vault: memoryVault(token) });
    await expect(client.update([updateOf(0)])).rejects.toMatchObject({
      kind: 'Unavailable',
      data: { executed: 'no', code: 'ECONNREFUSED', cause: 'unreachable' },
    });
    replay = await startReplay();
  });

  it('does not send what lies behind a call that failed, and says so', async () => {
    replay.answer((request, nth) => {
      if (nth > 1) return { status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server Unavailable' }] };
      return inComposite((part) => ({
        body: part.body === undefined ? page([]) : part.body.records.map(() => fault('STRING_TOO_LONG')),
      }))(request, nth);
    });
    const results = await clientOf(replay.url).update(Array.from({ length: 1000 }, (_, n) => updateOf(n)));
    expect(replay.requests).toHaveLength(2);
    expect(results[0]).toMatchObject({ error: { kind: 'Rejected' } });
    expect(results[400]).toMatchObject({ error: { kind: 'Unavailable', data: { executed: 'maybe' } } });
    expect(results[800]).toMatchObject({ error: { kind: 'Unavailable', data: { executed: 'no' } } });
  });

  it('treats a halted part as not executed', async () => {
    replay.answer(
      inComposite((part) =>
        part.body === undefined
          ? { body: page([]) }
          : {
              status: 400,
              body: [
                {
                  errorCode: 'PROCESSING_HALTED',
                  message: 'The transaction was rolled back since another operation in the same transaction failed.',
                },
              ],
            },
      ),
    );
    expect(await clientOf(replay.url).update([updateOf(0)])).toMatchObject([
      {
        kind: 'failed',
        error: { kind: 'Unavailable', data: { cause: 'halted', executed: 'no', code: 'PROCESSING_HALTED' } },
      },
    ]);
  });

  it('takes what stood before from the first page alone, since further pages would be read after the write', async () => {
    replay.answer((request, nth) => {
      if (request.method === 'GET') return { status: 200, body: page([caseRow(idOf(1), { Subject: 'read late' })]) };
      let looks = 0;
      return inComposite((part) => {
        if (part.body !== undefined) return { body: [ok(idOf(0)), ok(idOf(1))] };
        looks += 1;
        const rows = [caseRow(idOf(0), { Subject: looks === 1 ? 'old' : 'new' })];
        return { body: page(rows, { totalSize: 2, done: false, nextRecordsUrl: `${root}/query/0r8xx-1` }) };
      })(request, nth);
    });
    const results = await clientOf(replay.url).update([updateOf(0), updateOf(1)]);
    expect(results).toMatchObject([
      { kind: 'written', before: { fields: { Subject: 'old' } }, record: { fields: { Subject: 'new' } } },
      { kind: 'written', before: null, record: { fields: { Subject: 'read late' } } },
    ]);
    // The composite, and the rest of the look after.
    expect(replay.requests).toHaveLength(2);
  });

  it('sends a text that a composite would take for a reference in a request of its own', async () => {
    replay.answer((request, nth) => {
      const rows = [0, 1].map((n) => caseRow(idOf(n), { Subject: 's' }));
      if (request.method !== 'PATCH') {
        return inComposite((part) => ({
          body: part.body === undefined ? page(rows) : part.body.records.map(() => ok(idOf(0))),
        }))(request, nth);
      }
      return { status: 200, body: [ok(idOf(1))] };
    });
    const results = await clientOf(replay.url).update([
      updateOf(0),
      updateOf(1, { Subject: 'mail @{part0.records[0].Subject}' }),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['written', 'written']);
    const alone = replay.requests.find((request) => request.method === 'PATCH');
    expect(alone?.path).toBe(`${root}/composite/sobjects`);
    expect(alone?.headers['sforce-auto-assign']).toBe('FALSE');
    const composites = replay.requests.filter((request) => request.path.endsWith('/composite'));
    expect(JSON.stringify(composites.map((request) => request.body))).not.toContain('@{');
  });

  it('holds a part that is missing from the answer in doubt', async () => {
    replay.answer(() => ({ status: 200, body: { compositeResponse: [] } }));
    expect(await clientOf(replay.url).update([updateOf(0)])).toMatchObject([
      { error: { kind: 'Unavailable', data: { executed: 'maybe' } } },
    ]);
  });

  it('reads once more what was written but not seen, and is in doubt only if that shows nothing either', async () => {
    replay.answer((request, nth) =>
      inComposite((part) => {
        if (part.body !== undefined) return { body: [ok(idOf(0)), ok(idOf(1))] };
        return { body: page(nth === 2 ? [caseRow(idOf(0), { Subject: 'seen' })] : []) };
      })(request, nth),
    );
    const results = await clientOf(replay.url).update([updateOf(0), updateOf(1)]);
    expect(results).toMatchObject([
      { kind: 'written', before: null, record: { fields: { Subject: 'seen' } } },
      { kind: 'failed', error: { kind: 'Unavailable', data: { cause: 'not-read-back', executed: 'maybe' } } },
    ]);
  });

  it('sends the halves when one malformed record refuses the whole request', async () => {
    replay.answer((request, nth) =>
      inComposite((part) => {
        if (part.body === undefined) return { body: page([0, 1, 2, 3].map((n) => caseRow(idOf(n)))) };
        const bad = part.body.records.some((record) => record['Subject'] === 'poison');
        if (bad) return { status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR', message: 'Unexpected character' }] };
        return { body: part.body.records.map((record) => ok(String(record['id']))) };
      })(request, nth),
    );
    const results = await clientOf(replay.url).update([
      updateOf(0),
      updateOf(1),
      updateOf(2, { Subject: 'poison' }),
      updateOf(3),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['written', 'written', 'failed', 'written']);
  });

  it('refuses an id that is none without asking the server', async () => {
    acceptAll();
    const results = await clientOf(replay.url).update([{ ...updateOf(0), id: "x' OR" }, updateOf(1)]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { cause: 'malformed-id' } } },
      { kind: 'written' },
    ]);
  });

  it('cannot be made to write another record by its fields', async () => {
    acceptAll();
    await clientOf(replay.url).update([updateOf(0, { Subject: 'x', Id: idOf(9), attributes: 'User' })]);
    expect(partsOf(replay.requests[0]!)[1]?.body?.records).toEqual([
      { attributes: { type: 'Case' }, id: idOf(0), Subject: 'x' },
    ]);
  });

  it('splits calls by the size of their texts too', async () => {
    acceptAll();
    await clientOf(replay.url).update([0, 1, 2].map((n) => updateOf(n, { Description: 'x'.repeat(2_100_000) })));
    const collections = replay.requests.flatMap(partsOf).filter((part) => part.body !== undefined);
    expect(collections.map((part) => part.body?.records.length)).toEqual([1, 1, 1]);
  });

  it('sends nothing for nothing', async () => {
    expect(await clientOf(replay.url).update([])).toEqual([]);
    expect(replay.requests).toHaveLength(0);
  });
});

describe('create', () => {
  it('upserts on our stamp and reads back in the same call, in the order asked', async () => {
    acceptAll();
    const results = await clientOf(replay.url).create([createOf(3), createOf(1), createOf(2)]);
    expect(replay.requests).toHaveLength(1);
    const [upsert, look] = partsOf(replay.requests[0]!);
    expect(`${upsert?.method} ${upsert?.url}`).toBe(`PATCH ${root}/composite/sobjects/Case/ServiceNow_Id__c`);
    expect(upsert?.body).toMatchObject({
      allOrNone: false,
      records: [{ attributes: { type: 'Case' }, Subject: 'new 3', ServiceNow_Id__c: stampOf(3) }, {}, {}],
    });
    expect(soqlOf(look!)).toContain('ServiceNow_Id__c IN (');
    expect(results.map((result) => (result.kind === 'written' ? result.record.partnerId : null))).toEqual(
      [3, 1, 2].map(stampOf),
    );
  });

  it('sends 400 records in one call of four heavy parts, whose addresses stay short', async () => {
    acceptAll();
    const results = await clientOf(replay.url).create(Array.from({ length: 400 }, (_, n) => createOf(n)));
    expect(results.every((result) => result.kind === 'written')).toBe(true);
    expect(replay.requests).toHaveLength(1);
    const parts = partsOf(replay.requests[0]!);
    expect(parts.map((part) => part.method)).toEqual(['PATCH', 'PATCH', 'GET', 'GET']);
    for (const part of parts) expect(part.url.length).toBeLessThan(12_000);
  });

  it('cannot be given another stamp by its fields', async () => {
    acceptAll();
    await clientOf(replay.url).create([createOf(1, { servicenow_id__c: stampOf(7), Subject: 'x' })]);
    expect(partsOf(replay.requests[0]!)[0]?.body?.records).toEqual([
      { attributes: { type: 'Case' }, Subject: 'x', ServiceNow_Id__c: stampOf(1) },
    ]);
  });

  it('refuses a stamp that is no sys_id', async () => {
    const results = await clientOf(replay.url).create([{ ...createOf(1), partnerId: 'PRTG-1' }]);
    expect(results).toMatchObject([{ kind: 'failed', error: { kind: 'Rejected', data: { cause: 'bad-stamp' } } }]);
    expect(replay.requests).toHaveLength(0);
  });

  it.each([
    [
      'a page of a proxy',
      { status: 200, headers: { 'content-type': 'text/html;charset=UTF-8' }, body: '<html>maintenance</html>' },
      'html-page',
    ],
    ['an empty answer', { status: 200 }, 'empty-answer'],
    ['an answer cut short', { status: 200, body: '{"compositeResponse":[', drop: 'midway' as const }, 'unreachable'],
    [
      'a gateway timeout',
      { status: 504, headers: { 'content-type': 'text/html' }, body: '<html>504</html>' },
      'html-page',
    ],
    ['JSON that is something else', { status: 200, body: { hello: 'world' } }, 'unreadable-answer'],
  ])('after %s is in doubt', async (_, answer, cause) => {
    replay.answer(() => answer);
    expect(await clientOf(replay.url).create([createOf(1)])).toMatchObject([
      { kind: 'failed', error: { kind: 'Unavailable', data: { executed: 'maybe', cause } } },
    ]);
    expect(replay.requests).toHaveLength(1);
  });

  it('sends well-formed text whatever it is given', async () => {
    acceptAll();
    const nasty = 'a\ud800b\u0000 😀 \u202eשלום\u202c';
    await clientOf(replay.url).create([createOf(1, { Subject: nasty })]);
    expect(partsOf(replay.requests[0]!)[0]?.body?.records[0]).toMatchObject({
      Subject: 'a\ufffdb\u0000 😀 \u202eשלום\u202c',
    });
  });
});
