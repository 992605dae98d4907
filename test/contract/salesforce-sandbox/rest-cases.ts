import { expect } from 'vitest';
import { asBodies, asBody } from '../../sandbox/salesforce/bench.ts';
import { neverWas } from './case-table.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectSame, expectShape, normal } from './compare.ts';

/** Members of ours that the recorded object also has; all of ours must be among them. */
function expectSubset(actual: unknown, expected: unknown, but: readonly string[] = []): void {
  const theirs = asBody(expected);
  const mine = Object.entries(asBody(actual)).filter(([name]) => !but.includes(name));
  expect(mine.map(([name]) => name).filter((name) => !(name in theirs))).toEqual([]);
  expectShape(Object.fromEntries(mine), Object.fromEntries(mine.map(([name]) => [name, theirs[name]])));
}

/** Members of a describe that depend on the org or that the local Salesforce leaves out. */
const describeOwn = ['urls', 'childRelationships', 'fields', 'recordTypeInfos', 'supportedScopes', 'namedLayoutInfos'];

export const restCases: CaseTable = {
  'conditional-etag-header': async (bench) => {
    const id = await bench.create('Account', { Name: 'a' });
    const etag = (await bench.send('GET', `sobjects/Account/${id}`)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^".+--gzip"$/);
    const patch = () =>
      bench.send('PATCH', `sobjects/Account/${id}`, { body: { Name: 'b' }, headers: { 'If-Match': etag } });
    expect([(await patch()).status, (await patch()).status]).toEqual([204, 412]);
  },
  'delete-404-entity-is-deleted': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    await bench.send('DELETE', `sobjects/Account/${id}`);
    expectSame(await bench.send('DELETE', `sobjects/Account/${id}`), recording);
  },
  'deleted-200': async (bench, recording) => {
    const id = await bench.create('Case', { Subject: 'a' });
    await bench.send('DELETE', `sobjects/Case/${id}`);
    bench.clock.ms += 120_000;
    const window = new URLSearchParams({ start: '2026-11-25T11:00:00+00:00', end: '2026-11-25T12:02:00+00:00' });
    const answer = await bench.send('GET', `sobjects/Case/deleted/?${window.toString()}`);
    expectAlike(answer, recording);
    expect(asBody(answer.body)['deletedRecords']).toEqual([{ id, deletedDate: '2026-11-25T12:00:00.000+0000' }]);
  },
  'describe-404-not-found': async (bench, recording) =>
    expectSame(await bench.send('GET', 'sobjects/Whizbang/describe'), recording),
  'describe-account-headers': async (bench, recording) => {
    const answer = await bench.send('GET', 'sobjects/Account/describe');
    expectHead(answer, recording);
    expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]+--gzip"$/);
    expect(answer.body).toMatchObject({ name: 'Account', keyPrefix: '001' });
  },
  'describe-case-full': async (bench, recording) => {
    const answer = await bench.send('GET', 'sobjects/Case/describe');
    const mine = asBody(answer.body);
    const theirs = asBody(recording.response.body);
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(theirs).toSorted());
    const rest = (body: object) =>
      Object.fromEntries(Object.entries(body).filter(([name]) => !describeOwn.includes(name)));
    expect(rest(mine)).toEqual(rest(theirs));
    const fields = new Map(asBodies(mine['fields']).map((field) => [field['name'], field]));
    const missing = asBodies(theirs['fields']).filter((field) => !fields.has(field['name']));
    expect(missing.map((field) => field['name'])).toEqual(['AssetId']);
    for (const field of asBodies(theirs['fields']).filter((each) => each['name'] !== 'AssetId')) {
      expect(fields.get(field['name']), String(field['name'])).toEqual(field);
    }
  },
  'describe-global': async (bench, recording) => {
    const answer = await bench.send('GET', 'sobjects');
    expectHead(answer, recording);
    expect(answer.body).toMatchObject({ encoding: 'UTF-8', maxBatchSize: 200 });
    const theirs = new Map(asBodies(asBody(recording.response.body)['sobjects']).map((each) => [each['name'], each]));
    const known = asBodies(asBody(answer.body)['sobjects']).filter((each) => theirs.has(each['name']));
    expect(known.length).toBeGreaterThanOrEqual(13);
    for (const each of known) {
      const expected = theirs.get(each['name']) ?? {};
      expect({ ...each, urls: null }).toEqual({ ...expected, urls: null });
    }
  },
  'external-id-404-not-found': async (bench, recording) =>
    expectSame(await bench.send('GET', 'sobjects/Case/ServiceNow_Id__c/23foo'), recording),
  'recent-200': async (bench, recording) => {
    await bench.create('Account', { Name: 'Test' });
    const answer = await bench.send('GET', 'recent');
    expectAlike(answer, recording);
  },
  'rest-401-invalid-session': async (bench, recording) =>
    expectSame(await bench.send('GET', 'sobjects/User/describe', { token: '00Dstale' }), recording),
  'rest-403-concurrent-requests': async (bench, recording) => {
    bench.sandbox.faults.add({ kind: 'rate-limited', times: 1 });
    expectSame(await bench.send('GET', 'limits'), recording);
  },
  'rest-403-request-limit': async (bench, recording) => {
    bench.sandbox.settings.dailyApiRequests = 2;
    await bench.send('GET', 'limits');
    await bench.send('GET', 'limits');
    expectSame(await bench.send('GET', 'limits'), recording);
  },
  'rest-limits': async (bench, recording) => {
    const answer = await bench.send('GET', 'limits');
    expectHead(answer, recording);
    expectSubset(answer.body, recording.response.body);
    expect(asBody(answer.body)['DailyApiRequests']).toEqual({ Max: 100_000, Remaining: 99_999 });
  },
  'rest-versions-list': async (bench, recording) => {
    const answer = await bench.send('GET', '/services/data', { token: null });
    expectHead(answer, recording);
    expect(answer.body).toEqual(recording.response.body);
  },
  'search-400-malformed': async (bench, recording) =>
    expectSame(await bench.send('GET', 'search?q=FIND+Acme'), recording),
  'search-empty-200': async (bench, recording) =>
    expectSame(await bench.send('GET', `search?q=${encodeURIComponent('FIND {Acme}')}`), recording),
  'sobject-503-server-unavailable': async (bench, recording) => {
    bench.sandbox.faults.add({ kind: 'unavailable', times: 1 });
    expectSame(await bench.send('POST', 'sobjects/Case', { body: {} }), recording);
  },
  'sobject-basic-info': async (bench, recording) => {
    const answer = await bench.send('GET', 'sobjects/Account/');
    expectHead(answer, recording);
    const mine = asBody(asBody(answer.body)['objectDescribe']);
    const theirs = asBody(asBody(recording.response.body)['objectDescribe']);
    expect({ ...mine, urls: null }).toEqual({ ...theirs, urls: null });
    expect(Object.keys(asBody(answer.body))).toEqual(Object.keys(asBody(recording.response.body)));
  },
  'sobject-create-201': async (bench, recording) =>
    expectSame(await bench.send('POST', 'sobjects/Account/', { body: recording.request.body }), recording),
  'sobject-delete-204': async (bench, recording) => {
    const answer = await bench.send('DELETE', `sobjects/Account/${await bench.create('Account', { Name: 'a' })}`);
    expectHead(answer, recording);
    expect(answer.text).toBe('');
  },
  'sobject-update-204': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    const answer = await bench.send('PATCH', `sobjects/Account/${id}`, { body: recording.request.body });
    expectHead(answer, recording);
    expect(answer.text).toBe('');
    expect((await bench.get(`sobjects/Account/${id}`))['Industry']).toBe('Technology');
  },
  'sobject-row-account-etag': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'Edge' });
    const answer = await bench.send('GET', `sobjects/Account/${id}`);
    expectHead(answer, recording);
    expectSubset(answer.body, recording.response.body);
  },
  'sobject-row-organization': async (bench, recording) => {
    const answer = await bench.send('GET', `sobjects/Organization/${bench.sandbox.known.organization}`);
    expectHead(answer, recording);
    expectSubset(answer.body, recording.response.body);
  },
  'sobject-row-user-lastmodified': async (bench, recording) => {
    const answer = await bench.send('GET', `sobjects/User/Id/${bench.sandbox.known.integrationUser}`);
    expectHead(answer, recording);
    const stamp = String(asBody(answer.body)['SystemModstamp']).replace('+0000', 'Z');
    expect(answer.headers.get('last-modified')).toBe(new Date(stamp).toUTCString());
  },
  'updated-200': async (bench, recording) => {
    const id = await bench.create('Case', { Subject: 'a' });
    bench.clock.ms += 120_000;
    const window = new URLSearchParams({ start: '2026-11-25T11:00:59+00:00', end: '2026-11-25T12:02:00+00:00' });
    const answer = await bench.send('GET', `sobjects/Case/updated/?${window.toString()}`);
    expectAlike(answer, recording);
    expect(answer.body).toEqual({ ids: [id], latestDateCovered: '2026-11-25T12:02:00.000+0000' });
  },
  'updated-200-restforce': async (bench, recording) => {
    await bench.create('Contact', { LastName: 'a' });
    bench.clock.ms += 120_000;
    const window = new URLSearchParams({ start: '2026-11-25T11:00:00+00:00', end: '2026-11-25T12:01:00+00:00' });
    expectAlike(await bench.send('GET', `sobjects/Contact/updated/?${window.toString()}`), recording);
  },
  'upsert-300-multiple-choices': async (bench, recording) => {
    const ids = await Promise.all(
      ['a', 'b'].map((LastName) => bench.create('Contact', { LastName, Email: 'twin@example.com' })),
    );
    const answer = await bench.send('PATCH', 'sobjects/Contact/Email/twin%40example.com', { body: { LastName: 'c' } });
    expectHead(answer, recording);
    expect(answer.body).toEqual(ids.map((id) => `/services/data/v66.0/sobjects/Contact/${id}`));
  },
  'upsert-external-id-created-201': async (bench, recording) =>
    expectSame(
      await bench.send('PATCH', 'sobjects/Contact/Email/test_upsert_004%40example.com', {
        body: recording.request.body,
      }),
      recording,
    ),
  'upsert-updateonly-updated-200': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    expectSame(
      await bench.send('PATCH', `sobjects/Account/Id/${id}?updateOnly=true`, { body: recording.request.body }),
      recording,
    );
    const missing = await bench.send('PATCH', `sobjects/Account/Id/${neverWas.account}?updateOnly=true`, { body: {} });
    expect([missing.status, normal(missing.body)]).toEqual([
      404,
      [{ message: 'invalid cross reference id', errorCode: 'INVALID_CROSS_REFERENCE_KEY' }],
    ]);
  },
};
