import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';
import { newDatabase } from '../support/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from '../cli/real-desks.ts';

const people = { servicenow: 'beth.anglin', salesforce: 'ada@sandbox.example' } as const;
type Parts = Readonly<Record<string, string | null>>;

/** Both desks, and the real command line between them with one of the examples as its mapping. */
interface Play {
  readonly desks: Desks;
  readonly cli: RealCli;
  /** A person at the ServiceNow desk. */
  readonly servicenow: {
    create(table: string, parts: Parts): DeskRow;
    edit(table: string, id: string, parts: Parts): void;
  };
  readonly salesforce: {
    create(object: string, parts: Parts): DeskRow;
    edit(object: string, id: string, parts: Parts): void;
  };
  /** `sync --once` until nothing is left to do. */
  sync(exitCode?: number): Promise<void>;
  /** The record across from this one, as it is now. */
  across(row: DeskRow, object: string): Promise<DeskRow>;
}

async function play(example: string, prepare: (desks: Desks) => void = () => undefined): Promise<Play> {
  const desks = await startDesks();
  prepare(desks);
  const file = join(import.meta.dirname, '../../examples', `${example}.config.ts`);
  const database = await newDatabase();
  const cli = createRealCli({
    env: { ...settingsFor(desks), CASEBRIDGE_CONFIG: file, DATABASE_URL: database.url },
    mapping: null,
    world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }) },
  });
  const checked = await cli.run('config', 'check', '--json');
  expect(checked.lines, checked.stderr).toEqual([{ ok: true, problems: [] }]);
  const sync = async (expected = 0): Promise<void> => {
    const done = await cli.run('sync', '--once', '--json');
    expect(done.code, `${done.stderr}\n${done.stdout}`).toBe(expected);
  };
  return {
    desks,
    cli,
    sync,
    servicenow: {
      create: (table, parts) => desks.servicenow.desk.create(table, parts, people.servicenow),
      edit: (table, id, parts) => void desks.servicenow.desk.edit(table, id, parts, people.servicenow),
    },
    salesforce: {
      create: (object, parts) => desks.salesforce.desk.create(object, parts, people.salesforce),
      edit: (object, id, parts) => void desks.salesforce.desk.edit(object, id, parts, people.salesforce),
    },
    across: async (row, object) => {
      const listed = await cli.run('links', 'list', '--json', '--search', row.id);
      const [link] = listed.lines as readonly { readonly servicenowId: string; readonly salesforceId: string }[];
      const side = link?.servicenowId === row.id ? 'salesforce' : 'servicenow';
      const id = side === 'salesforce' ? link?.salesforceId : link?.servicenowId;
      const found = desks[side].desk.row(object, id ?? '');
      if (found === null) throw new Error(`${row.number} has nothing across:\n${listed.stdout}`);
      return found;
    },
  };
}

/** Drift that nobody wants: every example ends with both sides in step and nothing set aside. */
async function inStep({ cli }: Play): Promise<void> {
  const verified = await cli.run('verify', '--json');
  expect({ code: verified.code, drift: verified.lines }).toEqual({ code: 0, drift: [] });
  expect((await cli.run('quarantine', 'list', '--json')).lines).toEqual([]);
}

const types =
  (...names: readonly string[]) =>
  ({ salesforce }: Desks) => {
    for (const name of names) salesforce.setUp.addRecordType('Case', name);
  };

