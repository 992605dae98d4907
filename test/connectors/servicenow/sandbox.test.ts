import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { ServiceNowAuth } from '../../../src/config/settings.ts';
import { createGate } from '../../../src/connectors/gate.ts';
import type { ServiceNowNotice } from '../../../src/connectors/servicenow/notices.ts';
import { createServiceNow } from '../../../src/connectors/servicenow/servicenow.ts';
import type { Keyset, TicketSystem } from '../../../src/connectors/ticket-system.ts';
import type { SourceRecord } from '../../../src/core/record.ts';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { realClock } from '../../support/clock.ts';
import { caseId, memoryVault, sysId } from './support.ts';

let sandbox: ServiceNowSandbox;
beforeEach(async () => {
  sandbox = await startServiceNowSandbox();
});
afterEach(async () => {
  await sandbox.stop();
});

const fields = ['short_description', 'state', 'urgency'];

function connect(kind: ServiceNowAuth['kind'] = 'client_credentials'): {
  desk: TicketSystem;
  notices: ServiceNowNotice[];
} {
  const notices: ServiceNowNotice[] = [];
  const clock = realClock();
  const desk = createServiceNow({
    settings: { url: sandbox.url, auth: authFor(kind), maxConcurrency: 2 },
    vault: memoryVault(),
    clock,
    gate: createGate({ concurrency: 2, clock }),
    onNotice: (notice) => notices.push(notice),
  });
  return { desk, notices };
}

function authFor(kind: ServiceNowAuth['kind']): ServiceNowAuth {
  const { account } = sandbox;
  const client = { clientId: account.clientId, clientSecret: new Secret(account.clientSecret) };
  switch (kind) {
    case 'password':
      return { kind, ...client, username: account.username, password: new Secret(account.password) };
    case 'jwt_bearer':
      return {
        kind,
        ...client,
        privateKey: new Secret(account.privateKey),
        keyId: account.keyId,
        subject: account.username,
      };
    default:
      return { kind, ...client };
  }
}

function newIncidents(count: number): string[] {
  return Array.from(
    { length: count },
    (_, n) => sandbox.desk.create('incident', { short_description: `Ticket ${n}` }, 'abel.tuter').id,
  );
}

function apiCalls(): string[] {
  return sandbox
    .calls()
    .filter((call) => call.counted)
    .map((call) => `${call.method} ${call.path} ${call.status}`);
}

async function walk(desk: TicketSystem, after: Keyset, limit: number): Promise<readonly SourceRecord[]> {
  const page = await desk.changes({ object: 'incident', fields, after, limit });
  return page.done ? page.records : [...page.records, ...(await walk(desk, page.next, limit))];
}

const beginning = { stamp: '2000-01-01T00:00:00.000Z', id: '' };
const yesterday = (): Keyset => ({ stamp: new Date(Date.now() - 3_600_000).toISOString(), id: '' });

