import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asBody, errorCode, readAnswer, startBench } from './bench.ts';
import type { Bench } from './bench.ts';

describe('a person at the desk', () => {
  it('edits under their own name, and leaves the owner alone', async () => {
    await using bench = await startBench();
    const { desk } = bench.sandbox;
    const made = desk.create('Case', { Subject: 'a', IsEscalated: 'true' }, 'ada@sandbox.example');
    bench.clock.ms += 2000;
    desk.edit('Case', made.id, { Status: 'Working' }, 'Nora Newcomer');
    desk.comment('Case', made.id, 'hello', 'public', 'ada');
    const [row] = await bench.query(
      'SELECT CreatedBy.Name, LastModifiedBy.Name, Owner.Name, IsEscalated, LastModifiedDate FROM Case',
    );
    expect(row).toMatchObject({
      CreatedBy: { Name: 'Ada Okafor' },
      LastModifiedBy: { Name: 'Nora Newcomer' },
      Owner: { Name: 'Ada Okafor' },
      IsEscalated: true,
      LastModifiedDate: '2026-11-25T12:00:02.000+0000',
    });
    expect(await bench.query('SELECT CommentBody, IsPublished FROM CaseComment')).toMatchObject([
      { CommentBody: 'hello', IsPublished: true },
    ]);
    expect(desk.find('Case', 'CaseNumber', '00001001')?.id).toBe(made.id);
    desk.remove('Case', made.id, 'ada');
    expect([desk.row('Case', made.id), desk.rows('Case')]).toEqual([null, []]);
  });

  it('is held to validation rules and to what the page offers', async () => {
    await using bench = await startBench();
    const { desk, validation } = bench.sandbox;
    validation.add({ name: 'no', object: 'Case', message: 'Say more', refuses: (row) => row['Subject'] === null });
    expect(() => desk.create('Case', {}, 'ada')).toThrow('FIELD_CUSTOM_VALIDATION_EXCEPTION: Say more');
    expect(() => desk.create('Case', { Subject: 'a', Status: 'On Hold' }, 'ada')).toThrow(
      'bad value for restricted picklist',
    );
  });

  it('is one person, however often and by whichever name they come', async () => {
    await using bench = await startBench();
    const { desk } = bench.sandbox;
    const { id } = desk.create('Case', {}, 'dana.support');
    for (const by of ['dana.support', 'Dana Support', 'dana.support@sandbox.example', 'dana'])
      desk.edit('Case', id, { Subject: by }, by);
    expect(await bench.query("SELECT Username FROM User WHERE Name = 'Dana Support'")).toEqual([
      expect.objectContaining({ Username: 'dana.support@sandbox.example' }),
    ]);
    expect(await bench.query('SELECT Id FROM User')).toHaveLength(4);
  });

  it('may or may not move a Case’s stamp by a comment', async () => {
    await using bench = await startBench();
    const stamp = async () => (await bench.query('SELECT SystemModstamp FROM Case'))[0]?.['SystemModstamp'];
    const { id } = bench.sandbox.desk.create('Case', {}, 'ada');
    const before = await stamp();
    bench.clock.ms += 5000;
    bench.sandbox.desk.comment('Case', id, 'a', 'internal', 'ada');
    expect(await stamp()).toBe(before);
    bench.sandbox.settings.commentTouchesCase = true;
    bench.sandbox.desk.comment('Case', id, 'b', 'internal', 'ada');
    expect(await stamp()).not.toBe(before);
  });
});