describe('the ready-made mappings, on both local desks', { timeout: 60_000 }, () => {
  it('incident-case: born on either side, closed, reopened, with comments, caller and parent', async () => {
    const p = await play('incident-case');
    const rose = p.desks.servicenow.desk.find('sys_user', 'user_name', 'employee')?.id ?? '';
    const parent = p.servicenow.create('incident', {
      short_description: 'Mail is down',
      urgency: '1',
      contact_type: 'phone',
    });
    const child = p.servicenow.create('incident', {
      short_description: 'No mail for Rose',
      parent_incident: parent.id,
    });
    const born = p.salesforce.create('Case', {
      Subject: 'No dial tone',
      Status: 'New',
      Priority: 'High',
      Origin: 'Web',
    });
    await p.sync();

    const twin = await p.across(parent, 'Case');
    expect(twin.fields).toMatchObject({
      Subject: 'Mail is down',
      Priority: 'High',
      Origin: 'Phone',
      ServiceNow_Number__c: parent.number,
    });
    expect((await p.across(child, 'Case')).fields['ParentId']).toBe(twin.id);
    const incident = await p.across(born, 'incident');
    expect(incident.fields).toMatchObject({
      short_description: 'No dial tone',
      urgency: '1',
      contact_type: 'self-service',
      correlation_id: born.id,
    });
    expect(rose).not.toBe('');

    p.salesforce.edit('Case', born.id, { Status: 'Closed' });
    p.servicenow.edit('incident', child.id, { state: '2', description: 'Since this morning.' });
    p.desks.servicenow.desk.comment('incident', parent.id, 'We are on it.', 'public', people.servicenow);
    p.desks.salesforce.desk.comment('Case', born.id, 'It was the plug.', 'internal', people.salesforce);
    await p.sync();
    expect((await p.across(born, 'incident')).fields).toMatchObject({ state: '6', close_code: 'Solution provided' });
    expect((await p.across(child, 'Case')).fields).toMatchObject({
      Status: 'Working',
      Description: 'Since this morning.',
    });
    const comments = p.desks.salesforce.desk.rows('CaseComment').filter((row) => row.fields['ParentId'] === twin.id);
    expect(comments.map((row) => row.fields)).toMatchObject([
      { IsPublished: true, CommentBody: expect.stringContaining('We are on it.') },
    ]);
    const notes = p.desks.servicenow.desk
      .rows('sys_journal_field')
      .filter((row) => row.fields['element_id'] === incident.id);
    expect(notes.map((row) => row.fields)).toMatchObject([
      { element: 'work_notes', value: expect.stringContaining('It was the plug.') },
    ]);

    p.salesforce.edit('Case', born.id, { Status: 'Working' });
    p.servicenow.edit('incident', child.id, { parent_incident: null });
    await p.sync();
    expect((await p.across(born, 'incident')).fields['state']).toBe('2');
    expect((await p.across(child, 'Case')).fields['ParentId'] ?? null).toBeNull();
    await inStep(p);
  });

  it('incident-case: pairs what is on both desks already, and shows a person what only looks alike', async () => {
    const p = await play('incident-case');
    const contact = p.desks.salesforce.desk.find('Contact', 'LastName', 'Gonzalez')?.id ?? '';
    const rose = p.desks.servicenow.desk.find('sys_user', 'user_name', 'employee')?.id ?? '';
    p.desks.servicenow.desk.edit('sys_user', rose, { email: 'rose@edge.example' }, 'admin');
    const known = p.salesforce.create('Case', { Subject: 'Screen flickers' });
    const keeping = p.servicenow.create('incident', {
      short_description: 'Screen flickers at desk 4',
      correlation_id: known.number,
    });
    const one = p.servicenow.create('incident', {
      short_description: 'Printer on the second floor is on fire',
      caller_id: rose,
    });
    p.salesforce.create('Case', { Subject: 'Printer on second floor on fire', ContactId: contact });

    const found = await p.cli.run('matches', 'find', '--json');
    expect(found.lines).toMatchObject([{ paired: { 'case number': 1 }, proposed: 1, created: 0, proposals: 1 }]);
    // The two titles differ, and nobody knows which was first: the loser is kept, and the exit code says so.
    await p.sync(1);
    expect((await p.across(keeping, 'Case')).id).toBe(known.id);
    expect(p.desks.salesforce.desk.row('Case', known.id)?.fields['ServiceNow_Id__c']).toBe(keeping.id);
    expect(p.desks.servicenow.desk.rows('incident')).toHaveLength(2);

    const [proposal] = (await p.cli.run('matches', 'list', '--json')).lines as readonly {
      readonly id: string;
      readonly text: string;
    }[];
    expect(proposal?.text).toContain('alike, same caller');
    expect((await p.cli.run('matches', 'accept', proposal?.id ?? '')).code).toBe(0);
    await p.sync(1);
    expect((await p.across(one, 'Case')).fields['ContactId']).toBe(contact);
    expect(p.desks.salesforce.desk.rows('Case')).toHaveLength(2);
    expect((await p.cli.run('matches', 'list', '--json')).lines).toEqual([]);
    expect((await p.cli.run('status', '--json')).lines).toMatchObject([{ openProposals: 0 }]);
    await inStep(p);
  });

  it('csm-case: states and priority of the customer service table, a code and notes with the resolve, and back', async () => {
    const p = await play('csm-case');
    const opened = p.servicenow.create('sn_customerservice_case', {
      short_description: 'Invoice is wrong',
      state: '10',
      priority: '2',
    });
    const born = p.salesforce.create('Case', { Subject: 'Where is my order', Status: 'New', Priority: 'Low' });
    await p.sync();
    expect((await p.across(opened, 'Case')).fields).toMatchObject({ Status: 'Working', Priority: 'High' });
    const twin = await p.across(born, 'sn_customerservice_case');
    expect(twin.number).toMatch(/^CS\d{7}$/);
    expect(twin.fields).toMatchObject({ state: '1', priority: '4' });

    p.servicenow.edit('sn_customerservice_case', opened.id, { state: '18' });
    p.salesforce.edit('Case', born.id, { Status: 'Closed', ParentId: (await p.across(opened, 'Case')).id });
    await p.sync();
    expect((await p.across(opened, 'Case')).fields['Status']).toBe('Working');
    expect((await p.across(born, 'sn_customerservice_case')).fields).toMatchObject({
      state: '6',
      resolution_code: 'Solved by the partner',
      close_notes: `Closed in Salesforce (${born.number}).`,
      parent: opened.id,
    });

    p.salesforce.edit('Case', born.id, { Status: 'Escalated' });
    p.servicenow.edit('sn_customerservice_case', opened.id, { state: '3' });
    await p.sync();
    expect((await p.across(born, 'sn_customerservice_case')).fields['state']).toBe('10');
    expect((await p.across(opened, 'Case')).fields['Status']).toBe('Closed');
    await inStep(p);
  });

  it('request-case: items become Cases of their type, and no Case becomes an item', async () => {
    const p = await play('request-case', types('Support', 'Request'));
    const item = p.servicenow.create('sc_req_item', { short_description: 'A new laptop', state: '1' });
    const stray = p.desks.salesforce.setUp.recordTypes('Case').find((type) => type.developerName === 'Request');
    p.salesforce.create('Case', { Subject: 'Please order one', RecordTypeId: stray?.id ?? null });
    p.salesforce.create('Case', { Subject: 'Of another type' });
    await p.sync();
    const twin = await p.across(item, 'Case');
    expect(twin.fields).toMatchObject({ Subject: 'A new laptop', Status: 'New', RecordTypeId: stray?.id });
    expect(p.desks.servicenow.desk.rows('sc_req_item')).toHaveLength(1);

    p.salesforce.edit('Case', twin.id, { Status: 'Working', Subject: 'A new laptop, 16 inches' });
    await p.sync();
    expect(p.desks.servicenow.desk.row('sc_req_item', item.id)?.fields).toMatchObject({
      state: '2',
      short_description: 'A new laptop, 16 inches',
    });
    p.servicenow.edit('sc_req_item', item.id, { state: '3' });
    await p.sync();
    expect((await p.across(item, 'Case')).fields['Status']).toBe('Closed');
    await inStep(p);
  });

  it.each([
    ['problem-case', 'problem', 'Problem', '102', '107', /^PRB/],
    ['change-case', 'change_request', 'Change', '-4', '4', /^CHG/],
  ])(
    '%s: both ways, with a state that goes to Salesforce only',
    async (example, table, type, working, closed, number) => {
      const p = await play(example, types('Support', type));
      const id = p.desks.salesforce.setUp.recordTypes('Case').find((one) => one.developerName === type)?.id ?? '';
      const one = p.servicenow.create(table, { short_description: 'Mail servers run full' });
      const born = p.salesforce.create('Case', { Subject: 'It happens every month', RecordTypeId: id });
      p.salesforce.create('Case', { Subject: 'Of another type' });
      await p.sync();
      expect((await p.across(one, 'Case')).fields).toMatchObject({ Status: 'New', RecordTypeId: id });
      expect((await p.across(born, table)).number).toMatch(number);
      expect(p.desks.servicenow.desk.rows(table)).toHaveLength(2);

      p.servicenow.edit(table, one.id, { state: working });
      p.salesforce.edit('Case', born.id, { Subject: 'It happens every week' });
      await p.sync();
      expect((await p.across(one, 'Case')).fields['Status']).toBe('Working');
      expect((await p.across(born, table)).fields['short_description']).toBe('It happens every week');
      p.servicenow.edit(table, one.id, { state: closed });
      await p.sync();
      expect((await p.across(one, 'Case')).fields['Status']).toBe('Closed');
      await inStep(p);
    },
  );

  it('custom-object: an object with an auto-number, and its own parent field', async () => {
    const p = await play('custom-object', ({ salesforce }) => salesforce.setUp.install('Ticket__c'));
    const parent = p.servicenow.create('incident', { short_description: 'Mail is down', urgency: '1' });
    const child = p.servicenow.create('incident', {
      short_description: 'No mail for Rose',
      urgency: '2',
      parent_incident: parent.id,
    });
    const born = p.salesforce.create('Ticket__c', { Subject__c: 'No dial tone', Urgency__c: 'Low' });
    await p.sync();
    const twin = await p.across(parent, 'Ticket__c');
    expect(twin.number).toMatch(/^T-\d{5}$/);
    expect(twin.fields).toMatchObject({ Subject__c: 'Mail is down', Urgency__c: 'High', ServiceNow_Id__c: parent.id });
    expect((await p.across(child, 'Ticket__c')).fields['Parent__c']).toBe(twin.id);
    const links = (await p.cli.run('links', 'list', '--json')).lines as readonly {
      readonly salesforceNumber: string;
    }[];
    expect(links.map(({ salesforceNumber }) => salesforceNumber).toSorted()).toEqual(['T-00001', 'T-00002', 'T-00003']);

    p.salesforce.edit('Ticket__c', born.id, { Status__c: 'Closed' });
    await p.sync();
    expect((await p.across(born, 'incident')).fields).toMatchObject({
      state: '6',
      close_notes: 'Closed in Salesforce.',
    });
    p.salesforce.edit('Ticket__c', born.id, { Status__c: 'In Progress' });
    await p.sync();
    expect((await p.across(born, 'incident')).fields['state']).toBe('2');
    await inStep(p);
  });

  it('several-pairs: four tables at once, each Case with one ticket, in the table of its record type', async () => {
    const p = await play('several-pairs', types('Incident', 'Request', 'Problem', 'Change', 'Unrelated'));
    const tables = ['incident', 'sc_req_item', 'problem', 'change_request'];
    for (const table of tables) p.servicenow.create(table, { short_description: `A ${table}` });
    for (const type of p.desks.salesforce.setUp.recordTypes('Case'))
      p.salesforce.create('Case', { Subject: `A Case of ${type.developerName}`, RecordTypeId: type.id });
    await p.sync();
    await p.sync();
    const links = (await p.cli.run('links', 'list', '--json')).lines as readonly {
      readonly pair: string;
      readonly salesforceId: string;
    }[];
    const count = (pair: string): number => links.filter((link) => link.pair === pair).length;
    expect(Object.fromEntries([...new Set(links.map(({ pair }) => pair))].map((pair) => [pair, count(pair)]))).toEqual({
      'incident-case': 2,
      'request-case': 1,
      'problem-case': 2,
      'change-case': 2,
    });
    expect(new Set(links.map(({ salesforceId }) => salesforceId)).size).toBe(links.length);
    expect(tables.map((table) => p.desks.servicenow.desk.rows(table).length)).toEqual([2, 1, 2, 2]);
    expect(p.desks.salesforce.desk.rows('Case')).toHaveLength(9);
    await inStep(p);
  });
});
