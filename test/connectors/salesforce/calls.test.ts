import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { SalesforceAuth } from '../../../src/config/settings.ts';
import type { ChildrenAsk } from '../../../src/connectors/children.ts';
import type { TicketSystem, WriteResult } from '../../../src/connectors/ticket-system.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { partnerIds } from '../../conformance/ticket-system.suite.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import { seededRandom } from '../../support/random.ts';
import { clientOf } from '../../support/salesforce-replay.ts';

// What a thousand Cases cost, by operation, as the desk counts it.

const jwtOf = ({ account }: SalesforceSandbox): SalesforceAuth => ({
  kind: 'jwt_bearer',
  clientId: account.clientId,
  username: account.username,
  privateKey: new Secret(account.privateKey),
});
const thousand = Array.from({ length: 1000 }, (_, at) => at);
const fields = ['Subject', 'Description', 'Status', 'Priority', 'Origin'];

describe('calls for a thousand Cases', () => {
  let sandbox: SalesforceSandbox;
  let client: TicketSystem;
  let ids: readonly string[];
  const stampOf = partnerIds('salesforce', seededRandom(5));
  const stamps = thousand.map(() => stampOf());

  beforeAll(async () => {
    sandbox = await startSalesforceSandbox({ random: seededRandom(4) });
    client = clientOf(sandbox.url, { auth: jwtOf(sandbox) });
    await client.identity();
    ids = thousand.map((n) => sandbox.desk.create('Case', { Subject: `Case ${n}` }, 'Ada').id);
  });
  afterAll(() => sandbox.stop());

  async function cost(work: () => Promise<unknown> | undefined): Promise<number> {
    sandbox.forgetCalls();
    await work();
    return sandbox.calls().filter((call) => call.counted).length;
  }
  const read = (ask?: ChildrenAsk): Promise<number> => cost(() => client.read('Case', ids, fields, ask));
  const subjects = (text: string) => ids.map((id) => ({ object: 'Case', id, fields: { Subject: text }, readBack: [] }));

  it.each([
    ['fields', undefined, 1],
    ['comments', { comments: true, files: false }, 1],
    ['files', { comments: false, files: true }, 1],
    ['comments and files', { comments: true, files: true }, 1],
    ['feed posts and e-mails, too', { comments: true, files: true, feed: true, emails: true }, 3],
  ] as const)('reading them with their %s', async (_what, ask, calls) => {
    expect(await read(ask)).toBe(calls);
  });

  it('listing them as changes, beside the streams of what hangs on them', async () => {
    const after = { stamp: '2000-01-01T00:00:00.000Z', id: '' };
    const streams = (['comments', 'files', 'deletions'] as const).map((name) => ({ name, after, limit: 1000 }));
    expect(await cost(() => client.changes({ object: 'Case', fields, after, limit: 1000 }))).toBe(1);
    expect(await cost(() => client.changes({ object: 'Case', fields, after, limit: 1000, streams }))).toBe(1);
  });

  it('listing a file again, as the overlap of polls does, in the call of the poll itself', async () => {
    const attach = (at: number, name: string) =>
      sandbox.desk.attach('Case', ids[at] ?? '', { name, content: Buffer.from(name) }, 'Ada');
    const after = { stamp: new Date(Date.now() - 15_000).toISOString(), id: '' };
    const poll = async () => {
      const before = client.calls();
      const streams = [{ name: 'files' as const, after, limit: 1000 }];
      const page = await client.changes({ object: 'Case', fields: [], after, limit: 1, streams });
      const touched = new Set(page.streams?.[0]?.touched.map((one) => one.recordId));
      return { calls: client.calls() - before, tickets: ids.flatMap((id, at) => (touched.has(id) ? [at] : [])) };
    };
    attach(1, 'one.txt');
    expect(await poll()).toEqual({ calls: 2, tickets: [1] });
    expect(await poll()).toEqual({ calls: 1, tickets: [1] });
    attach(2, 'two.txt');
    expect(await poll()).toEqual({ calls: 2, tickets: [1, 2] });
    expect(await poll()).toEqual({ calls: 1, tickets: [1, 2] });
  });

  it('looking for them by stamp, with a control row and without', async () => {
    const probes = stamps.map((partnerId) => ({ partnerId, drawnId: null }));
    const probe = (control: string | null) => client.probe({ object: 'Case', fields, control, probes });
    expect(await cost(() => probe(ids[0] ?? null))).toBe(1);
    expect(await cost(() => probe(null))).toBe(1);
  });

  it('looking for them by what they hold, and for the dates of their fields', async () => {
    const values = thousand.map((n) => `n${n}`);
    expect(await cost(() => client.find?.([{ object: 'Case', field: 'CaseNumber', values, fields: [] }]))).toBe(1);
    const asks = ids.map((id) => ({ id, field: 'Subject', since: '2020-01-01T00:00:00.000Z' }));
    expect(await cost(() => client.fieldDates('Case', asks))).toBe(1);
  });

  it('changing them, seen before and after', async () => {
    expect(await cost(() => client.update(subjects('changed')))).toBe(3);
  });

  it('changing them to texts that a composite would take for references: a collection a call, read back together', async () => {
    expect(await cost(() => client.update(subjects('see @{part0.records}')))).toBe(8);
    expect(sandbox.desk.row('Case', ids[999] ?? '')?.fields['Subject']).toBe('see @{part0.records}');
  });

  it('creating and deleting them', async () => {
    const creates = stamps.map((partnerId, n) => ({
      object: 'Case',
      fields: { Subject: `new ${n}` },
      readBack: fields,
      partnerId,
      drawnId: '',
    }));
    let made: readonly WriteResult[] = [];
    expect(await cost(async () => (made = await client.create(creates)))).toBe(3);
    const born = made.flatMap((one) => (one.kind === 'written' ? [one.record.id] : []));
    expect(born).toHaveLength(1000);
    expect(await cost(() => client.erase?.('Case', born))).toBe(1);
    expect(born.filter((id) => sandbox.desk.row('Case', id) !== null)).toEqual([]);
  });

  it('commenting them, and reading a thousand Cases with a comment each', async () => {
    const posts = ids.map((recordId) => ({
      object: 'Case',
      recordId,
      channel: 'public' as const,
      text: 'On its way.',
    }));
    expect(await cost(() => client.children?.post(posts))).toBe(1);
    expect(await read({ comments: true, files: true })).toBe(1);
  });
});

