/* oxlint-disable vitest/no-standalone-expect -- the checks run inside the tests of servicenow-sandbox.test.ts */
import { expect } from 'vitest';
import type { Answer, Bench } from '../../sandbox/servicenow/client.ts';
import { asBody, member } from '../../sandbox/servicenow/client.ts';
import { replayed } from './case-table.ts';
import type { Entry } from './case-table.ts';
import { rowOf, rowsOf, sameBody, sameHead, sameRow, sameValues } from './compare.ts';

const bytes = 'file=data%3Aimage%2Fpng%3Bbase64%2CiVBORw0KGgo';

interface Upload {
  readonly name?: string;
  readonly type?: string;
}

async function upload(
  bench: Bench,
  { name = 'test', type = 'application/json' }: Upload = {},
): Promise<{ answer: Answer; id: string; parent: string }> {
  const incident = bench.sandbox.desk.create('incident', { short_description: 'with a file' }, 'itil');
  const answer = await bench.send(
    'POST',
    `/api/now/attachment/file?table_name=incident&table_sys_id=${incident.id}&file_name=${name}`,
    {
      as: 'admin',
      body: bytes,
      headers: { 'Content-Type': type },
    },
  );
  return { answer, id: String(rowOf(answer.body)['sys_id']), parent: incident.id };
}

/** Lets the scan finish: files are `pending` for a moment. */
function settle(bench: Bench): void {
  bench.sandbox.properties.attachmentScanMs = 0;
}

