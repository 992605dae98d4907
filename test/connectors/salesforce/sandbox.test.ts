import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { SalesforceAuth } from '../../../src/config/settings.ts';
import type { Keyset, TicketSystem } from '../../../src/connectors/ticket-system.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { partnerIds, ticketSystemSuite, type DeskUnderTest } from '../../conformance/ticket-system.suite.ts';
import { seededRandom } from '../../support/random.ts';
import { clientOf, memoryVault } from '../../support/salesforce-replay.ts';

// Against the local Salesforce, over HTTP.

const jwtOf = (sandbox: SalesforceSandbox): SalesforceAuth => ({
  kind: 'jwt_bearer',
  clientId: sandbox.account.clientId,
  username: sandbox.account.username,
  privateKey: new Secret(sandbox.account.privateKey),
});

async function openDesk(): Promise<DeskUnderTest> {
  let ahead = 0;
  const sandbox = await startSalesforceSandbox({ now: () => Date.now() + ahead, random: seededRandom(3) });
  sandbox.validation.add({
    name: 'refusal',
    object: 'Case',
    message: 'refused by a rule',
    field: 'Subject',
    refuses: (row) => row['Subject'] === 'refused',
  });
  const texts = (fields: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : null]));
  return {
    system: clientOf(sandbox.url, { auth: jwtOf(sandbox) }),
    object: 'Case',
    title: 'Subject',
    text: 'Description',
    choice: { field: 'Priority', values: ['Low', 'Medium'] },
    required: {},
    refused: { Subject: 'refused' },
    put: (fields) => sandbox.desk.create('Case', texts(fields), 'Ada').id,
    edit: (id, fields) => void sandbox.desk.edit('Case', id, texts(fields), 'Ada'),
    remove: (id) => sandbox.desk.remove('Case', id, 'Ada'),
    comment: (id, text, channel) => sandbox.desk.comment('Case', id, text, channel, 'Ada'),
    attach: (id, name, content) => void sandbox.desk.attach('Case', id, { name, content }, 'Ada'),
    partnerId: partnerIds('salesforce', seededRandom(11)),
    tick: () => {
      ahead += 1000;
      return Promise.resolve();
    },
    breakNext: () => sandbox.faults.add({ kind: 'unavailable', times: 1 }),
    close: () => sandbox.stop(),
  };
}

ticketSystemSuite('salesforce over HTTP', openDesk);

