import { describe, expect, it } from 'vitest';
import { checkCharacters, id18 } from '../../../src/sandbox/salesforce/ids.ts';
import { asBody, errorCode, noAssignment, startBench } from './bench.ts';

describe('record ids', () => {
  it('carry check characters that restore the case of their letters', () => {
    // A Case id of a real org (recording query-case-page).
    expect(checkCharacters('500dM00003F2OMj')).toBe('QAN');
    expect(id18('500DM00003F2OMJQAN')).toBe('500dM00003F2OMjQAN');
    expect(id18('500dM00003F2OMjBAA')).toBeNull();
  });
});

describe('records of the local Salesforce', () => {
  it('take object and field names in any case, and ids of both forms', async () => {
    await using bench = await startBench();
    const made = await bench.send('POST', 'sobjects/case', { body: { subject: ' Hello ', DESCRIPTION: '' } });
    const id = String(asBody(made.body)['id']);
    expect(await bench.get(`sobjects/CASE/${id.slice(0, 15)}?fields=SUBJECT,Description,CaseNumber`)).toEqual({
      attributes: { type: 'Case', url: `/services/data/v66.0/sobjects/Case/${id}` },
      Id: id,
      Subject: 'Hello',
      Description: null,
      CaseNumber: '00001001',
    });
  });

  it('go to the default owner on create and update unless the request says FALSE', async () => {
    await using bench = await startBench();
    const ownerOf = async (id: string) => (await bench.get(`sobjects/Case/${id}`))['OwnerId'];
    const { integrationUser, defaultCaseOwner } = bench.sandbox.known;
    const made = asBody((await bench.send('POST', 'sobjects/Case', { body: {} })).body);
    expect(await ownerOf(String(made['id']))).toBe(defaultCaseOwner);
    const id = await bench.create('Case', {});
    await bench.send('PATCH', `sobjects/Case/${id}`, { body: { Subject: 'a' }, headers: noAssignment });
    expect(await ownerOf(id)).toBe(integrationUser);
    await bench.send('PATCH', `sobjects/Case/${id}`, { body: { Subject: 'b' } });
    expect(await ownerOf(id)).toBe(defaultCaseOwner);
  });

  it('close and reopen with their status, and keep a history of tracked fields', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Subject: 'a' });
    bench.clock.ms += 5000;
    const edit = (fields: object) =>
      bench.send('PATCH', `sobjects/Case/${id}`, { body: fields, headers: noAssignment });
    await edit({ Status: 'Closed', Description: 'long', ServiceNow_Number__c: 'INC1' });
    expect(await bench.get(`sobjects/Case/${id}`)).toMatchObject({
      IsClosed: true,
      ClosedDate: '2026-11-25T12:00:05.000+0000',
    });
    await edit({ Status: 'Working' });
    expect(await bench.get(`sobjects/Case/${id}`)).toMatchObject({ IsClosed: false, ClosedDate: null });
    const history = await bench.query(
      `SELECT Field, OldValue, NewValue FROM CaseHistory WHERE CaseId = '${id}' ORDER BY Id`,
    );
    expect(history.map((row) => [row['Field'], row['OldValue'], row['NewValue']])).toEqual([
      ['created', null, null],
      ['Status', 'New', 'Closed'],
      ['Description', null, null],
      ['Status', 'Closed', 'Working'],
    ]);
  });

  it('tell an unknown id, a deleted one and another object apart', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', {});
    await bench.send('DELETE', `sobjects/Case/${id}`);
    const outcome = async (method: string, path: string) => {
      const answer = await bench.send(method, path, method === 'PATCH' ? { body: {} } : {});
      return [answer.status, errorCode(answer)];
    };
    expect(await outcome('GET', 'sobjects/Case/500SB0999999999YAA')).toEqual([404, 'NOT_FOUND']);
    expect(await outcome('PATCH', 'sobjects/Case/500SB0999999999YAA')).toEqual([404, 'INVALID_CROSS_REFERENCE_KEY']);
    expect(await outcome('GET', `sobjects/Case/${id}`)).toEqual([404, 'ENTITY_IS_DELETED']);
    expect(await outcome('PATCH', `sobjects/Case/${id}`)).toEqual([404, 'ENTITY_IS_DELETED']);
    expect(await outcome('GET', 'sobjects/Nope/500SB0999999999YAA')).toEqual([404, 'NOT_FOUND']);
    expect(await outcome('PUT', `sobjects/Case/${id}`)).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  it('take any picklist value unless the list is restricted', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Status: 'On Hold' });
    expect((await bench.get(`sobjects/Case/${id}`))['Status']).toBe('On Hold');
    bench.sandbox.settings.restrictedPicklists.add('Case.Status');
    expect(errorCode(await bench.send('POST', 'sobjects/Case', { body: { Status: 'On Hold' } }))).toBe(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    );
  });

  it('count a comment in bytes, and any other text in characters', async () => {
    await using bench = await startBench();
    const ParentId = await bench.create('Case', { Subject: 'ü'.repeat(255) });
    const comment = (CommentBody: string) =>
      bench.send('POST', 'sobjects/CaseComment', { body: { ParentId, CommentBody } });
    expect((await comment('ü'.repeat(2000))).status).toBe(201);
    const refused = await comment('ü'.repeat(2001));
    expect(errorCode(refused)).toBe('STRING_TOO_LONG');
    expect(refused.text).toContain('(max length=4000)');
    expect(errorCode(await bench.send('POST', 'sobjects/Case', { body: { Subject: 'ü'.repeat(256) } }))).toBe(
      'STRING_TOO_LONG',
    );
  });

  it('are made once per external id, and found again under it', async () => {
    await using bench = await startBench();
    const put = (body: object) => bench.send('PATCH', 'sobjects/Case/ServiceNow_Id__c/a%2Fb%20c', { body });
    const made = await put({ Subject: 'a' });
    const again = await put({ Subject: 'b' });
    expect([made.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual({ id: asBody(made.body)['id'], success: true, errors: [], created: false });
    expect(errorCode(await put({ Subject: 'c', ServiceNow_Id__c: 'a/b c' }))).toBe('INVALID_FIELD');
    expect(await bench.get('sobjects/Case/ServiceNow_Id__c/a%2Fb%20c')).toMatchObject({
      Subject: 'b',
      ServiceNow_Id__c: 'a/b c',
    });
    expect(
      (await bench.send('PATCH', 'sobjects/Case/ServiceNow_Id__c/none?updateOnly=true', { body: {} })).status,
    ).toBe(404);
    const old = await bench.send('PATCH', '/services/data/v45.0/sobjects/Case/ServiceNow_Id__c/a%2Fb%20c', {
      body: {},
    });
    expect([old.status, old.text]).toEqual([204, '']);
  });

  it('free their external id when deleted, so that an upsert makes a twin', async () => {
    await using bench = await startBench();
    const first = await bench.create('Case', { ServiceNow_Id__c: 'abc' });
    await bench.send('DELETE', `sobjects/Case/${first}`);
    const again = await bench.send('PATCH', 'sobjects/Case/ServiceNow_Id__c/abc', { body: {} });
    expect(again.status).toBe(201);
    expect(asBody(again.body)['id']).not.toBe(first);
  });

  it('can be guarded by If-Unmodified-Since, to the second', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', {});
    const seen = (await bench.send('GET', `sobjects/Case/${id}`)).headers.get('last-modified') ?? '';
    const patch = (when: string) =>
      bench.send('PATCH', `sobjects/Case/${id}`, { body: { Subject: 'a' }, headers: { 'If-Unmodified-Since': when } });
    expect((await patch(seen)).status).toBe(204);
    bench.clock.ms += 1000;
    expect((await patch(seen)).status).toBe(204);
    expect((await patch(seen)).status).toBe(412);
    expect((await patch('yesterday')).status).toBe(400);
    const fresh = await bench.send('GET', `sobjects/Case/${id}`, {
      headers: { 'If-Modified-Since': new Date(bench.clock.ms).toUTCString() },
    });
    expect([fresh.status, fresh.text]).toEqual([304, '']);
  });

  it('go to the recycle bin with what hangs on them, and come back from it', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', {});
    const child = await bench.create('Case', { ParentId: id });
    await bench.create('CaseComment', { ParentId: id, CommentBody: 'a' });
    await bench.send('DELETE', `sobjects/Case/${id}`);
    expect(await bench.query('SELECT Id FROM CaseComment')).toEqual([]);
    expect(await bench.query('SELECT Id FROM Case')).toMatchObject([{ Id: child }]);
    bench.sandbox.recycleBin.undelete(id);
    expect(await bench.query('SELECT Id FROM CaseComment')).toHaveLength(1);
    await bench.send('DELETE', `sobjects/Case/${id}`);
    bench.sandbox.recycleBin.empty();
    expect(await bench.query('SELECT Id FROM Case', 'queryAll')).toMatchObject([{ Id: child }]);
  });
});