export const attachmentCases: Readonly<Record<string, Entry>> = {
  'attachment-delete-doc': replayed(async ({ bench, recording }) => {
    const { id } = await upload(bench);
    const answer = await bench.send('DELETE', `/api/now/attachment/${id}`, { as: 'admin' });
    sameHead(recording, answer);
    expect(answer.text).toBe('');
  }),
  'attachment-download-rec': replayed(async ({ bench, recording }) => {
    const { id } = await upload(bench);
    settle(bench);
    const answer = await bench.send('GET', `/api/now/attachment/${id}/file`, { as: 'admin' });
    sameHead(recording, answer, ['x-attachment-metadata']);
    expect(answer.text).toBe(bytes);
    const recorded: unknown = JSON.parse(String(recording.response.headers['x-attachment-metadata']));
    const sent: unknown = JSON.parse(answer.headers.get('x-attachment-metadata') ?? '');
    expect(Object.keys(asBody(sent)).sort()).toEqual(Object.keys(asBody(recorded)).sort());
    sameValues(recorded, sent, [
      'state',
      'sys_mod_count',
      'sys_updated_by',
      'sys_created_by',
      'file_name',
      'content_type',
      'chunk_size_bytes',
      'compressed',
      'table_name',
    ]);
  }),
  'attachment-get-doc': replayed(async ({ bench, recording }) => {
    const { id } = await upload(bench);
    const answer = await bench.send('GET', `/api/now/attachment/${id}`, { as: 'admin' });
    sameHead(recording, answer);
    sameRow(rowOf(recording.response.body), rowOf(answer.body));
    expect(rowOf(answer.body)['download_link']).toBe(`${bench.sandbox.url}/api/now/attachment/${id}/file`);
  }),
  'attachment-list-doc': replayed(async ({ bench, recording }) => {
    await upload(bench);
    await upload(bench);
    const answer = await bench.send('GET', '/api/now/attachment?sysparm_limit=1', { as: 'admin' });
    sameHead(recording, answer);
    expect(rowsOf(answer.body)).toHaveLength(1);
    sameRow(rowOf(recording.response.body), rowOf(answer.body));
  }),
  'attachment-list-empty-rec': replayed(async ({ bench, recording }) => {
    const answer = await bench.send('GET', recording.request.url);
    sameHead(recording, answer);
    sameBody(recording, answer);
  }),
  'attachment-list-incident-rec': replayed(async ({ bench, recording }) => {
    const { parent } = await upload(bench, { name: 'testtattatxt', type: 'text/plain (.txt)' });
    settle(bench);
    const answer = await bench.send('GET', `/api/now/attachment?sysparm_query=table_sys_id=${parent}`);
    sameHead(recording, answer);
    expect(Object.keys(rowOf(answer.body)).sort()).toEqual(Object.keys(rowOf(recording.response.body)).sort());
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'file_name',
      'content_type',
      'state',
      'sys_mod_count',
      'sys_updated_by',
      'compressed',
      'chunk_size_bytes',
      'table_name',
      'image_width',
    ]);
  }),
  'attachment-list-rec': replayed(async ({ bench, recording }) => {
    // Two files of one name: duplicates are allowed.
    await upload(bench);
    await upload(bench);
    settle(bench);
    const answer = await bench.send('GET', '/api/now/attachment?sysparm_query=table_name=incident', { as: 'admin' });
    sameHead(recording, answer);
    expect(answer.headers.get('link')).toBeNull();
    for (const [at, row] of rowsOf(recording.response.body).entries()) {
      sameRow(row, rowsOf(answer.body)[at]);
      sameValues(row, rowsOf(answer.body)[at], [
        'file_name',
        'state',
        'sys_mod_count',
        'sys_updated_by',
        'sys_created_by',
      ]);
    }
  }),
  'attachment-patch-rename-doc': replayed(async ({ bench, recording }) => {
    const { id } = await upload(bench);
    const answer = await bench.send('PATCH', `/api/now/attachment/${id}`, {
      as: 'admin',
      body: recording.request.body,
    });
    sameHead(recording, answer);
    expect(answer.text).toBe('');
    expect(await bench.result('GET', `/api/now/attachment/${id}`)).toMatchObject({ file_name: 'new_attachment_name' });
  }),
  'attachment-post-file-doc': replayed(async ({ bench, recording }) => {
    const { answer, id } = await upload(bench, { name: 'Issue_screenshot', type: 'image/jpeg' });
    sameHead(recording, answer, ['location']);
    expect(answer.headers.get('location')).toContain(id);
    sameRow(rowOf(recording.response.body), rowOf(answer.body));
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'file_name',
      'content_type',
      'sys_mod_count',
      'sys_created_by',
      'table_name',
      'compressed',
    ]);
  }),
  'attachment-post-file-rec': replayed(async ({ bench, recording }) => {
    const { answer, id } = await upload(bench);
    sameHead(recording, answer, ['location']);
    expect(answer.headers.get('location')).toBe(`${bench.sandbox.url}/api/now/attachment/${id}/file`);
    expect(Object.keys(rowOf(answer.body)).sort()).toEqual(Object.keys(rowOf(recording.response.body)).sort());
    sameValues(rowOf(recording.response.body), rowOf(answer.body), [
      'state',
      'sys_mod_count',
      'sys_updated_by',
      'file_name',
      'content_type',
      'table_name',
      'chunk_size_bytes',
    ]);
    expect(rowOf(answer.body)['hash']).toMatch(/^[0-9a-f]{64}$/);
  }),
  'attachment-post-upload-multipart-doc': replayed(async ({ bench, recording }) => {
    const incident = bench.sandbox.desk.create('incident', {}, 'itil');
    const form = new FormData();
    form.set('table_name', 'incident');
    form.set('table_sys_id', incident.id);
    form.set('uploadFile', new Blob(['picture'], { type: 'image/jpeg' }), 'banner-CS0001345_v1_1.jpeg');
    const raw = await fetch(`${bench.sandbox.url}/api/now/attachment/upload`, {
      method: 'POST',
      body: form,
      headers: {
        Accept: 'application/json',
        Authorization: `Basic ${Buffer.from('admin:admin-password').toString('base64')}`,
      },
    });
    expect(raw.status).toBe(recording.response.status);
    expect(raw.headers.get('location')).toMatch(/\/api\/now\/attachment\/[0-9a-f]{32}\/file$/);
    const row = member(await raw.json(), 'result');
    sameRow(rowOf(recording.response.body), row);
    sameValues(rowOf(recording.response.body), row, ['file_name', 'content_type', 'table_name', 'sys_mod_count']);
  }),
};
