import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asBody, startBench } from './client.ts';
import type { Answer, Bench } from './client.ts';

const path = '/api/now/table/incident';

describe('attachments of the local ServiceNow', () => {
  const upload = (
    bench: Bench,
    parent: string,
    name: string,
    content: Uint8Array,
    as = 'casebridge',
  ): Promise<Answer> =>
    bench.send(
      'POST',
      `/api/now/attachment/file?table_name=incident&table_sys_id=${parent}&file_name=${encodeURIComponent(name)}`,
      { as, body: content, headers: { 'Content-Type': 'image/png' } },
    );

  it('keeps bytes as they came, under any name, pending for a second', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    await using bench = await startBench({ now: () => now });
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    const bytes = new Uint8Array([0, 255, 128, 13, 10, 0]);
    const made = asBody(asBody((await upload(bench, id, 'Bericht "ü" 1.png', bytes)).body)['result']);
    expect(made).toMatchObject({
      state: 'pending',
      size_bytes: '6',
      content_type: 'image/png',
      sys_created_by: 'casebridge',
    });
    now += 1000;
    expect(await bench.results(`/api/now/attachment?sysparm_query=table_sys_id=${id}^state=available`)).toMatchObject([
      { sys_mod_count: '1', sys_updated_by: 'system' },
    ]);
    const url = `${bench.sandbox.url}/api/now/v1/attachment/${String(made['sys_id'])}/file`;
    const file = await fetch(url, {
      headers: { Authorization: `Basic ${Buffer.from('casebridge:casebridge-password').toString('base64')}` },
    });
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''Bericht%20%22%C3%BC%22%201.png");
  });

  it('refuses a missing parameter, a missing record, a forbidden ending and a caller without rights', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    const bytes = new Uint8Array([1]);
    expect((await upload(bench, id, '', bytes)).status).toBe(400);
    expect((await upload(bench, 'f'.repeat(32), 'a.png', bytes)).status).toBe(404);
    bench.sandbox.properties.forbiddenExtensions = ['exe'];
    const refused = await upload(bench, id, 'a.EXE', bytes);
    expect([refused.status >= 400, refused.status < 500]).toEqual([true, true]);
    bench.sandbox.rights.change('casebridge', { denied: { incident: ['write'] } });
    expect((await upload(bench, id, 'a.png', bytes)).status).toBe(403);
    expect(bench.sandbox.desk.rows('sys_attachment')).toEqual([]);
  });
});