describe('the local Salesforce and the client', () => {
  let sandbox: SalesforceSandbox;
  let client: TicketSystem;
  const stampOf = partnerIds('salesforce', seededRandom(5));
  const createOf = (Subject: string, partnerId = stampOf()) => ({
    object: 'Case',
    fields: { Subject },
    readBack: ['Subject', 'OwnerId'],
    partnerId,
    drawnId: '',
  });
  const fresh = (options: Parameters<typeof clientOf>[1] = {}): TicketSystem =>
    clientOf(sandbox.url, { auth: jwtOf(sandbox), ...options });

  beforeAll(async () => {
    sandbox = await startSalesforceSandbox({ random: seededRandom(4) });
    client = fresh();
  });
  afterAll(() => sandbox.stop());
  beforeEach(() => {
    sandbox.faults.clear();
    sandbox.rights.restore();
    sandbox.forgetCalls();
  });

  it('agree on the number of calls that count', async () => {
    const own = fresh();
    await own.identity();
    await own.create([createOf('counted')]);
    await own.describe('Case');
    expect(own.calls()).toBe(sandbox.calls().filter((call) => call.counted).length);
    expect(own.calls()).toBe(2);
  });

  it('never let an assignment rule take the owner away', async () => {
    const [created] = await client.create([createOf('mine')]);
    if (created?.kind !== 'written') throw new Error('not written');
    const owner = created.record.fields['OwnerId'];
    expect(owner).not.toBe(sandbox.known.defaultCaseOwner);
    const person = sandbox.desk.rows('User').find((row) => row.fields['FirstName'] === 'Ada')?.id ?? '';
    sandbox.desk.edit('Case', created.record.id, { OwnerId: person }, 'Ada');
    await client.update([{ object: 'Case', id: created.record.id, fields: { Status: 'Working' }, readBack: [] }]);
    expect(sandbox.desk.row('Case', created.record.id)?.fields['OwnerId']).toBe(person);
  });

  it('make one Case of two upserts', async () => {
    const request = createOf('only one');
    const [one] = await client.create([request]);
    const [two] = await fresh().create([request]);
    expect(one?.kind === 'written' && two?.kind === 'written' && one.record.id === two.record.id).toBe(true);
    expect(sandbox.desk.rows('Case').filter((row) => row.fields['Subject'] === 'only one')).toHaveLength(1);
  });

  it('make one Case although the first answer was lost, and the probe finds it', async () => {
    const request = createOf('lost answer');
    const control = sandbox.desk.rows('Case')[0]?.id ?? '';
    await client.identity();
    sandbox.faults.add({ kind: 'drop-after', path: '/composite', times: 1 });
    const [lost] = await client.create([request]);
    expect(lost).toMatchObject({ kind: 'failed', error: { kind: 'Unavailable', data: { executed: 'maybe' } } });
    const probe = {
      object: 'Case',
      fields: ['Subject'],
      probes: [{ partnerId: request.partnerId, drawnId: null }],
      control,
    };
    expect(await client.probe(probe)).toMatchObject([{ kind: 'found', records: [{ partnerId: request.partnerId }] }]);
  });

  it('go on over an expired session, in all ways to log in', async () => {
    const ways: SalesforceAuth[] = [
      jwtOf(sandbox),
      {
        kind: 'client_credentials',
        clientId: sandbox.account.clientId,
        clientSecret: new Secret(sandbox.account.clientSecret),
      },
    ];
    for (const auth of ways) {
      const own = fresh({ auth });
      await own.identity();
      sandbox.sessions.expireAll();
      expect((await own.describe('Case')).object).toBe('Case');
      sandbox.sessions.expireAll();
      expect((await own.identity()).user).toBe(sandbox.known.integrationUser);
    }
  });

  it('keep a browser authorisation alive over many rotations, and never present an old refresh token', async () => {
    const { session, refreshToken } = sandbox.sessions.approve(
      sandbox.known.integrationUser,
      sandbox.account.clientId,
      'api refresh_token',
    );
    const vault = memoryVault({ accessToken: session.token, refreshToken, expiresAt: null, instanceUrl: sandbox.url });
    const own = fresh({
      vault,
      auth: {
        kind: 'authorization_code',
        clientId: sandbox.account.clientId,
        clientSecret: new Secret(sandbox.account.clientSecret),
      },
    });
    for (let n = 0; n < 5; n += 1) {
      sandbox.sessions.expireAll();
      await own.describe('Case');
    }
    expect(vault.held()?.token.refreshToken).not.toBe(refreshToken);
  });

  it('spend one token request on twenty callers', async () => {
    const own = fresh({ concurrency: 20 });
    await Promise.all(Array.from({ length: 20 }, () => own.describe('Case')));
    expect(sandbox.calls().filter((call) => call.path.endsWith('/oauth2/token'))).toHaveLength(1);
    sandbox.sessions.expireAll();
    sandbox.forgetCalls();
    await Promise.all(Array.from({ length: 20 }, () => own.describe('Case')));
    expect(sandbox.calls().filter((call) => call.path.endsWith('/oauth2/token'))).toHaveLength(1);
  });

  it('walk more than two thousand rows of one second, each once, though pages come short', async () => {
    for (let n = 0; n < 2100; n += 1) sandbox.desk.create('Case', { Subject: `walk ${n}` }, 'Ada');
    sandbox.settings.pageRows = 300;
    const seen = new Map<string, number>();
    let after: Keyset = { stamp: '2000-01-01T00:00:00.000Z', id: '' };
    for (let done = false; !done;) {
      const page = await client.changes({ object: 'Case', fields: ['Subject'], after, limit: 2000 });
      for (const record of page.records) seen.set(record.id, (seen.get(record.id) ?? 0) + 1);
      after = page.next;
      done = page.done;
    }
    const ids = sandbox.desk.rows('Case').map((row) => row.id);
    expect(ids.length).toBeGreaterThan(2100);
    expect([...seen.keys()].sort()).toEqual(ids.toSorted());
    expect(Math.max(...seen.values())).toBe(1);
    const read = await client.read('Case', ids, ['Subject']);
    expect(read.every((result) => result.kind === 'found')).toBe(true);
    sandbox.settings.pageRows = 2000;
  });

  it('end a walk over rows out of sight at the right place', async () => {
    const small = await startSalesforceSandbox({ random: seededRandom(6) });
    try {
      const ids = ['seen', 'hidden', 'seen too'].map((Subject) => small.desk.create('Case', { Subject }, 'Ada').id);
      small.rights.hideRecord(ids[1] ?? '');
      const own = clientOf(small.url, { auth: jwtOf(small) });
      const all = small.desk.rows('Case').length;
      const page = await own.changes({
        object: 'Case',
        fields: [],
        after: { stamp: '2000-01-01T00:00:00.000Z', id: '' },
        limit: all,
      });
      expect(page.records).toHaveLength(all - 1);
      expect(page.done).toBe(true);
      expect(await own.read('Case', [ids[1] ?? ''], [])).toEqual([{ kind: 'absent', id: ids[1] }]);
    } finally {
      await small.stop();
    }
  });

  it('tell a locked record from its neighbours', async () => {
    const [locked, free] = ['locked', 'free'].map((Subject) => sandbox.desk.create('Case', { Subject }, 'Ada').id);
    sandbox.faults.add({ kind: 'locked-row', id: locked ?? '' });
    const results = await client.update(
      [locked, free].map((id) => ({
        object: 'Case',
        id: id ?? '',
        fields: { Priority: 'High' },
        readBack: ['Priority'],
      })),
    );
    expect(results).toMatchObject([
      { kind: 'failed', error: { kind: 'Unavailable', data: { cause: 'row-locked', executed: 'no' } } },
      { kind: 'written', record: { fields: { Priority: 'High' } }, before: { fields: { Priority: 'Medium' } } },
    ]);
  });

  it('stop at the daily share, and at the day’s end of the server', async () => {
    const limit = sandbox.settings.dailyApiRequests;
    sandbox.settings.dailyApiRequests = 10;
    await expect(fresh().describe('Case')).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { cause: 'daily-limit' },
    });
    sandbox.settings.dailyApiRequests = limit;
    sandbox.faults.add({ kind: 'daily-limit', times: 1 });
    await expect(fresh().describe('Case')).rejects.toMatchObject({
      kind: 'RateLimited',
      data: { cause: 'daily-limit' },
    });
  });

  it.each([
    'unavailable',
    'gateway-html',
    'accepted-dropped',
    'ok-html',
    'ok-error',
    'ok-empty',
    'drop-before',
    'drop-after',
  ] as const)('hold a create in doubt under %s', async (kind) => {
    await client.identity();
    sandbox.faults.add({ kind, path: '/composite', times: 1 });
    const results = await client.create([createOf(`under ${kind}`)]);
    expect(results).toMatchObject([{ kind: 'failed', error: { kind: 'Unavailable', data: { executed: 'maybe' } } }]);
  });

  it('take any text in a create, and any text for a stamp, without a broken call', { timeout: 60_000 }, async () => {
    const control = sandbox.desk.create('Case', { Subject: 'control' }, 'Ada').id;
    const hostile = fc.oneof(
      fc.string({
        unit: fc.constantFrom(
          "'",
          '\\',
          '"',
          '%',
          '(',
          ')',
          ' OR ',
          '\n',
          '\u0000',
          '\ud800',
          '\udfff',
          '😀',
          '\u202e',
          'א',
          '{',
          '@{',
        ),
      }),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 5 }), async (texts) => {
        const results = await client.create([...texts.map((text) => createOf(text)), createOf('sound')]);
        expect(results.at(-1)?.kind).toBe('written');
        expect(results.every((result) => result.kind === 'written' || result.error.kind === 'Rejected')).toBe(true);
        const probed = await client.probe({
          object: 'Case',
          fields: [],
          probes: texts.map((partnerId) => ({ partnerId, drawnId: null })),
          control,
        });
        for (const result of probed) expect(result.kind).not.toBe('found');
        await client.read('Case', texts, []);
      }),
      { numRuns: 40 },
    );
  });

  it('never let a text fetch another ticket’s, as a reference inside a composite would', async () => {
    const secret = sandbox.desk.create('Case', { Subject: 'salary list', Description: 'secret' }, 'Ada').id;
    const victim = sandbox.desk.create('Case', { Subject: 'victim' }, 'Ada').id;
    const texts = ['@{part0.records[0].Subject}', '@{part1[0].id}', 'mail me @{home}', '@{'];
    const [first] = await client.update([
      { object: 'Case', id: secret, fields: { Priority: 'High' }, readBack: ['Subject'] },
      { object: 'Case', id: victim, fields: { Description: texts[0] ?? '' }, readBack: ['Description'] },
    ]);
    expect(first?.kind).toBe('written');
    expect(sandbox.desk.row('Case', victim)?.fields['Description']).toBe(texts[0]);
    const created = await client.create(texts.map((text) => createOf(text)));
    expect(
      created.map((result) => (result.kind === 'written' ? result.record.fields['Subject'] : result.error)),
    ).toEqual(texts);
    expect(sandbox.desk.row('Case', victim)?.fields['OwnerId']).not.toBe(sandbox.known.defaultCaseOwner);
  });

  it('date a field by CaseHistory, and know nothing where it is hidden', async () => {
    const id = sandbox.desk.create('Case', { Subject: 'dated' }, 'Ada').id;
    sandbox.desk.edit('Case', id, { Status: 'Working' }, 'Ada');
    const asks = [{ id, field: 'Status', since: '2000-01-01T00:00:00.000Z' }];
    const [date] = await client.fieldDates('Case', asks);
    expect(date?.by).toBe(sandbox.desk.rows('User').find((row) => row.fields['FirstName'] === 'Ada')?.id);
    sandbox.rights.hideObject('CaseHistory');
    expect(await client.fieldDates('Case', asks)).toEqual([null]);
  });
});