describe('rights of the integration user', () => {
  it('hide a field from describe, queries and writes', async () => {
    await using bench = await startBench();
    bench.sandbox.rights.hideField('Case', 'Priority');
    expect((await bench.send('GET', 'sobjects/Case/describe')).text).not.toContain('"name":"Priority"');
    expect(errorCode(await bench.send('GET', 'query?q=SELECT+Priority+FROM+Case'))).toBe('INVALID_FIELD');
    expect(errorCode(await bench.send('POST', 'sobjects/Case', { body: { Priority: 'Low' } }))).toBe('INVALID_FIELD');
    bench.sandbox.rights.restore();
    expect((await bench.send('POST', 'sobjects/Case', { body: { Priority: 'Low' } })).status).toBe(201);
  });

  it('make a field or an object read-only, hide an object or a record', async () => {
    await using bench = await startBench();
    const { rights } = bench.sandbox;
    const id = await bench.create('Case', {});
    rights.readOnlyField('Case', 'Subject');
    expect(errorCode(await bench.send('PATCH', `sobjects/Case/${id}`, { body: { Subject: 'a' } }))).toBe(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    );
    rights.readOnlyObject('CaseComment');
    const comment = await bench.send('POST', 'sobjects/CaseComment', { body: { ParentId: id, CommentBody: 'a' } });
    expect(errorCode(comment)).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
    rights.hideObject('Account');
    expect(errorCode(await bench.send('GET', 'query?q=SELECT+Id+FROM+Account'))).toBe('INVALID_TYPE');
    expect((await bench.send('GET', 'sobjects/Account/describe')).status).toBe(404);
    rights.hideRecord(id);
    expect(await bench.query('SELECT Id FROM Case')).toEqual([]);
    expect((await bench.send('GET', `sobjects/Case/${id}`)).status).toBe(404);
  });
});

/** Bytes that no text survives. */
const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 200, 10]);

async function upload(bench: Bench, parts: readonly (readonly [string, string | Blob, string?])[]) {
  const form = new FormData();
  for (const [name, part, file] of parts) {
    if (typeof part === 'string') form.append(name, part);
    else form.append(name, part, file ?? 'file');
  }
  const url = `${bench.sandbox.url}/services/data/v66.0/sobjects/ContentVersion`;
  return readAnswer(
    await fetch(url, { method: 'POST', body: form, headers: { authorization: `Bearer ${bench.token}` } }),
  );
}

describe('files', () => {
  it('come as base64 or as multipart in either order, and go out byte for byte', async () => {
    await using bench = await startBench();
    const FirstPublishLocationId = await bench.create('Case', {});
    const meta = { PathOnClient: 'C:\\shots\\Screen One.PNG', FirstPublishLocationId };
    const json = ['entity_content', JSON.stringify(meta)] as const;
    const data = ['VersionData', new Blob([bytes]), 'Screen One.PNG'] as const;
    const answers = [await upload(bench, [json, data]), await upload(bench, [data, json])];
    const ids = [await bench.create('ContentVersion', { ...meta, VersionData: bytes.toString('base64') })];
    ids.push(...answers.map((answer) => String(asBody(answer.body)['id'])));
    for (const id of ids) {
      const row = await bench.get(`sobjects/ContentVersion/${id}`);
      expect(row).toMatchObject({
        Title: 'Screen One',
        FileExtension: 'png',
        ContentSize: bytes.length,
        VersionNumber: '1',
      });
      const headers = { authorization: `Bearer ${bench.token}` };
      const raw = await fetch(bench.sandbox.url + String(row['VersionData']), { headers });
      expect(Buffer.from(await raw.arrayBuffer())).toEqual(bytes);
    }
    const soql = `SELECT ContentDocument.Title, Visibility, ShareType FROM ContentDocumentLink WHERE LinkedEntityId = '${FirstPublishLocationId}'`;
    expect(await bench.query(soql)).toMatchObject([
      { ContentDocument: { Title: 'Screen One' }, Visibility: 'AllUsers' },
      {},
      {},
    ]);
  });

  it('take the trailing semicolon of the guide’s own multipart example', async () => {
    await using bench = await startBench();
    const body = [
      '--line',
      'Content-Disposition: form-data; name="entity_content";',
      'Content-Type: application/json',
      '',
      '{"PathOnClient":"a.txt"}',
      '--line',
      'Content-Disposition: form-data; name="VersionData"; filename="a.txt"',
      'Content-Type: application/octet-stream',
      '',
      'hello',
      '--line--',
      '',
    ].join('\r\n');
    const answer = await bench.send('POST', 'sobjects/ContentVersion', {
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=line' },
    });
    expect(answer.status).toBe(201);
  });

  it('can be linked for staff only, and have a second version', async () => {
    await using bench = await startBench();
    const caseId = await bench.create('Case', {});
    const first = await bench.create('ContentVersion', { PathOnClient: 'a.txt', VersionData: 'YQ==' });
    const { ContentDocumentId } = await bench.get(`sobjects/ContentVersion/${first}`);
    const link = { ContentDocumentId, LinkedEntityId: caseId, ShareType: 'V', Visibility: 'InternalUsers' };
    await bench.create('ContentDocumentLink', link);
    await bench.create('ContentVersion', { PathOnClient: 'b.txt', VersionData: 'YmI=', ContentDocumentId });
    expect(
      await bench.query('SELECT VersionNumber, IsLatest FROM ContentVersion ORDER BY VersionNumber'),
    ).toMatchObject([
      { VersionNumber: '1', IsLatest: false },
      { VersionNumber: '2', IsLatest: true },
    ]);
    expect(await bench.query('SELECT Title, ContentSize FROM ContentDocument')).toMatchObject([
      { Title: 'b', ContentSize: 2 },
    ]);
  });
});

