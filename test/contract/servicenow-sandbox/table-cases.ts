/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { expect } from 'vitest';
import type { Bench } from '../../sandbox/servicenow/client.ts';
import { asBody } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Entry } from './case-table.ts';
import { rowOf, rowsOf, sameBody, sameHead, sameRow, sameValues } from './compare.ts';

const path = '/api/now/table/incident';
const admin = { as: 'admin' } as const;
const network = '287ebd7da9fe198100f92cc8d1d2154e';

/** Columns of releases that are gone, of plug-ins or of customers. */
const otherReleases = ['rejection_goto', 'wf_activity'];

function fill(bench: Bench, count: number): void {
  for (let at = 0; at < count; at += 1)
    bench.sandbox.desk.create('incident', { short_description: `no. ${at}` }, 'itil');
}

export const tableCases: Readonly<Record<string, Entry>> = {
  'headers-table-get-2021-doc': replayed(async ({ bench, recording }) => {
    fill(bench, 69);
    const answer = await bench.send('GET', path);
    sameHead(recording, answer);
    expect(answer.headers.get('link')).toBeNull();
    const named = (cookie: string): string => cookie.split('=')[0] ?? '';
    const recorded = Object.entries(recording.response.headers).find(([name]) => name === 'Set-Cookie')?.[1] ?? [];
    const names = [recorded]
      .flat()
      .map(named)
      .map((name) => name.replace(/pool_.*/, 'pool_sandbox'));
    expect(answer.headers.getSetCookie().map(named)).toEqual(names);
  }),
  'table-200-with-error-midstream-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.faults.add({ kind: 'ok-error', times: 1 });
    const answer = await bench.send('GET', path);
    sameHead(recording, answer);
    // Broken JSON, with rows before the error: as recorded.
    expect(() => JSON.parse(recording.response.body_text ?? '') as unknown).toThrow(SyntaxError);
    expect(answer.body).toBeNull();
    for (const words of [
      '"result"',
      'Transaction cancelled: maximum execution time exceeded. Check logs for error trace.',
      '"failure"',
    ]) {
      expect(recording.response.body_text).toContain(words);
      expect(answer.text).toContain(words);
    }
  }),
  'table-delete-incident-doc': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    const answer = await bench.send('DELETE', `${path}/${row.id}`, admin);
    sameHead(recording, answer);
    expect(answer.text).toBe('');
    expect((await bench.send('GET', `${path}/${row.id}`, admin)).status).toBe(404);
  }),
  'table-get-incident-doc': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create(
      'incident',
      { impact: '1', urgency: '3', assignment_group: network, category: 'software' },
      'admin',
    );
    const answer = await bench.send('GET', `${path}/${row.id}`, admin);
    sameHead(recording, answer);
    sameRow(rowOf(recording.response.body), rowOf(answer.body), otherReleases);
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'impact',
      'urgency',
      'priority',
      'state',
      'incident_state',
      'category',
      'active',
      'sys_class_name',
      'sys_created_by',
      'comments',
      'work_notes',
      'approval',
      'sys_domain_path',
      'severity',
      'notify',
      'escalation',
    ]);
  }),
  'table-get-session-debug-doc': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    const answer = await bench.send('GET', `${path}/${row.id}`, { headers: { 'X-WantSessionDebugMessages': 'true' } });
    sameHead(recording, answer);
    expect(Object.keys(asBody(answer.body))).toEqual(Object.keys(asBody(recording.response.body)));
    expect(asBody(answer.body)['session']).toHaveProperty('debug_logs');
  }),
  'table-list-empty-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    sameBody(recording, answer);
    expect((await bench.send('GET', recording.request.url.replace('/now/', '/now/v2/'))).status).toBe(200);
    // Version 1 answers an empty list with 404.
    expect((await bench.send('GET', recording.request.url.replace('/now/', '/now/v1/'))).status).toBe(404);
  }),
  'table-list-incident-headers-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 73);
    bench.sandbox.properties.prevLinkOnFirstPage = true;
    const answer = await bench.send('GET', `${path}?sysparm_limit=1`, { as: 'admin', headers: { Accept: '*/*' } });
    sameHead(recording, answer, ['link']);
    expect(answer.headers.get('link')).toBe(linkOf(recording.response.headers, bench));
    // Releases of 2026 leave that first `prev` out.
    bench.sandbox.properties.prevLinkOnFirstPage = false;
    expect((await bench.send('GET', `${path}?sysparm_limit=1`)).headers.get('link')).not.toContain('rel="prev"');
  }),
  'table-list-incident-v2-unknown-params-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 66);
    bench.sandbox.desk.create(
      'incident',
      { assignment_group: network, caller_id: '681ccaf9c0a8016400b98a06818d57c7' },
      'itil',
    );
    bench.sandbox.properties.prevLinkOnFirstPage = true;
    const url = new URL(recording.request.url);
    const answer = await bench.send('GET', url.pathname + url.search, admin);
    sameHead(recording, answer, ['link']);
    expect(answer.headers.get('link')).toBe(linkOf(recording.response.headers, bench));
    sameRow(rowOf(recording.response.body), rowOf(answer.body));
    expect(asBody(rowOf(answer.body)['opened_by'])['link']).toMatch(/\/api\/now\/v2\/table\/sys_user\/[0-9a-f]{32}$/);
  }),
  'table-list-link-default-limit-rec': replayed(async ({ bench, recording }) => {
    for (let at = 0; at < 10_001; at += 1)
      bench.sandbox.desk.create('sys_user_group', { name: `Group ${at}` }, 'admin');
    const answer = await bench.send('GET', '/api/now/table/sys_user_group?sysparm_fields=sys_id');
    expect(answer.status).toBe(recording.response.status);
    expect(rowsOf(answer.body)).toHaveLength(10_000);
    const links = answer.headers.get('link') ?? '';
    expect([...links.matchAll(/rel="(\w+)"/g)].map((match) => match[1])).toEqual(['first', 'next', 'last']);
    expect(links).toContain('sysparm_limit=10000&sysparm_offset=10000>;rel="next"');
  }),
  'table-list-no-role-count-leak-rec': replayed(async ({ bench, recording }) => {
    fill(bench, 103);
    const answer = await bench.send('GET', recording.request.url, { as: 'employee' });
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'table-list-problem-doc': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create('problem', { contact_type: 'phone' }, 'admin');
    const answer = await bench.send('GET', recording.request.url, admin);
    sameHead(recording, answer);
    sameRow(rowOf(recording.response.body), rowOf(answer.body), otherReleases);
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'sys_class_name',
      'contact_type',
      'comments',
      'work_notes',
      'approval',
      'upon_reject',
      'sys_domain_path',
    ]);
  }),
  'table-patch-empty-200-rec': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    bench.sandbox.faults.add({ kind: 'ok-empty', times: 1 });
    const answer = await bench.send('PATCH', `${path}/${row.id}`, { body: { urgency: '1' } });
    sameHead(recording, answer, ['server-timing']);
    expect(answer.text).toBe('');
    expect(answer.headers.get('content-length')).toBe('0');
    for (const name of ['x-is-logged-in', 'x-transaction-id']) expect(answer.headers.get(name), name).toBeNull();
  }),
  'table-patch-incident-doc': replayed(async ({ bench, recording }) => {
    await putOrPatch(bench, recording.request.method, recording.request.body, recording.response.body);
  }),
  'table-put-incident-doc': replayed(async ({ bench, recording }) => {
    await putOrPatch(bench, recording.request.method, recording.request.body, recording.response.body);
  }),
  'table-post-incident-doc': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('POST', path, { as: 'admin', body: recording.request.body });
    sameHead(recording, answer, ['location']);
    expect(answer.headers.get('location')).toContain(rowOf(answer.body)['sys_id']);
    sameRow(rowOf(recording.response.body), rowOf(answer.body), otherReleases);
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'priority',
      'impact',
      'urgency',
      'state',
      'category',
      'severity',
      'notify',
      'reopen_count',
      'child_incidents',
      'sys_mod_count',
      'made_sla',
      'upon_approval',
      'upon_reject',
      'sys_created_by',
      'short_description',
      'reassignment_count',
      'knowledge',
      'approval',
    ]);
    expect(asBody(rowOf(answer.body)['assignment_group'])['value']).toBe(network);
  }),
  'table-post-incident-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('POST', path, { as: 'admin', body: {} });
    sameHead(recording, answer, ['location']);
    const id = String(rowOf(answer.body)['sys_id']);
    expect(answer.headers.get('location')).toBe(`${bench.sandbox.url}/api/now/v2/table/incident/${id}`);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    // Exactly the columns of that release, each with its default.
    expect(Object.keys(sent).sort()).toEqual(Object.keys(recorded).sort());
    const ofTheMoment = [
      'sys_id',
      'number',
      'task_effective_number',
      'sys_updated_on',
      'sys_created_on',
      'opened_at',
      'opened_by',
      'sys_domain',
    ];
    sameValues(
      recorded,
      sent,
      Object.keys(recorded).filter((name) => !ofTheMoment.includes(name)),
    );
    expect(sent['number']).toMatch(/^INC\d{7}$/);
    expect(sent['task_effective_number']).toBe(sent['number']);
    expect(asBody(sent['sys_domain'])['link']).toBe(`${bench.sandbox.url}/api/now/v2/table/sys_user_group/global`);
    expect(asBody(sent['opened_by'])).toMatchObject({ value: asBody(recorded['opened_by'])['value'] });
    expect(sent['sys_created_on']).toBe('2023-08-07 10:59:39');
  }, '2023-08-07T10:59:39Z'),
  'table-post-reference-as-object-rec': replayed(async ({ bench, recording }) => {
    const reference = {
      link: 'https://instance.servicenow.com/api/now/table/sys_user/6816f79cc0a8016401c5a33be04be441',
      value: '6816f79cc0a8016401c5a33be04be441',
    };
    const body = { opened_by: reference, requested_for: 'no value', special_instructions: 'no value' };
    const answer = await bench.send('POST', '/api/now/v2/table/sc_request', { as: 'admin', body });
    sameHead(recording, answer, ['location']);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    for (const name of ['opened_by', 'requested_for'])
      expect(asBody(sent[name])['value']).toBe(asBody(recorded[name])['value']);
    expect(asBody(sent['requested_for'])['link']).toBe(`${bench.sandbox.url}/api/now/v2/table/sys_user/no value`);
    sameValues(recorded, sent, ['special_instructions', 'price', 'request_state', 'stage', 'sys_mod_count']);
    sameRow(recorded, sent);
  }),
};