describe('what changed since', () => {
  it('is told by /updated for whole minutes of the last 30 days, for objects that can be replicated', async () => {
    await using bench = await startBench();
    const ask = async (object: string, start: string, end: string) =>
      bench.send('GET', `sobjects/${object}/updated?${new URLSearchParams({ start, end }).toString()}`);
    expect(errorCode(await ask('Case', '2026-11-25T12:00:10Z', '2026-11-25T12:00:50Z'))).toBe(
      'INVALID_REPLICATION_DATE',
    );
    expect(errorCode(await ask('Case', '2026-09-25T12:00:00Z', '2026-11-25T12:00:00Z'))).toBe(
      'INVALID_REPLICATION_DATE',
    );
    expect((await ask('ContentVersion', '2026-11-25T11:00:00Z', '2026-11-25T12:00:00Z')).status).toBe(400);
    expect((await ask('Case', '2026-11-25T11:00:00Z', '2026-11-25T12:00:00Z')).status).toBe(200);
  });

  it('holds its end back while a transaction is open', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'late-rows', ms: 300_000 });
    bench.sandbox.desk.create('Case', {}, 'ada');
    bench.clock.ms += 180_000;
    const window = 'start=2026-11-25T11:00:00Z&end=2026-11-25T12:03:00Z';
    expect(await bench.get(`sobjects/Case/updated?${window}`)).toEqual({
      ids: [],
      latestDateCovered: '2026-11-25T12:00:00.000+0000',
    });
  });
});