describe('the batch and the aggregates of the local ServiceNow', () => {
  it('hands back by id what the quota left over', async () => {
    await using bench = await startBench();
    bench.sandbox.properties.batchItems = 2;
    const rest_requests = ['a', 'b', 'c', 'd'].map((id) => ({
      id,
      method: 'GET',
      url: `${path}?sysparm_limit=1`,
      headers: [],
    }));
    const answer = await bench.send('POST', '/api/now/v1/batch', { body: { batch_request_id: 7, rest_requests } });
    expect(answer.body).toMatchObject({
      batch_request_id: '7',
      serviced_requests: [{ id: 'a' }, { id: 'b' }],
      unserviced_requests: ['c', 'd'],
    });
  });

  it('cuts a batch off after thirty seconds of simulated time', async () => {
    await using bench = await startBench();
    bench.sandbox.properties.itemMs = (method) => (method === 'GET' ? 9_000 : 0);
    const rest_requests = ['a', 'b', 'c', 'd'].map((id) => ({ id, method: 'GET', url: `${path}?sysparm_limit=1` }));
    const body = { batch_request_id: '1', rest_requests };
    const answer = await bench.send('POST', '/api/now/v1/batch', { body });
    expect(answer.body).toMatchObject({
      serviced_requests: [{ id: 'a' }, { id: 'b' }, { id: 'c', execution_time: expect.any(Number) }],
      unserviced_requests: ['d'],
    });
    const [first] = (answer.body as { serviced_requests: { execution_time: number }[] }).serviced_requests;
    expect(first?.execution_time).toBeGreaterThanOrEqual(9_000);
  });

  it('turns away with 429 and no headers of a rule whom neither a thread nor the queue has room for', async () => {
    await using bench = await startBench();
    Object.assign(bench.sandbox.properties, { threads: 0, threadQueue: 0 });
    const answer = await bench.send('GET', path);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('x-ratelimit-limit')).toBeNull();
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  it('does not let one failing item fail the rest, and needs the versioned path', async () => {
    await using bench = await startBench();
    const rest_requests = [
      { id: '1', method: 'GET', url: '/api/now/table/nope', headers: [] },
      { id: '2', method: 'GET', url: path, headers: [] },
    ];
    const body = { batch_request_id: '1', rest_requests };
    const answer = await bench.send('POST', '/api/now/v1/batch', { body });
    expect(answer.body).toMatchObject({
      serviced_requests: [{ status_code: 400, status_text: 'Bad Request' }, { status_code: 200 }],
    });
    expect((await bench.send('POST', '/api/now/batch', { body })).status).toBe(400);
  });

  it('groups, keeps what a condition allows, and tells the latest change', async () => {
    let now = Date.parse('2026-05-01T08:00:00Z');
    await using bench = await startBench({ now: () => now });
    for (const urgency of ['1', '1', '3']) {
      now += 1000;
      bench.sandbox.desk.create('incident', { urgency, impact: '1' }, 'itil');
    }
    const stats = await bench.result(
      'GET',
      '/api/now/stats/incident?sysparm_count=true&sysparm_max_fields=sys_updated_on&sysparm_query=active=true',
    );
    expect(stats).toEqual({ stats: { count: '3', max: { sys_updated_on: '2026-05-01 08:00:03' } } });
    const groups = await bench.results(
      '/api/now/stats/incident?sysparm_count=true&sysparm_group_by=urgency&sysparm_display_value=all&sysparm_having=count^urgency^>^1',
    );
    expect(groups).toEqual([
      { stats: { count: '2' }, groupby_fields: [{ display_value: '1 - High', value: '1', field: 'urgency' }] },
    ]);
    const none = await bench.result('GET', '/api/now/stats/incident?sysparm_count=true&sysparm_query=state=8');
    expect(none).toEqual({ stats: { count: '0' } });
  });
});

describe('the pages of the local ServiceNow', () => {
  const post = (bench: Bench, at: string, form: Record<string, string>): Promise<Response> =>
    fetch(bench.sandbox.url + at, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

  it('lists tickets and shows one, with whatever people wrote made harmless', async () => {
    await using bench = await startBench();
    const nasty = `<script>alert("x")</script> & 'more'`;
    const { id, number } = bench.sandbox.desk.create(
      'incident',
      { short_description: nasty, description: `</textarea>${nasty}`, comments: nasty },
      'itil',
    );
    for (const at of ['/', `/ticket/incident/${id}`, `/?q=${encodeURIComponent('<script>')}`]) {
      const page = await bench.send('GET', at, { as: null });
      expect(page.status).toBe(200);
      expect(page.text).toContain(number);
      expect(page.text).toContain('&lt;script&gt;alert(&quot;x&quot;)');
      expect(page.text).not.toContain('<script');
    }
    expect((await bench.send('GET', '/ticket/incident/nope', { as: null })).status).toBe(404);
    expect(bench.sandbox.calls().every((call) => !call.counted)).toBe(true);
  });

  it('lets a person edit, comment, note and attach, by the rules of the desk', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    const at = `/ticket/incident/${id}`;
    expect((await post(bench, `${at}/edit`, { urgency: '1' })).status).toBe(303);
    await post(bench, `${at}/comment`, { channel: 'public', text: 'to the customer' });
    await post(bench, `${at}/comment`, { channel: 'internal', text: 'among us' });
    const file = new FormData();
    file.set('file', new Blob(['content'], { type: 'text/plain' }), 'a.txt');
    await fetch(`${bench.sandbox.url}${at}/attach`, { method: 'POST', body: file });
    expect(bench.sandbox.desk.row('incident', id)?.fields).toMatchObject({
      urgency: '1',
      sys_updated_by: 'beth.anglin',
      sys_mod_count: '3',
    });
    const page = await bench.send('GET', at, { as: null });
    for (const words of ['to the customer', 'among us', 'a.txt', 'Beth Anglin']) expect(page.text).toContain(words);
    const refused = await post(bench, `${at}/edit`, { state: '6' });
    expect(await refused.text()).toContain('The following fields are mandatory: Resolution code, Close notes');
  });
});

describe('the state file of the local ServiceNow', () => {
  it('brings rows, journals, files, tokens, numbers and the key back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'servicenow-sandbox-'));
    const stateFile = join(folder, 'state.json');
    const first = await startBench({ stateFile });
    const { clientId, clientSecret, username, password } = first.sandbox.account;
    const token = asBody(
      (
        await first.token({
          grant_type: 'password',
          client_id: clientId,
          client_secret: clientSecret,
          username,
          password,
        })
      ).body,
    );
    const { id } = first.sandbox.desk.create('incident', { short_description: 'kept', comments: 'said' }, 'itil');
    const made = await first.send(
      'POST',
      `/api/now/attachment/file?table_name=incident&table_sys_id=${id}&file_name=a`,
      { body: 'bytes', headers: { 'Content-Type': 'text/plain' } },
    );
    const key = first.sandbox.account.privateKey;
    await first.sandbox.stop();
    const second = await startBench({ stateFile });
    const headers = { Authorization: `Bearer ${String(token['access_token'])}` };
    const shown = await second.send('GET', `${path}/${id}?sysparm_display_value=true`, { as: null, headers });
    expect(shown.text).toContain('kept');
    expect(shown.text).toContain('said');
    const file = String(asBody(asBody(made.body)['result'])['sys_id']);
    expect((await second.send('GET', `/api/now/attachment/${file}/file`)).text).toBe('bytes');
    expect(second.sandbox.account.privateKey).toBe(key);
    expect(second.sandbox.desk.create('incident', {}, 'itil').number).toBe('INC0010002');
    await second.sandbox.stop();
    await rm(folder, { recursive: true });
  });
});