describe('an org whose triggers cannot take as many rows', () => {
  let sandbox: SalesforceSandbox;
  let ids: readonly string[];
  let clock: FakeClock;
  let client: TicketSystem;
  beforeEach(async () => {
    clock = fakeClock();
    sandbox = await startSalesforceSandbox({ random: seededRandom(4), now: () => clock.now() });
    client = clientOf(sandbox.url, { auth: jwtOf(sandbox), clock });
    ids = thousand.slice(0, 400).map((n) => sandbox.desk.create('Case', { Subject: `Case ${n}` }, 'Ada').id);
    await client.identity();
  });
  afterEach(() => sandbox.stop());

  async function update(text: string): Promise<{ readonly calls: number; readonly written: number }> {
    const before = client.calls();
    const results = await client.update(
      ids.map((id) => ({ object: 'Case', id, fields: { Subject: text }, readBack: ['Subject'] })),
    );
    const written = results.filter((one) => one.kind === 'written' && one.record.fields['Subject'] === text).length;
    return { calls: client.calls() - before, written };
  }

  it('gets halves until they pass, the smaller size for a while, and more again later', async () => {
    sandbox.settings.triggerRows = 60;
    expect(await update('one')).toEqual({ calls: 3 + 8, written: 400 });
    expect(await update('two')).toEqual({ calls: 8, written: 400 });
    sandbox.settings.triggerRows = Number.POSITIVE_INFINITY;
    await clock.advance(10 * 60_000);
    expect(await update('three')).toEqual({ calls: 4, written: 400 });
    await clock.advance(20 * 60_000);
    await update('four');
    await clock.advance(10 * 60_000);
    expect(await update('five')).toEqual({ calls: 1, written: 400 });
  });

  it('does not keep the small size for one record that is too heavy by itself', async () => {
    sandbox.validation.add({
      name: 'heavy',
      object: 'Case',
      message: 'CaseTrigger: System.LimitException: Too many SOQL queries: 101',
      refuses: (row) => row['Id'] === ids[150],
    });
    const first = await update('one');
    expect(first.written).toBe(399);
    expect(first.calls).toBeLessThan(16);
  });

  it('is not asked record by record where none passes', async () => {
    sandbox.settings.triggerRows = 0;
    const { calls, written } = await update('never');
    expect(written).toBe(0);
    expect(calls).toBeLessThan(25);
    const [first] = await client.update([{ object: 'Case', id: ids[0] ?? '', fields: { Subject: 'x' }, readBack: [] }]);
    expect(first).toMatchObject({ kind: 'failed', error: { kind: 'Rejected', data: { cause: 'governor-limit' } } });
  });
});
