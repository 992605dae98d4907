import { describe, expect, it } from 'vitest';
import { asBodies, asBody, errorCode, startBench } from './bench.ts';
import type { Body } from './bench.ts';

const child = (row: Body | undefined): Body => asBody(row?.['CaseComments']);

describe('comments in the local Salesforce', () => {
  it('come under their Case page by page, each page with a locator of its own', async () => {
    await using bench = await startBench();
    bench.sandbox.settings.childRows = 2;
    const id = await bench.create('Case', { Subject: 'chatty' });
    const quiet = await bench.create('Case', { Subject: 'quiet' });
    for (const n of [1, 2, 3, 4, 5]) await bench.create('CaseComment', { ParentId: id, CommentBody: `line ${n}` });
    const rows = await bench.query(
      `SELECT Id, (SELECT CommentBody FROM CaseComments ORDER BY Id) FROM Case WHERE Id IN ('${id}','${quiet}') ORDER BY CaseNumber`,
    );
    expect(rows[1]?.['CaseComments']).toBeNull();
    const texts: unknown[] = [];
    let page = child(rows[0]);
    for (;;) {
      texts.push(...asBodies(page['records']).map((row) => row['CommentBody']));
      expect(page['totalSize']).toBe(5);
      if (page['done'] === true) break;
      page = await bench.get(String(page['nextRecordsUrl']));
    }
    expect(texts).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    expect(page).not.toHaveProperty('nextRecordsUrl');
  });

  it('move the stamp of their Case only where the org is set to', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Subject: 'still' });
    const stamp = async () =>
      (await bench.query(`SELECT SystemModstamp FROM Case WHERE Id = '${id}'`))[0]?.['SystemModstamp'];
    const before = await stamp();
    bench.clock.ms += 60_000;
    const comment = await bench.create('CaseComment', { ParentId: id, CommentBody: 'hush' });
    expect(await stamp()).toBe(before);
    bench.sandbox.settings.commentTouchesCase = true;
    await bench.send('PATCH', `sobjects/CaseComment/${comment}`, { body: { IsPublished: true } });
    expect(await stamp()).not.toBe(before);
  });

  it('that are published, edited and deleted move their own stamp, and the deleted stay in queryAll', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Subject: 'x' });
    const comment = await bench.create('CaseComment', { ParentId: id, CommentBody: 'draft' });
    const soql = `SELECT CommentBody, IsPublished, IsDeleted, CreatedDate, LastModifiedDate, SystemModstamp FROM CaseComment WHERE ParentId = '${id}'`;
    bench.clock.ms += 60_000;
    await bench.send('PATCH', `sobjects/CaseComment/${comment}`, { body: { CommentBody: 'final', IsPublished: true } });
    const [edited] = await bench.query(soql);
    expect(edited).toMatchObject({ CommentBody: 'final', IsPublished: true });
    expect(edited?.['LastModifiedDate']).not.toBe(edited?.['CreatedDate']);
    bench.clock.ms += 60_000;
    await bench.send('DELETE', `sobjects/CaseComment/${comment}`);
    expect(await bench.query(soql)).toEqual([]);
    const [deleted] = await bench.query(soql, 'queryAll');
    expect(deleted).toMatchObject({ IsDeleted: true, CommentBody: 'final' });
    expect(deleted?.['SystemModstamp']).not.toBe(edited?.['SystemModstamp']);
  });

  it('cannot be asked for where the profile hides them, under their Case either', async () => {
    await using bench = await startBench();
    await bench.create('Case', { Subject: 'x' });
    bench.sandbox.rights.hideObject('CaseComment');
    const soql = 'SELECT Id, (SELECT Id FROM CaseComments) FROM Case';
    const answer = await bench.send('GET', `query?q=${encodeURIComponent(soql)}`);
    expect([answer.status, errorCode(answer)]).toEqual([400, 'INVALID_FIELD']);
  });

  it('go with the Case that another one was merged into, and the loser names it', async () => {
    await using bench = await startBench();
    const [master, loser] = [
      await bench.create('Case', { Subject: 'stays' }),
      await bench.create('Case', { Subject: 'goes' }),
    ];
    await bench.create('CaseComment', { ParentId: loser, CommentBody: 'keep me' });
    bench.sandbox.recycleBin.merge(master, loser);
    expect(await bench.query(`SELECT Id FROM Case WHERE Id = '${loser}'`)).toEqual([]);
    expect(
      await bench.query(`SELECT IsDeleted, MasterRecordId FROM Case WHERE Id = '${loser}'`, 'queryAll'),
    ).toMatchObject([{ IsDeleted: true, MasterRecordId: master }]);
    expect(await bench.query(`SELECT CommentBody FROM CaseComment WHERE ParentId = '${master}'`)).toMatchObject([
      { CommentBody: 'keep me' },
    ]);
  });

  it('make no markup of what people say', async () => {
    await using bench = await startBench();
    const id = await bench.create('Case', { Subject: 'x' });
    await bench.create('CaseComment', { ParentId: id, CommentBody: '<script>alert(1)</script>' });
    const page = await (await fetch(`${bench.sandbox.url}/cases/${id}`)).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('internal');
  });
});
