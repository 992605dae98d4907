/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import { basic, errorOf } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Check, Entry } from './case-table.ts';
import { asError, sameBody, sameHead } from './compare.ts';

const incidentPath = '/api/now/table/incident';
const unknownId = 'ffffffffffffffffffffffffffffffff';

/** The recorded table is of a plug-in; the answer is that of any table. */
const unknownRecord: Check = async ({ bench, recording }) => {
  const answer = await bench.send(recording.request.method, `${incidentPath}/${unknownId}`, { as: 'admin' });
  sameHead(recording, answer);
  sameBody(recording, answer);
};

export const errorCases: Readonly<Record<string, Entry>> = {
  'error-400-invalid-table-rec': replayed(async ({ bench, recording }) => {
    for (const as of ['casebridge', 'employee']) {
      const answer = await bench.send('GET', recording.request.url, { as });
      sameHead(recording, answer);
      sameBody(recording, answer);
    }
  }),
  'error-400-payload-too-large-kb0747638-rec': replayed(async ({ bench, recording }) => {
    // The length alone is enough to be refused: the body itself is never sent.
    const { status, text } = await announce(bench.sandbox.url, 15_105_102);
    expect(status).toBe(recording.response.status_inferred);
    expect(JSON.parse(text)).toEqual(recording.response.body);
  }),
  'error-401-bad-credentials-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('GET', incidentPath, {
      as: null,
      headers: { Authorization: basic('admin', 'wrong') },
    });
    sameHead(recording, answer);
    sameBody(recording, answer);
    expect(answer.headers.get('x-is-logged-in')).toBeNull();
  }),
  'error-401-no-credentials-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('GET', `${incidentPath}?sysparm_limit=1`, { as: null, headers: { Accept: '*/*' } });
    sameHead(recording, answer);
    sameBody(recording, answer);
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('x-is-logged-in')).toBeNull();
  }),
  'error-403-acl-insert-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.rights.change('casebridge', { denied: { sc_request: ['create'] } });
    const answer = await bench.send('POST', '/api/now/table/sc_request', { body: { short_description: 'a laptop' } });
    sameHead(recording, answer);
    sameBody(recording, answer);
    // Insert and update are separate: the same account may change a row.
    const row = bench.sandbox.desk.create('sc_request', {}, 'itil');
    expect(
      (await bench.send('PATCH', `/api/now/table/sc_request/${row.id}`, { body: { description: 'x' } })).status,
    ).toBe(200);
  }),
  'error-403-acl-update-rec': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    bench.sandbox.rights.change('casebridge', { denied: { task: ['write'] } });
    const answer = await bench.send('PATCH', `${incidentPath}/${row.id}`, { body: { urgency: '1' } });
    sameHead(recording, answer);
    sameBody(recording, answer);
    expect(bench.sandbox.desk.row('incident', row.id)?.fields['sys_mod_count']).toBe('0');
  }),
  'error-403-api-acl-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.rights.change('casebridge', { batch: false });
    const answer = await bench.send('POST', '/api/now/v1/batch', {
      body: { batch_request_id: '1', rest_requests: [] },
    });
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'error-403-business-rule-rec': replayed(async ({ bench, recording }) => {
    const change = bench.sandbox.desk.create('change_request', {}, 'itil');
    const answer = await bench.send('PATCH', `/api/now/table/change_request/${change.id}`, { body: { state: '3' } });
    sameHead(recording, answer);
    expect(errorOf(answer)['message']).toBe(asError(recording)['message']);
    // Another rule of another table, in the same sentence.
    const sentence =
      /^Operation against file '(\w+)' was aborted by Business Rule '(.+)\^[0-9a-f]+'\. Business Rule Stack:\2$/;
    expect(String(asError(recording)['detail'])).toMatch(sentence);
    expect(String(errorOf(answer)['detail'])).toMatch(sentence);
  }),
  'error-403-data-policy-bad-close-code-rec': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    const answer = await bench.send('PATCH', `${incidentPath}/${row.id}`, {
      body: { state: '6', close_code: 'Solved (Permanently)', close_notes: 'done' },
    });
    sameHead(recording, answer);
    expect(String(errorOf(answer)['detail']).replaceAll(/\s+/g, ' ')).toBe(recording.response.body_excerpt);
    const good = await bench.send('PATCH', `${incidentPath}/${row.id}`, {
      body: { state: '6', close_code: 'Solution provided', close_notes: 'done' },
    });
    expect(good.status).toBe(200);
  }),
  'error-403-data-policy-resolve-rec': replayed(async ({ bench, recording }) => {
    const row = bench.sandbox.desk.create('incident', {}, 'itil');
    const answer = await bench.send('PATCH', `${incidentPath}/${row.id}`, { body: recording.request.body });
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'error-403-insufficient-rights-query-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('GET', recording.request.url, { as: 'itil' });
    sameHead(recording, answer);
    sameBody(recording, answer);
    const stripped = await bench.results('/api/now/table/sys_choice?sysparm_limit=1', 'itil');
    expect(Object.keys(stripped[0] ?? {})).toContain('label');
    for (const name of ['name', 'element', 'value']) expect(Object.keys(stripped[0] ?? {})).not.toContain(name);
  }),
  'error-403-oauth-client-securely-scoped-rec': replayed(async ({ bench, recording }) => {
    const { clientId, clientSecret, username, password } = bench.sandbox.account;
    const token = await bench.token({
      grant_type: 'password',
      client_id: clientId,
      client_secret: clientSecret,
      username,
      password,
    });
    const bearer = { Authorization: `Bearer ${String(JSON.parse(token.text).access_token)}` };
    bench.sandbox.rights.scope(['GET table']);
    expect((await bench.send('GET', incidentPath, { as: null, headers: bearer })).status).toBe(200);
    const answer = await bench.send('POST', incidentPath, { as: null, headers: bearer, body: {} });
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'error-404-delete-unknown-sys-id-rec': replayed(unknownRecord),
  'error-404-get-unknown-sys-id-rec': replayed(unknownRecord),
  'error-406-octet-stream-only-rec': replayed(async ({ bench, recording }) => {
    // The mirror image: that endpoint offers bytes alone, this one JSON alone.
    const answer = await bench.send('GET', incidentPath, { headers: { Accept: 'application/octet-stream' } });
    sameHead(recording, answer);
    expect(answer.text).toContain(recording.response.body_excerpt?.replace('octet-stream', 'json'));
  }),
  'error-414-url-too-long-rec': replayed(async ({ bench, recording }) => {
    const ids = (count: number): string =>
      `${incidentPath}?sysparm_limit=1&sysparm_query=sys_idIN${Array.from({ length: count }, () => unknownId).join(',')}`;
    const tooLong = await bench.send('GET', ids(250));
    sameHead(recording, tooLong);
    expect(tooLong.headers.get('content-type')).toContain('text/html');
    const fits = ids(245);
    expect((bench.sandbox.url + fits).length).toBeLessThanOrEqual(8192);
    expect((await bench.send('GET', fits)).status).toBe(200);
  }),
  'error-429-rate-limit-doc': replayed(async ({ bench, recording }) => {
    bench.sandbox.properties.hourlyLimit = 100;
    for (let at = 0; at < 100; at += 1)
      expect((await bench.send('GET', `${incidentPath}?sysparm_limit=1`)).status).toBe(200);
    const answer = await bench.send('GET', incidentPath);
    expect(answer.status).toBe(recording.response.status);
    sameBody(recording, answer);
    for (const name of Object.keys(recording.response.headers))
      expect(answer.headers.get(name), name).toMatch(/^[0-9a-f]+$/);
  }),
  'error-500-insert-committed-rec': replayed(async ({ bench, recording }) => {
    bench.sandbox.faults.add({ kind: 'error-after', method: 'POST', times: 1 });
    const answer = await bench.send('POST', incidentPath, { body: { correlation_id: '500000000000001AAA' } });
    sameHead(recording, answer);
    expect(answer.text).toContain(recording.response.body_excerpt);
    // The insert stands all the same.
    expect(bench.sandbox.desk.find('incident', 'correlation_id', '500000000000001AAA')).not.toBeNull();
  }),
};

function announce(url: string, length: number): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${url}${incidentPath}`,
      {
        method: 'POST',
        headers: {
          Authorization: basic('admin', 'admin-password'),
          'Content-Type': 'application/json',
          'Content-Length': length,
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => {
          sent.destroy();
          resolve({ status: answer.statusCode, text });
        });
      },
    );
    sent.on('error', reject);
    sent.write('{');
  });
}