function linkOf(headers: Readonly<Record<string, string | readonly string[]>>, bench: Bench): string {
  return String(headers['Link']).replaceAll(/https:\/\/dev\d+\.service-now\.com/g, bench.sandbox.url);
}

/** PUT is PATCH: a partial change that elevates urgency, recomputes priority and leaves the journal field empty. */
async function putOrPatch(bench: Bench, method: string, body: unknown, recorded: unknown): Promise<void> {
  const row = bench.sandbox.desk.create(
    'incident',
    {
      impact: '1',
      urgency: '3',
      state: '2',
      category: 'hardware',
      short_description: "Can't access Exchange server - is it down?",
    },
    'itil',
  );
  const answer = await bench.send(method, `${path}/${row.id}`, { as: 'admin', body });
  expect(answer.status).toBe(200);
  const [was, is] = [rowOf(recorded), rowOf(answer.body)];
  sameRow(was, is, otherReleases);
  sameValues(was, is, [
    'urgency',
    'impact',
    'priority',
    'state',
    'incident_state',
    'comments',
    'work_notes',
    'comments_and_work_notes',
    'sys_updated_by',
    'short_description',
    'category',
    'active',
  ]);
  expect(asBody(is['assigned_to'])['value']).toBe(asBody(was['assigned_to'])['value']);
  expect(is['sys_mod_count']).toBe('1');
}
