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

async function setStyle(bench: Bench, user: string, time_zone: string, date_format: string): Promise<void> {
  const [row] = await bench.results(`/api/now/table/sys_user?user_name=${user}`, 'admin');
  await bench.result(
    'PATCH',
    `/api/now/table/sys_user/${String(row?.['sys_id'])}`,
    { time_zone, date_format },
    'admin',
  );
}

/** Display values: in the reader's zone, format and words. */
export const displayCases: Readonly<Record<string, Entry>> = {
  'table-patch-comment-display-true-rec': replayed(async ({ bench, recording }) => {
    const resolved = { state: '7', close_code: 'Solution provided', close_notes: 'This incident is resolved.' };
    const row = bench.sandbox.desk.create(
      'incident',
      {
        ...resolved,
        impact: '2',
        urgency: '2',
        contact_type: 'self-service',
        assigned_to: '5137153cc611227c000bbd1bd8cd2007',
        assignment_group: network,
        business_duration: '1970-01-01 08:00:00',
        calendar_duration: '1970-01-02 04:23:17',
        calendar_stc: '102197',
      },
      'employee',
    );
    const answer = await bench.send('PATCH', `/api/now/v2/table/incident/${row.id}?sysparm_display_value=true`, {
      as: 'admin',
      body: recording.request.body,
    });
    sameHead(recording, answer);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    sameRow(recorded, sent);
    // A closed incident took the comment, and the comment alone moved stamp, author and counter of the record.
    sameValues(recorded, sent, [
      'state',
      'incident_state',
      'sys_updated_on',
      'sys_updated_by',
      'impact',
      'urgency',
      'priority',
      'contact_type',
      'calendar_duration',
      'business_duration',
      'calendar_stc',
      'notify',
      'severity',
      'escalation',
      'upon_approval',
      'upon_reject',
      'approval',
      'sla_due',
      'category',
      'sys_class_name',
      'sys_created_by',
      'close_notes',
      'active',
      'sys_domain_path',
    ]);
    expect(sent['sys_mod_count']).toBe('1');
    const newest = '2022-11-04 15:29:20 - System Administrator (Additional comments)\ntest\n\n';
    expect(String(recorded['comments'])).toMatch(new RegExp(`^${newest.replaceAll(/[()]/g, '\\$&')}`));
    expect(sent['comments']).toBe(newest);
    expect(sent['comments_and_work_notes']).toBe(newest);
    expect(Object.keys(asBody(sent['assigned_to'])).toSorted()).toEqual(['display_value', 'link']);
  }, '2022-11-04T22:29:20Z'),
  'table-put-worknote-display-true-rec': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    const answer = await bench.send(
      'PUT',
      `${path}/${row.id}?sysparm_input_display_value=true&sysparm_display_value=true`,
      { as: 'admin', body: recording.request.body },
    );
    sameHead(recording, answer);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    sameValues(recorded, sent, ['work_notes', 'close_code', 'upon_reject', 'sys_updated_on', 'delivery_task']);
    expect(sent['close_code']).toBeNull();
    // Set by its name and resolved.
    expect(asBody(sent['assignment_group'])['display_value']).toBe('Network');
  }, '2017-10-31T05:31:49Z'),
  'table-list-display-true-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create(
      'incident',
      { urgency: '1', impact: '1', short_description: 'Need to add more memory to laptop' },
      'itil',
    );
    bench.sandbox.desk.create(
      'incident',
      {
        urgency: '1',
        impact: '1',
        short_description: 'Rain is leaking on main DNS Server',
        assignment_group: '8a5055c9c61122780043563ef53438e3',
      },
      'itil',
    );
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    for (const [at, row] of rowsOf(recording.response.body).entries()) {
      const sent = rowsOf(answer.body)[at];
      expect(Object.keys(sent ?? {})).toEqual(Object.keys(row));
      sameValues(row, sent, ['short_description', 'priority']);
    }
    expect(rowsOf(answer.body)[0]?.['assignment_group']).toBe('');
    expect(rowsOf(answer.body)[1]?.['assignment_group']).toEqual({
      display_value: 'Hardware',
      link: `${bench.sandbox.url}/api/now/v2/table/sys_user_group/8a5055c9c61122780043563ef53438e3`,
    });
  }),
  'table-list-display-all-state-dates-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create(
      'incident',
      { state: '7', close_code: 'Duplicate', close_notes: 'x', opened_at: '2026-07-05 10:46:48' },
      'itil',
    );
    const answer = await bench.send('GET', recording.request.url, admin);
    sameHead(recording, answer);
    sameBody(recording, answer);
  }, '2026-07-29T06:46:48Z'),
  'table-list-csm-case-display-all-rec': replayed(async ({ bench, recording }) => {
    await setStyle(bench, 'casebridge', 'Europe/Madrid', 'dd/MM/yyyy');
    bench.sandbox.desk.create('sn_customerservice_case', {}, 'itil');
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    sameValues(rowOf(recording.response.body), rowOf(answer.body), ['sys_updated_on', 'parent', 'watch_list']);
    // Without the plug-in the table is not there at all: error-400-invalid-table-rec.
  }, '2025-04-16T15:52:19Z'),
  'table-get-change-display-all-nulls-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create('change_request', { opened_at: '2020-03-20 22:12:50' }, 'admin');
    await setStyle(bench, 'casebridge', 'Europe/Madrid', 'yyyy-MM-dd');
    const answer = await bench.send('GET', `${recording.request.url}&sysparm_exclude_reference_link=true`);
    sameHead(recording, answer);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    // Two choices that are empty display as null; an empty text as text.
    sameValues(recorded, sent, [
      'reason',
      'close_code',
      'state',
      'type',
      'impact',
      'escalation',
      'sys_domain',
      'sla_due',
      'activity_due',
      'sys_class_name',
      'opened_at',
      'opened_by',
      'close_notes',
      'sys_created_by',
    ]);
    const shared = Object.keys(recorded).filter((name) => name in sent);
    expect(shared.length).toBeGreaterThan(60);
    for (const name of shared)
      expect(Object.keys(asBody(sent[name])).toSorted(), name).toEqual(['display_value', 'value']);
  }, '2020-03-20T22:12:50Z'),
  'table-list-change-display-all-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.desk.create('change_request', { reason: 'broken', end_date: '2021-08-02 16:00:00' }, 'admin');
    await setStyle(bench, 'casebridge', 'Europe/Madrid', 'yyyy-MM-dd');
    const answer = await bench.send('GET', recording.request.url.replace('<n>', '1'));
    sameHead(recording, answer);
    const [recorded, sent] = [rowOf(recording.response.body), rowOf(answer.body)];
    sameValues(recorded, sent, [
      'reason',
      'upon_reject',
      'end_date',
      'sys_updated_on',
      'active',
      'impact',
      'watch_list',
      'made_sla',
    ]);
    for (const name of Object.keys(sent)) expect(sent[name], name).not.toHaveProperty('link');
  }, '2021-08-02T09:31:03Z'),
  'table-list-dotwalk-display-doc': replayed(async ({ bench, recording }) => {
    const roles = ['3d43716d0f6002003a2d47bce1050e0d', 'ac73b52d0f6002003a2d47bce1050eec'];
    const names = ['support', 'asset_mgmt'];
    await bench.result(
      'POST',
      '/api/now/table/cmn_department',
      { sys_id: '5b3b13530f58c2003a2d47bce1050e96', name: 'Accounting' },
      'admin',
    );
    await bench.result(
      'POST',
      '/api/now/table/sys_user',
      {
        sys_id: 'f5a3716d0f6002003a2d47bce1050ed4',
        user_name: 'fred',
        name: 'Fred Johnson',
        department: '5b3b13530f58c2003a2d47bce1050e96',
      },
      'admin',
    );
    for (const [at, role] of roles.entries()) {
      await bench.result('POST', '/api/now/table/sys_user_role', { sys_id: role, name: names[at] }, 'admin');
      await bench.result(
        'POST',
        '/api/now/table/sys_user_has_role',
        { role, user: 'f5a3716d0f6002003a2d47bce1050ed4' },
        'admin',
      );
    }
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    const recorded: unknown = JSON.parse(
      JSON.stringify(recording.response.body).replaceAll('https://<instance>.service-now.com', bench.sandbox.url),
    );
    expect(answer.body).toEqual(recorded);
  }),
};
