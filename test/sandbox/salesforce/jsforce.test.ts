import jsforce from 'jsforce';
import { describe, expect, it } from 'vitest';
import { noAssignment, startBench } from './bench.ts';
import type { Bench } from './bench.ts';

function connect(bench: Bench) {
  return new jsforce.Connection({ instanceUrl: bench.sandbox.url, accessToken: bench.token, version: '66.0' });
}

describe('jsforce cannot tell the local Salesforce from a real one', () => {
  it('creates, reads, changes, finds and deletes', async () => {
    await using bench = await startBench();
    const cases = connect(bench).sobject('Case');
    const made = await cases.create({ Subject: 'Ünïcode ✓' }, { headers: noAssignment });
    const id = String(made.id);
    expect(await cases.retrieve(id)).toMatchObject({ Subject: 'Ünïcode ✓', CaseNumber: '00001001' });
    expect(await cases.update({ Id: id, Subject: 'b' })).toMatchObject({ success: true });
    expect(await cases.find({ Subject: 'b' }, ['Id'])).toMatchObject([{ Id: id }]);
    expect(await cases.destroy(id)).toMatchObject({ success: true });
    await expect(cases.retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
  });

  it('upserts by external id and gets row errors of a collection as results', async () => {
    await using bench = await startBench();
    const connection = connect(bench);
    const key = 'ServiceNow_Id__c';
    expect(await connection.sobject('Case').upsert({ [key]: 'abc', Subject: 'a' }, key)).toMatchObject({
      created: true,
    });
    const results = await connection.sobject('Case').create([{ Subject: 'a' }, { Subject: 'x'.repeat(256) }]);
    expect(results).toMatchObject([{ success: true }, { success: false, errors: [{ statusCode: 'STRING_TOO_LONG' }] }]);
  });

  it('walks every page by itself', async () => {
    await using bench = await startBench();
    for (let n = 0; n < 7; n += 1) bench.sandbox.desk.create('Case', { Subject: String(n) }, 'ada');
    bench.sandbox.settings.pageRows = 3;
    const result = await connect(bench).query('SELECT Subject FROM Case', { autoFetch: true });
    expect(result.records.map((row) => row['Subject'])).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('describes, reads limits, tells who it is, and what changed', async () => {
    await using bench = await startBench();
    const connection = connect(bench);
    const described = await connection.describe('Case');
    expect(described.fields.find((field) => field.name === 'ServiceNow_Id__c')).toMatchObject({
      externalId: true,
      unique: true,
      length: 32,
    });
    expect((await connection.describeGlobal()).sobjects.map((each) => each.name)).toContain('Case');
    expect(await connection.identity()).toMatchObject({ username: 'casebridge@sandbox.example' });
    expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 100_000 });
    await bench.create('Case', {});
    bench.clock.ms += 120_000;
    const changed = await connection.sobject('Case').updated('2026-11-25T11:00:00Z', '2026-11-25T12:01:00Z');
    expect(changed.ids).toHaveLength(1);
  });

  it('uploads with its own multipart order, and downloads the same bytes', async () => {
    await using bench = await startBench();
    const connection = connect(bench);
    const VersionData = Buffer.from([0, 1, 254, 255]);
    const made = await connection
      .sobject('ContentVersion')
      .create(
        { PathOnClient: 'a.bin', VersionData },
        { multipartFileFields: { VersionData: { filename: 'a.bin', contentType: 'application/octet-stream' } } },
      );
    const path = `/sobjects/ContentVersion/${String(made.id)}/VersionData`;
    const text = await connection.request<string>({ method: 'GET', url: path }, { encoding: 'base64' });
    expect(text).toBe(VersionData.toString('base64'));
  });

  it('reads a bulk query to its end', async () => {
    await using bench = await startBench();
    await bench.create('Case', { Subject: 'a' });
    const connection = connect(bench);
    connection.bulk2.pollInterval = 10;
    const records = await (await connection.bulk2.query('SELECT Subject FROM Case')).toArray();
    expect(records).toMatchObject([{ Subject: 'a' }]);
  });
});