describe('the pages', () => {
  it('list, show, edit and comment, with every value escaped', async () => {
    await using bench = await startBench();
    const { desk, url } = bench.sandbox;
    const { id } = desk.create('Case', { Subject: '<script>alert(1)</script>' }, 'ada');
    const by = bench.sandbox.known.integrationUser;
    const text = async (path: string) => (await fetch(url + path)).text();
    const post = (path: string, fields: Record<string, string>) =>
      fetch(`${url}/cases/${id}/${path}`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    expect(await text('/')).toContain('&lt;script&gt;');
    expect((await post('edit', { by, Subject: 'plain', Status: 'Working' })).status).toBe(303);
    await post('comments', { by, body: 'for <all>', published: 'on' });
    await post('comments', { by, body: 'for us' });
    const form = new FormData();
    form.append('by', by);
    form.append('file', new Blob([bytes]), 'shot.png');
    await fetch(`${url}/cases/${id}/files`, { method: 'POST', body: form });
    const shown = await text(`/cases/${id}`);
    for (const part of ['plain', 'for &lt;all&gt;', 'published', 'internal', 'shot.png', `${bytes.length} bytes`])
      expect(shown).toContain(part);
    expect(await text('/')).not.toContain('<script>');
    const refused = await post('edit', { by, Subject: 'x'.repeat(256) });
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('data value too large')]);
    expect((await fetch(`${url}/cases/500SB0999999999YAA`)).status).toBe(404);
  });
});

describe('the state file', () => {
  it('brings back rows, files, numbers, keys and sessions', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'salesforce-'));
    const stateFile = join(folder, 'state.json');
    try {
      const first = await startBench({ stateFile });
      const id = await first.create('Case', { Subject: 'kept', ServiceNow_Id__c: 'abc' });
      await first.create('ContentVersion', { PathOnClient: 'a.txt', VersionData: 'YQ==' });
      await first.sandbox.stop();
      await using second = await startBench({ stateFile });
      expect(second.sandbox.account.privateKey).toBe(first.sandbox.account.privateKey);
      expect(
        (await second.send('GET', `sobjects/Case/ServiceNow_Id__c/abc`, { token: first.token })).body,
      ).toMatchObject({ Id: id });
      expect(await second.create('Case', {})).not.toBe(id);
      expect((await second.query('SELECT CaseNumber FROM Case ORDER BY CaseNumber')).at(-1)).toMatchObject({
        CaseNumber: '00001002',
      });
      const [file] = await second.query('SELECT VersionData FROM ContentVersion');
      expect((await second.send('GET', String(file?.['VersionData']))).text).toBe('a');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