describe('against the local ServiceNow', () => {
  it.each(['client_credentials', 'password', 'jwt_bearer'] as const)('signs in by %s', async (kind) => {
    const [id = ''] = newIncidents(1);
    const [found] = await connect(kind).desk.read('incident', [id], fields);
    expect(found).toMatchObject({ kind: 'found', record: { id, fields: { short_description: 'Ticket 0' } } });
  });

  it('walks every row of one second by small pages without losing or repeating one', async () => {
    const ids = newIncidents(23);
    const { desk } = connect();
    const seen = (await walk(desk, yesterday(), 5)).map((record) => record.id).filter((id) => ids.includes(id));
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('walks a table from its beginning and counts only at the end', async () => {
    newIncidents(3);
    const total = sandbox.desk.rows('incident').length;
    const records = await walk(connect().desk, beginning, 1000);
    expect(new Set(records.map((record) => record.id)).size).toBe(total);
  });

  it('reads more ids than a URL can hold in one Batch call', async () => {
    const ids = newIncidents(600);
    const { desk } = connect();
    sandbox.forgetCalls();
    const results = await desk.read('incident', [...ids, sysId(1)], fields);
    expect(results.map((one) => one.kind)).toEqual([...ids.map(() => 'found'), 'absent']);
    // What is absent is looked up in the log of deletions.
    expect(apiCalls()).toEqual(['POST /api/now/v1/batch 200', 'GET /api/now/table/sys_audit_delete 200']);
  });

  it('fits two hundred ids into one URL', async () => {
    const ids = newIncidents(200);
    const { desk } = connect();
    sandbox.forgetCalls();
    await desk.read('incident', ids, fields);
    expect(apiCalls()).toEqual(['GET /api/now/table/incident 200']);
  });

  it('creates under the drawn sys_id, carries our stamp, and finds it again by a probe', async () => {
    const [control = ''] = newIncidents(1);
    const { desk } = connect();
    const request = {
      object: 'incident',
      fields: { short_description: 'From a Case' },
      readBack: fields,
      partnerId: caseId,
      drawnId: sysId(77),
    };
    const [made] = await desk.create([request]);
    expect(made).toMatchObject({
      kind: 'written',
      record: { id: sysId(77), partnerId: caseId, fields: { short_description: 'From a Case' } },
    });

    const probes = [
      { partnerId: caseId, drawnId: null },
      { partnerId: '5003000000D8cuJAAR', drawnId: sysId(78) },
    ];
    const looked = await desk.probe({ object: 'incident', fields, probes, control });
    expect(looked).toMatchObject([{ kind: 'found', records: [{ id: sysId(77) }] }, { kind: 'none' }]);
  });

  it('answers a repeated create with the record that is there', async () => {
    const { desk } = connect();
    const request = {
      object: 'incident',
      fields: { short_description: 'Once' },
      readBack: fields,
      partnerId: caseId,
      drawnId: sysId(77),
    };
    const before = sandbox.desk.rows('incident').length;
    await desk.create([request]);
    const [again] = await desk.create([{ ...request, fields: { short_description: 'Twice' } }]);
    expect(again).toMatchObject({ kind: 'written', record: { id: sysId(77), fields: { short_description: 'Once' } } });
    expect(sandbox.desk.rows('incident')).toHaveLength(before + 1);
  });

  it('writes a hundred and fifty records in two calls and shows what stood there before each', async () => {
    const ids = newIncidents(150);
    const { desk } = connect();
    await desk.read('incident', ids.slice(0, 1), fields);
    sandbox.forgetCalls();
    const results = await desk.update(
      ids.map((id, n) => ({ object: 'incident', id, fields: { short_description: `Changed ${n}` }, readBack: fields })),
    );
    expect(apiCalls()).toEqual(['POST /api/now/v1/batch 200', 'POST /api/now/v1/batch 200']);
    results.forEach((one, n) => {
      expect(one).toMatchObject({
        kind: 'written',
        record: { id: ids[n], fields: { short_description: `Changed ${n}` } },
        before: { id: ids[n], fields: { short_description: `Ticket ${n}` } },
      });
    });
  });

  it('keeps one record’s refusal to itself', async () => {
    const [first = '', second = ''] = newIncidents(2);
    const { desk } = connect();
    const results = await desk.update([
      { object: 'incident', id: first, fields: { state: '6' }, readBack: fields },
      { object: 'incident', id: second, fields: { urgency: '1' }, readBack: fields },
      { object: 'incident', id: sysId(1), fields: { urgency: '1' }, readBack: fields },
    ]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { cause: 'validation', executed: 'no' } } },
      { kind: 'written', record: { fields: { urgency: '1' } } },
      { kind: 'failed', error: { kind: 'NotFound' } },
    ]);
  });

  it('goes on one by one where the Batch API is forbidden, and says so once', async () => {
    const ids = newIncidents(3);
    sandbox.rights.change(sandbox.account.username, { batch: false });
    const { desk, notices } = connect();
    const change = (value: string) =>
      desk.update(ids.map((id) => ({ object: 'incident', id, fields: { urgency: value }, readBack: fields })));
    const results = [...(await change('1')), ...(await change('2'))];
    expect(results.map((one) => (one.kind === 'written' ? one.before?.fields['urgency'] : one))).toEqual([
      '3',
      '3',
      '3',
      '1',
      '1',
      '1',
    ]);
    expect(notices.map((notice) => notice.kind)).toEqual(['batch-forbidden']);
    expect(apiCalls().filter((call) => call.includes('batch'))).toHaveLength(1);
  });

  it('says once that a table has records and shows us none of them', async () => {
    newIncidents(2);
    sandbox.rights.change(sandbox.account.username, { denied: { incident: ['read'] } });
    const { desk, notices } = connect();
    const after = { stamp: new Date(Date.now() - 3_600_000).toISOString(), id: '' };
    for (let polls = 0; polls < 2; polls += 1) await desk.changes({ object: 'incident', fields, after, limit: 1000 });
    expect(notices).toMatchObject([{ kind: 'rows-hidden', table: 'incident' }]);
    sandbox.rights.change(sandbox.account.username, { denied: {} });
  });

  it('signs in once more when a token dies in the middle, once for twenty callers', async () => {
    const ids = newIncidents(20);
    const { desk } = connect();
    await desk.read('incident', ids.slice(0, 1), fields);
    sandbox.oauth.expireAccess();
    sandbox.forgetCalls();
    const results = await Promise.all(ids.map((id) => desk.read('incident', [id], fields)));
    expect(results.flat().every((one) => one.kind === 'found')).toBe(true);
    expect(sandbox.calls().filter((call) => call.path === '/oauth_token.do')).toHaveLength(1);
  });

  it('waits as long as it was told before anything else leaves', async () => {
    const [id = ''] = newIncidents(1);
    const { desk } = connect();
    await desk.read('incident', [id], fields);
    sandbox.faults.add({ kind: 'rate-limited', ms: 1000, times: 1 });
    await expect(desk.read('incident', [id], fields)).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { retryAfterMs: 1000 },
    });
    const refusedAt = sandbox.calls().at(-1)?.atMs ?? 0;
    await desk.read('incident', [id], fields);
    expect((sandbox.calls().at(-1)?.atMs ?? 0) - refusedAt).toBeGreaterThanOrEqual(990);
  });

  it('leaves every write of a lost Batch answer in doubt', async () => {
    const ids = newIncidents(2);
    const { desk } = connect();
    await desk.read('incident', ids, fields);
    sandbox.faults.add({ kind: 'drop-after', path: '/batch', times: 1 });
    const results = await desk.update(
      ids.map((id) => ({ object: 'incident', id, fields: { urgency: '1' }, readBack: fields })),
    );
    expect(results).toMatchObject(
      ids.map(() => ({ kind: 'failed', error: { kind: 'Unavailable', data: { executed: 'maybe' } } })),
    );
  });

  it.each([
    ['unavailable', 'Unavailable', 'maybe'],
    ['gateway-html', 'Unavailable', 'maybe'],
    ['ok-error', 'Unavailable', 'maybe'],
    ['ok-empty', 'Unavailable', 'maybe'],
    ['drop-before', 'Unavailable', 'maybe'],
  ] as const)('takes a create met by %s for one that may have happened', async (fault, kind, executed) => {
    const { desk } = connect();
    await desk.read('incident', newIncidents(1), fields);
    sandbox.faults.add({ kind: fault, method: 'POST', path: '/table/incident', times: 1 });
    const [result] = await desk.create([
      {
        object: 'incident',
        fields: { short_description: 'x' },
        readBack: fields,
        partnerId: caseId,
        drawnId: sysId(5),
      },
    ]);
    expect(result).toMatchObject({ kind: 'failed', error: { kind, data: { executed } } });
  });

  it.each([
    ['ok-html', 'Unavailable', 'hibernating'],
    ['accepted-dropped', 'Unavailable', 'dropped'],
    ['rate-limited-bare', 'RateLimited', 'rate-limit'],
  ] as const)('knows that nothing happened when a create is met by %s', async (fault, kind, cause) => {
    const { desk } = connect();
    await desk.read('incident', newIncidents(1), fields);
    sandbox.faults.add({ kind: fault, method: 'POST', path: '/table/incident', times: 1 });
    const request = {
      object: 'incident',
      fields: { short_description: 'x' },
      readBack: fields,
      partnerId: caseId,
      drawnId: sysId(5),
    };
    await expect(desk.create([request])).rejects.toMatchObject({ kind, data: { executed: 'no', cause } });
  });

  it('never sends a cookie', async () => {
    // The sandbox runs requests of one session one after another and drops the eleventh, as the real one does.
    const ids = newIncidents(15);
    const { desk } = connect();
    await Promise.all(ids.map((id) => desk.read('incident', [id], fields)));
    expect(apiCalls().filter((call) => call.endsWith('202'))).toEqual([]);
  });

  it('dates a field by the audit table, and does not guess where that is closed', async () => {
    const [id = ''] = newIncidents(1);
    sandbox.desk.edit('incident', id, { urgency: '1' }, 'beth.anglin');
    const asks = [
      { id, field: 'urgency', since: '2020-01-01T00:00:00.000Z' },
      { id, field: 'short_description', since: new Date(Date.now() + 60_000).toISOString() },
    ];
    sandbox.rights.change(sandbox.account.username, { history: true });
    const [dated, never] = await connect().desk.fieldDates('incident', asks);
    expect(dated).toMatchObject({ by: 'beth.anglin' });
    expect(never).toBeNull();
    sandbox.rights.change(sandbox.account.username, { history: false });
    expect(await connect().desk.fieldDates('incident', asks)).toEqual([null, null]);
  });

  it('describes a table with what it inherits, and from a row where the dictionary is closed', async () => {
    newIncidents(1);
    sandbox.rights.change(sandbox.account.username, { metadata: true });
    const open = await connect().desk.describe('incident');
    const field = (name: string) => open.fields.find((one) => one.name === name);
    expect(field('short_description')).toMatchObject({ length: 160, type: 'string', writable: true });
    expect(field('close_code')).toBeDefined();
    sandbox.rights.change(sandbox.account.username, { metadata: false });
    const closed = await connect().desk.describe('incident');
    expect(closed.fields.map((one) => one.name)).toContain('short_description');
    expect(closed.fields[0]).toMatchObject({ type: 'unknown', choices: null });
  });

  it('names the instance that answered', async () => {
    const { instance } = await connect().desk.identity();
    expect(instance).toContain(new URL(sandbox.url).host);
  });
});
