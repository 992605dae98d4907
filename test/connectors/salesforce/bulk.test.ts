import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { TokenVault } from '../../../src/connectors/credentials.ts';
import { normaliseId } from '../../../src/connectors/salesforce/ids.ts';
import type { BulkPage, TicketSystem } from '../../../src/connectors/ticket-system.ts';
import type { SourceRecord } from '../../../src/core/record.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { fakeClock, type FakeClock, runToEnd } from '../../support/clock.ts';
import { seededRandom } from '../../support/random.ts';
import {
  clientOf,
  memoryVault,
  page,
  type Replay,
  type ReplayAnswer,
  startReplay,
} from '../../support/salesforce-replay.ts';

const fields = ['Subject', 'Description', 'IsEscalated', 'ClosedDate', 'Owner.Name'];
const everything = { object: 'Case', fields, since: '2000-01-01T00:00:00.000Z', place: null };
const fresh = 1500;

describe('a walk by Bulk API 2.0 query', () => {
  let clock: FakeClock;
  let sandbox: SalesforceSandbox;
  let client: TicketSystem;
  beforeEach(async () => {
    clock = fakeClock();
    sandbox = await startSalesforceSandbox({ random: seededRandom(4), now: () => clock.now() });
    client = clientFrom(1000);
    await client.identity();
    for (let n = 0; n < fresh; n += 1) sandbox.desk.create('Case', { Subject: `Case ${n}` }, 'Ada');
    sandbox.forgetCalls();
  });
  afterEach(() => sandbox.stop());

  function clientFrom(bulkFrom: number): TicketSystem {
    const { account, url } = sandbox;
    return clientOf(url, {
      clock,
      bulkFrom,
      auth: {
        kind: 'client_credentials',
        clientId: account.clientId,
        clientSecret: new Secret(account.clientSecret),
      },
    });
  }

  const rows = (): number => sandbox.desk.rows('Case').length;
  const counted = (): readonly string[] =>
    sandbox
      .calls()
      .flatMap((call) => (call.counted ? [`${call.method} ${call.path.split('/').slice(4).join('/')}`] : []));

  /** Walks to the end, while the clock goes on by itself. */
  async function walk(place: string | null = null): Promise<readonly BulkPage[]> {
    const pages: BulkPage[] = [];
    const work = async (): Promise<void> => {
      const found = await client.bulk?.({ ...everything, place });
      for await (const page of found?.pages ?? []) pages.push(page);
    };
    await runToEnd(clock, work());
    return pages;
  }
  const idsIn = (pages: readonly BulkPage[]): readonly string[] =>
    pages.flatMap((page) => page.records.map((record) => record.id));

  async function byPages(): Promise<ReadonlyMap<string, SourceRecord>> {
    const all = new Map<string, SourceRecord>();
    for (let after = { stamp: everything.since, id: '' }, done = false; !done;) {
      const page = await client.changes({ object: 'Case', fields, after, limit: 1000 });
      for (const record of page.records) all.set(record.id, record);
      ({ next: after, done } = page);
    }
    return all;
  }

  it('brings every record as the pages of a query do, in a handful of calls', async () => {
    const odd = sandbox.desk.rows('Case')[7]?.id ?? '';
    const text = 'He said "no", twice,\nand\r\nleft — 😀';
    sandbox.desk.edit('Case', odd, { Subject: '#N/A', Description: text, Status: 'Closed' }, 'Ada');
    const pages = await walk();
    const expected = await byPages();
    const found = pages.flatMap((page) => page.records);
    expect(found).toHaveLength(rows());
    expect(new Map(found.map((record) => [record.id, record]))).toEqual(expected);
    expect(Math.max(...pages.map((page) => page.records.length))).toBe(1000);
    expect(
      counted()
        .slice(0, 7)
        .map((call) => call.replace(/750\w+/, ':id')),
    ).toEqual([
      'GET query',
      'POST jobs/query',
      'GET jobs/query/:id',
      'GET jobs/query/:id',
      'GET sobjects/Case/describe',
      'GET jobs/query/:id/results',
      'DELETE jobs/query/:id',
    ]);
  });

  it('is left to pages below its threshold, at a threshold of 0, and where the account may not', async () => {
    expect(await clientFrom(rows() + 1).bulk?.(everything)).toBeNull();
    expect(await clientFrom(0).bulk?.(everything)).toBeNull();
    sandbox.settings.bulkApi = false;
    expect(await client.bulk?.(everything)).toBeNull();
  });

  it('follows the locator from part to part', async () => {
    sandbox.settings.bulkRows = 400;
    const pages = await walk();
    expect(idsIn(pages)).toHaveLength(rows());
    expect(new Set(idsIn(pages)).size).toBe(rows());
    expect(counted().filter((call) => call.endsWith('/results'))).toHaveLength(Math.ceil(rows() / 400));
  });

  it('goes on at the part where it stopped, with the same job', async () => {
    sandbox.settings.bulkRows = 400;
    const seen: string[] = [];
    let place: string | null = null;
    const half = async (): Promise<void> => {
      const found = await client.bulk?.(everything);
      for await (const page of found?.pages ?? []) {
        seen.push(...page.records.map((record) => record.id));
        ({ place } = page);
        if (seen.length >= 800) break;
      }
    };
    await runToEnd(clock, half());
    sandbox.forgetCalls();
    const rest = await walk(place);
    expect(new Set([...seen, ...idsIn(rest)]).size).toBe(rows());
    expect(idsIn(rest).length).toBeLessThan(rows() - 300);
    expect(counted().filter((call) => call.startsWith('POST'))).toEqual([]);
  });

  it('begins anew where the job of an earlier walk is gone', async () => {
    const pages = await walk();
    const again = await walk(pages[0]?.place ?? '');
    expect(idsIn(again)).toHaveLength(rows());
    expect(idsIn(await walk('no place of ours'))).toHaveLength(rows());
  });

  const lettingGo = (): readonly string[] =>
    sandbox
      .calls()
      .filter((call) => call.path.includes('/jobs/query/750') && call.method !== 'GET')
      .map((call) => `${call.method} ${call.status}`);

  it('lets go of a job at work that nobody comes back to, and keeps one that somebody may', async () => {
    for (const once of [false, true]) {
      sandbox.forgetCalls();
      const found = await client.bulk?.({ ...everything, once });
      for await (const { place } of found?.pages ?? []) if (place !== '') break;
      expect(lettingGo()).toEqual(once ? ['PATCH 200', 'DELETE 204'] : []);
    }
  });

  it('lets go of a job that failed, also where the org does not let it', async () => {
    sandbox.settings.bulkFailures.push('InvalidBatch : Records not processed');
    await expect(walk()).rejects.toMatchObject({ data: { cause: 'bulk-ended' } });
    expect(lettingGo().at(-1)).toBe('DELETE 204');
    sandbox.settings.bulkFailures.push('InvalidBatch : Records not processed');
    sandbox.faults.add({ kind: 'unavailable', method: 'PATCH', path: '/jobs/query/750', times: 1 });
    sandbox.faults.add({ kind: 'drop-after', method: 'DELETE', path: '/jobs/query/750', times: 1 });
    await expect(walk()).rejects.toMatchObject({ data: { cause: 'bulk-ended' } });
  });

  it('asks again for a part that did not come, and hands no row on twice', async () => {
    sandbox.faults.add({ kind: 'drop-before', path: '/results', times: 2 });
    sandbox.faults.add({ kind: 'unavailable', path: '/jobs/query/750', times: 2 });
    expect(idsIn(await walk())).toHaveLength(rows());
  });

  it('ends with words for pages where the job fails, is aborted or is deleted meanwhile', async () => {
    sandbox.settings.bulkFailures.push('InvalidBatch : Records not processed');
    await expect(walk()).rejects.toMatchObject({
      data: { cause: 'bulk-ended', answer: 'Failed: InvalidBatch : Records not processed' },
    });
    for (const method of ['PATCH', 'DELETE'] as const) {
      const found = await client.bulk?.(everything);
      const pages = found?.pages[Symbol.asyncIterator]();
      const first = (await pages?.next())?.value as BulkPage | undefined;
      const { job } = JSON.parse(first?.place ?? '{}') as { job: string };
      await meddle(method, job);
      await expect(runToEnd(clock, Promise.resolve(pages?.next()))).rejects.toMatchObject({
        data: { cause: 'bulk-ended' },
      });
    }
  });

  /** Somebody else with an eye on the org's jobs. */
  async function meddle(method: 'PATCH' | 'DELETE', job: string): Promise<void> {
    const answer = await fetch(`${sandbox.url}/services/data/v62.0/jobs/query/${job}`, {
      method,
      headers: { authorization: `Bearer ${await tokenOf()}`, 'content-type': 'application/json' },
      ...(method === 'PATCH' ? { body: JSON.stringify({ state: 'Aborted' }) } : {}),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.status}`);
  }

  async function tokenOf(): Promise<string> {
    const { clientId, clientSecret } = sandbox.account;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const answer = await fetch(`${sandbox.url}/services/oauth2/token`, { method: 'POST', body });
    return String(((await answer.json()) as { access_token: unknown }).access_token);
  }
});

describe('the result of a query job', () => {
  const job = {
    id: '750ak000009AVi5AAG',
    state: 'JobComplete',
    createdDate: '2026-05-01T08:00:00.000+0000',
  };
  const caseId = (n: number): string => normaliseId(`500dM0000${String(n).padStart(6, '0')}`) ?? '';
  const csv = (from: number, to: number): string =>
    [
      'Id,SystemModstamp,CreatedDate,Subject',
      ...Array.from(
        { length: to - from },
        (_, at) => `"${caseId(from + at)}","2026-05-01T07:25:37.000Z","2026-05-01T07:25:37.000Z","Case ${from + at}"`,
      ),
      '',
    ].join('\n');
  const lines = 4000;

  let replay: Replay;
  beforeEach(async () => {
    replay = await startReplay();
  });
  afterEach(() => replay.stop());

  /** What the org answers to each asking for a part of the result. */
  function results(answer: (nth: number, locator: string | null) => ReplayAnswer): void {
    let nth = 0;
    replay.answer(({ method, path, query }) => {
      if (path.endsWith('/results')) return answer((nth += 1), query.get('locator'));
      if (method === 'DELETE') return { status: 204 };
      if (path.endsWith('/describe')) return { status: 200, body: { name: 'Case', fields: [] } };
      if (path.endsWith('/query') && method === 'GET') return { status: 200, body: page([]) };
      return { status: 200, body: job };
    });
  }
  const part = (body: string, locator: string | undefined, rows = body.split('\n').length - 2): ReplayAnswer => ({
    status: 200,
    body,
    headers: {
      'content-type': 'text/csv',
      ...(locator === undefined ? {} : { 'sforce-locator': locator }),
      'sforce-numberofrecords': String(rows),
    },
  });

  async function subjects(): Promise<readonly unknown[]> {
    const clock = fakeClock();
    const known: TokenVault = memoryVault({
      accessToken: 't',
      refreshToken: null,
      expiresAt: null,
      instanceUrl: replay.url,
    });
    const client = clientOf(replay.url, { clock, bulkFrom: 1, vault: known });
    const all: unknown[] = [];
    const work = async (): Promise<void> => {
      // More than the count says: it is taken before the job.
      const found = await client.bulk?.({
        ...everything,
        fields: ['Subject'],
        place: JSON.stringify({ job: job.id, locator: null }),
      });
      for await (const { records } of found?.pages ?? [])
        all.push(...records.map(({ fields: held }) => held['Subject']));
    };
    await runToEnd(clock, work());
    return all;
  }
  const expected = Array.from({ length: lines }, (_, n) => `Case ${n}`);

  it('that breaks off in the middle is asked for again, and each row comes once', async () => {
    results((nth) => (nth === 1 ? { ...part(csv(0, lines), 'null'), drop: 'midway' } : part(csv(0, lines), 'null')));
    expect(await subjects()).toEqual(expected);
    results((nth) => (nth === 1 ? part(csv(0, 1500), 'null', lines) : part(csv(0, lines), 'null')));
    expect(await subjects()).toEqual(expected);
  });

  it('that never has as many rows as it says is left to pages, since whoever comes back to it would fare no better', async () => {
    results(() => part(csv(0, 1500), 'null', lines));
    await expect(subjects()).rejects.toMatchObject({ data: { cause: 'bulk-ended' } });
  });

  it('goes on by whatever locator the org gives, and ends at the word null', async () => {
    results((_, locator) =>
      locator === null
        ? part(csv(0, 2500), 'MTAwMDA+/=')
        : part(locator === 'MTAwMDA+/=' ? csv(2500, lines) : '', 'null'),
    );
    expect(await subjects()).toEqual(expected);
  });

  it('may have no rows', async () => {
    results(() => part('Id,SystemModstamp,CreatedDate,Subject\n', 'null', 0));
    expect(await subjects()).toEqual([]);
  });

  it.each([
    ['has no locator, so that nobody knows its end', () => part(csv(0, 10), undefined)],
    [
      'is a page of a proxy',
      () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>hello</html>' }),
    ],
    [
      'has expired',
      () => ({ status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }),
    ],
  ] as const)('that %s is left to pages or fails, and is never taken for the end', async (_what, answer) => {
    results(answer);
    await expect(subjects()).rejects.toMatchObject({ kind: 'Unavailable' });
  });
});
