import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { batchItems, batchReply, type Replay, startReplay } from '../../support/servicenow-replay.ts';
import { Secret } from '../../../src/config/secret.ts';
import { type Client, caseId, clientFor, wireRow } from './support.ts';

const fields = ['short_description', 'description', 'state', 'urgency'];
const thousand = Array.from({ length: 1_000 }, (_, n) => n);

describe('what 1,000 records cost to read', () => {
  let sandbox: ServiceNowSandbox;
  let client: Client;
  beforeEach(async () => {
    sandbox = await startServiceNowSandbox();
    const { clientId, clientSecret } = sandbox.account;
    client = clientFor(sandbox.url, {
      auth: { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) },
    });
    client.clock.advance(Date.now() - client.clock.now());
  });
  afterEach(async () => {
    await sandbox.stop();
  });

  const open = (): readonly string[] =>
    thousand.map((n) => sandbox.desk.create('incident', { short_description: `VPN drops ${n}` }, 'igor.itil').id);

  async function callsOf(work: () => Promise<unknown>): Promise<number> {
    sandbox.forgetCalls();
    await work();
    const calls = sandbox.calls().filter((call) => call.counted);
    expect(calls.filter(({ status }) => status !== 200)).toEqual([]);
    return calls.length;
  }

  it('one call, with what hangs on them or without', async () => {
    const { desk } = client;
    const ids = open();
    for (const id of ids) sandbox.desk.comment('incident', id, 'Called back.', 'internal', 'igor.itil');
    const both = { comments: true, files: true };
    await desk.read('incident', ids.slice(0, 2), fields, both);
    expect(await callsOf(() => desk.read('incident', ids, fields))).toBe(1);
    expect(
      await callsOf(async () => {
        const read = await desk.read('incident', ids, fields, both);
        expect(read.every((one) => one.kind === 'found' && one.children?.comments?.items.length === 1)).toBe(true);
      }),
    ).toBe(1);
  });

  it('one call to probe for them, and one for when their fields changed', async () => {
    const { desk } = client;
    const ids = open();
    const probes = ids.map((drawnId) => ({ partnerId: caseId, drawnId }));
    const ask = { object: 'incident', fields, probes, control: ids[0] ?? null };
    expect(
      await callsOf(async () =>
        expect((await desk.probe(ask)).map(({ kind }) => kind)).toEqual(ids.map(() => 'found')),
      ),
    ).toBe(1);
    const since = '2020-01-01T00:00:00.000Z';
    const asks = ids.map((id) => ({ id, field: 'state', since }));
    expect(await callsOf(() => desk.fieldDates('incident', asks))).toBe(1);
  });

  it('a call more to tell what was deleted from what cannot be seen, however many those are', async () => {
    const { desk } = client;
    const ids = open();
    for (const id of ids.slice(0, 700)) sandbox.desk.remove('incident', id, 'admin');
    expect(await callsOf(() => desk.read('incident', ids, fields))).toBe(2);
  });

  it('lists that all fit into a URL where the Batch API is forbidden', async () => {
    sandbox.rights.change('casebridge', { batch: false });
    const { desk } = client;
    const ids = open();
    await desk.update(
      ids.slice(0, 2).map((id) => ({ object: 'incident', id, fields: { urgency: '1' }, readBack: fields })),
    );
    expect(await callsOf(() => desk.read('incident', ids, fields))).toBe(5);
    // What stood before so many writes does not fit into one list either.
    const updates = ids
      .slice(0, 300)
      .map((id) => ({ object: 'incident', id, fields: { urgency: '1' }, readBack: fields }));
    expect(await callsOf(() => desk.update(updates))).toBe(302);
  });

  it.each([
    [[], 1],
    [['comments'], 1],
    [['comments', 'files', 'deletions'], 1],
  ] as const)('an idle poll that follows %j: one call', async (names, calls) => {
    const { desk } = client;
    const after = { stamp: new Date().toISOString(), id: '' };
    const streams = names.map((name) => ({ name, after, limit: 1_000 }));
    const ask = { object: 'incident', fields, after, limit: 1_000, ...(names.length === 0 ? {} : { streams }) };
    // What extends the table is asked once.
    await desk.changes(ask);
    expect(await callsOf(() => desk.changes(ask))).toBe(calls);
  });
});

describe('a batch of lists that is too much for one call', () => {
  let server: Replay;
  beforeEach(async () => {
    server = await startReplay();
  });
  afterEach(async () => {
    await server.stop();
  });

  const ids = thousand.map((n) => n.toString(16).padStart(32, '0'));
  const rowsOf = (url: string): unknown[] =>
    ids.filter((id) => url.includes(id)).map((id, n) => wireRow(n, { sys_id: id, description: '', urgency: '2' }));

  it('is halved until it is not, and stays so for a while', async () => {
    server.answer((heard) => {
      if (heard.method === 'GET') return { body: { result: rowsOf(heard.url) } };
      if (batchItems(heard).length > 2) {
        const message = 'Transaction cancelled: maximum execution time exceeded';
        return { status: 500, body: { error: { message, detail: null }, status: 'failure' } };
      }
      return batchReply(heard, (item) => ({ status: 200, body: { result: rowsOf(item.url) } }));
    });
    const { desk } = clientFor(server.url);
    const sizes = () => server.heard.splice(0).map((one) => (one.method === 'POST' ? batchItems(one).length : 1));
    const read = await desk.read('incident', ids, fields);
    expect(read.filter(({ kind }) => kind === 'found')).toHaveLength(1_000);
    expect(sizes()[0]).toBe(5);
    await desk.read('incident', ids, fields);
    expect(Math.max(...sizes())).toBe(2);
  });

  it('is asked again for what its time left over, list by list', async () => {
    let first = true;
    server.answer((heard) => {
      if (heard.method === 'GET') return { body: { result: rowsOf(heard.url) } };
      const reply = batchReply(heard, (item) =>
        first && item.id > 'r1' ? null : { status: 200, body: { result: rowsOf(item.url) } },
      );
      first = false;
      return reply;
    });
    const read = await clientFor(server.url).desk.read('incident', ids, fields);
    expect(read.filter(({ kind }) => kind === 'found')).toHaveLength(1_000);
    // Half as many as were too many; the one that is left over goes by itself.
    expect(server.heard.map((one) => (one.method === 'POST' ? batchItems(one).length : 1))).toEqual([5, 2, 1]);
  });
});
