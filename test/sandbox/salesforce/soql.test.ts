import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asBodies, asBody, errorCode, startBench } from './bench.ts';
import type { Bench } from './bench.ts';

describe('SOQL', () => {
  let bench: Bench;
  const ids: string[] = [];

  /** Subjects that a filter finds, in order of CaseNumber. */
  const found = async (where: string) =>
    (await bench.query(`SELECT Subject FROM Case WHERE ${where} ORDER BY CaseNumber`)).map((row) => row['Subject']);
  const refusal = async (soql: string) => {
    const answer = await bench.send('GET', `query?q=${encodeURIComponent(soql)}`);
    return asBodies(answer.body)[0];
  };

  beforeAll(async () => {
    bench = await startBench();
    const rows = [
      { Subject: 'Alpha', Priority: 'High', Status: 'New', Origin: 'Phone' },
      { Subject: 'beta 50%', Priority: 'Low', Status: 'Working' },
      { Subject: "O'Neil \\ path", Priority: 'Low', Status: 'Closed', Origin: 'Web' },
      { Subject: 'Delta', Priority: 'Medium', Status: 'New', ServiceNow_Id__c: 'abc' },
    ];
    for (const row of rows) {
      ids.push(await bench.create('Case', row));
      bench.clock.ms += 1000;
    }
  });
  afterAll(() => bench.sandbox.stop());

  it('compares text without case, and ids in both forms', async () => {
    expect(await found("Subject = 'ALPHA'")).toEqual(['Alpha']);
    expect(await found(`Id = '${ids[1]?.slice(0, 15)}'`)).toEqual(['beta 50%']);
    expect(await found(`Id IN ('${ids[0]}', '${ids[3]}')`)).toEqual(['Alpha', 'Delta']);
    expect(await found("ServiceNow_Id__c = 'ABC'")).toEqual(['Delta']);
  });

  it('knows IN, NOT IN, LIKE, null and NOT', async () => {
    expect(await found("Priority IN ('High', 'Medium')")).toEqual(['Alpha', 'Delta']);
    expect(await found("Origin NOT IN ('Phone')")).toEqual(['beta 50%', "O'Neil \\ path", 'Delta']);
    expect(await found("Subject LIKE '%a'")).toEqual(['Alpha', 'Delta']);
    expect(await found("Subject LIKE '%50\\%'")).toEqual(['beta 50%']);
    expect(await found("Subject LIKE '_elta'")).toEqual(['Delta']);
    expect(await found('Origin = null')).toEqual(['beta 50%', 'Delta']);
    expect(await found("Origin != 'Phone'")).toEqual(['beta 50%', "O'Neil \\ path", 'Delta']);
    expect(await found("NOT (Status = 'New' OR Status = 'Closed')")).toEqual(['beta 50%']);
    expect(await found('IsClosed = true')).toEqual(["O'Neil \\ path"]);
  });

  it('reads escaped quotes and backslashes, and no other escapes', async () => {
    expect(await found("Subject = 'O\\'Neil \\\\ path'")).toEqual(["O'Neil \\ path"]);
    expect(await refusal("SELECT Id FROM Case WHERE Subject = 'a\\q'")).toMatchObject({ errorCode: 'MALFORMED_QUERY' });
  });

  it('obeys parentheses, and refuses AND beside OR without them', async () => {
    expect(await found("(Status = 'New' AND Priority = 'High') OR Priority = 'Low'")).toEqual([
      'Alpha',
      'beta 50%',
      "O'Neil \\ path",
    ]);
    expect(await found("Status = 'New' AND (Priority = 'High' OR Priority = 'Low')")).toEqual(['Alpha']);
    const mixed = await refusal("SELECT Id FROM Case WHERE Status = 'New' AND Priority = 'High' OR Priority = 'Low'");
    expect(mixed).toMatchObject({
      errorCode: 'MALFORMED_QUERY',
      message: expect.stringContaining("unexpected token: 'OR'"),
    });
  });

  it('walks by (stamp, Id), seconds only: a fraction in the literal is cut off', async () => {
    expect(await found('SystemModstamp >= 2026-11-25T12:00:02.900Z')).toEqual(["O'Neil \\ path", 'Delta']);
    expect(await found('SystemModstamp > 2026-11-25T13:00:01+01:00')).toEqual(["O'Neil \\ path", 'Delta']);
    const stamp = '2026-11-25T12:00:01Z';
    const keyset = `(SystemModstamp > ${stamp} OR (SystemModstamp = ${stamp} AND Id > '${ids[0]}'))`;
    expect(await found(keyset)).toEqual(['beta 50%', "O'Neil \\ path", 'Delta']);
  });

  it('knows date literals', async () => {
    expect(await found('CreatedDate = TODAY')).toHaveLength(4);
    expect(await found('CreatedDate < TODAY')).toHaveLength(0);
    expect(await found('CreatedDate = LAST_N_DAYS:3')).toHaveLength(4);
    expect(await found('CreatedDate = YESTERDAY')).toHaveLength(0);
    expect(await found('CreatedDate = THIS_MONTH AND CreatedDate > LAST_MONTH')).toHaveLength(4);
  });

  it('follows relationships, nested in the answer or null', async () => {
    const [row] = await bench.query(`SELECT Id, Owner.Name, Contact.Account.Name FROM Case WHERE Id = '${ids[0]}'`);
    expect(row).toMatchObject({
      Owner: { attributes: { type: 'User' }, Name: 'Casebridge Integration' },
      Contact: null,
    });
    expect(await found("Owner.Name = 'Casebridge Integration'")).toHaveLength(4);
  });

  it('answers child queries, semi-joins, counts and groups', async () => {
    await bench.create('CaseComment', { ParentId: ids[0], CommentBody: 'hello', IsPublished: true });
    const [row] = await bench.query(
      `SELECT Id, (SELECT CommentBody FROM CaseComments) FROM Case WHERE Id = '${ids[0]}'`,
    );
    expect(row?.['CaseComments']).toMatchObject({ totalSize: 1, done: true, records: [{ CommentBody: 'hello' }] });
    expect(await found('Id IN (SELECT ParentId FROM CaseComment WHERE IsPublished = true)')).toEqual(['Alpha']);
    expect(await bench.get('query?q=SELECT+COUNT()+FROM+Case')).toEqual({ totalSize: 4, done: true, records: [] });
    const groups = await bench.query('SELECT Priority, COUNT(Id) n FROM Case GROUP BY Priority ORDER BY Priority');
    expect(new Map(groups.map((each) => [each['Priority'], each['n']]))).toEqual(
      new Map(Object.entries({ High: 1, Low: 2, Medium: 1 })),
    );
  });

  it('sorts with nulls first and cuts with LIMIT and OFFSET', async () => {
    const rows = await bench.query('SELECT Subject FROM Case ORDER BY Origin, Subject DESC LIMIT 3 OFFSET 1');
    expect(rows.map((row) => row['Subject'])).toEqual(['beta 50%', 'Alpha', "O'Neil \\ path"]);
    expect(await refusal('SELECT Id FROM Case OFFSET 2001')).toMatchObject({ errorCode: 'NUMBER_OUTSIDE_VALID_RANGE' });
  });

  it('has no star: FIELDS(ALL) alone shows all, with a LIMIT', async () => {
    expect(await refusal('SELECT * FROM Case')).toMatchObject({ errorCode: 'MALFORMED_QUERY' });
    expect(await refusal('SELECT FIELDS(ALL) FROM Case')).toMatchObject({ errorCode: 'MALFORMED_QUERY' });
    const [row] = await bench.query('SELECT FIELDS(ALL) FROM Case LIMIT 1');
    expect(row).toMatchObject({ Subject: 'Alpha', ServiceNow_Id__c: null });
  });

  it.each([
    ['SELECT Nope FROM Case', 'INVALID_FIELD'],
    ['SELECT Nope.Name FROM Case', 'INVALID_FIELD'],
    ["SELECT Id FROM Case WHERE Description = 'x'", 'INVALID_FIELD'],
    ['SELECT Id FROM Case ORDER BY Description', 'INVALID_FIELD'],
    ["SELECT Id FROM Case WHERE SystemModstamp > '2026-01-01T00:00:00Z'", 'INVALID_FIELD'],
    ['SELECT Id FROM Case WHERE Subject = 3', 'INVALID_FIELD'],
    ["SELECT Id FROM Case WHERE Id = 'nonsense'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ['SELECT Id FROM Nope', 'INVALID_TYPE'],
    ['SELECT Id, Id FROM Case', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Case WHERE', 'MALFORMED_QUERY'],
  ])('refuses %s with %s', async (soql, code) => {
    expect(await refusal(soql)).toMatchObject({ errorCode: code });
  });
});

describe('pages of a query', () => {
  it('come as small as the server likes; the locator belongs to the session and dies', async () => {
    await using bench = await startBench();
    for (let n = 0; n < 5; n += 1) bench.sandbox.desk.create('Case', { Subject: String(n) }, 'ada');
    bench.sandbox.settings.pageRows = 2;
    const headers = { 'Sforce-Query-Options': 'batchSize=2000' };
    const first = asBody((await bench.send('GET', 'query?q=SELECT+Subject+FROM+Case', { headers })).body);
    expect(first).toMatchObject({ totalSize: 5, done: false });
    const second = await bench.get(String(first['nextRecordsUrl']));
    const third = await bench.get(String(second['nextRecordsUrl']));
    expect(third).not.toHaveProperty('nextRecordsUrl');
    expect([first, second, third].flatMap((page) => asBodies(page['records'])).map((row) => row['Subject'])).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    const other = bench.sandbox.sessions.open(bench.sandbox.known.integrationUser, 'x', 'api').token;
    const stranger = await bench.send('GET', String(first['nextRecordsUrl']), { token: other });
    expect(errorCode(stranger)).toBe('INVALID_QUERY_LOCATOR');
    bench.sandbox.cursors.expireAll();
    expect(errorCode(await bench.send('GET', String(first['nextRecordsUrl'])))).toBe('INVALID_QUERY_LOCATOR');
  });

  it('of queryAll hold deleted rows, and their locator says query', async () => {
    await using bench = await startBench();
    const ids = [await bench.create('Case', { Subject: 'a' }), await bench.create('Case', { Subject: 'b' })];
    await bench.send('DELETE', `sobjects/Case/${ids[1]}`);
    bench.sandbox.settings.pageRows = 1;
    const soql = encodeURIComponent('SELECT Id, IsDeleted FROM Case');
    const first = await bench.get(`queryAll?q=${soql}`);
    expect(first).toMatchObject({ totalSize: 2, nextRecordsUrl: expect.stringMatching(/v66\.0\/query\//) });
    expect(await bench.get(String(first['nextRecordsUrl']))).toMatchObject({
      records: [{ Id: ids[1], IsDeleted: true }],
    });
    expect(await bench.get(`query?q=${soql}`)).toMatchObject({ totalSize: 1 });
  });
});
