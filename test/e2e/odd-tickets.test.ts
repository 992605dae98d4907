import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { changedSince, versionsOf } from '../../src/cli/commands/demo/check.ts';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  aCase,
  anIncident,
  caseOf,
  type Desks,
  editCase,
  editIncident,
  incidentOf,
  startDesks,
  stopDesks,
  truthOf,
} from './support/desks.ts';
import {
  endAllDaemons,
  type Env,
  type Folder,
  newFolder,
  run,
  type RunningDaemon,
  settingsFor,
  startDaemon,
} from './support/program.ts';

/** What people and other programs put into texts. */
const oddTexts: Readonly<Record<string, string>> = {
  'a megabyte': 'A log line that somebody pasted, again and again.\n'.repeat(20_000),
  emoji: 'Family 👨‍👩‍👧‍👦 flag 🏳️‍🌈 skin 👍🏽 keycap 1️⃣',
  'emoji at the cut': `${'x'.repeat(150)}${'👨‍👩‍👧‍👦'.repeat(20)}`,
  HTML: '<script>alert("1 & 2")</script><p style=\'x\'>&nbsp;&lt;b&gt;</p>',
  'line ends': 'one\r\ntwo\rthree\nfour\r\n\r\n',
  NUL: 'before\u0000after',
  'lone surrogates': 'high \ud83d low \ude00 end',
  'right to left': '\u202eevil\u202c \u200fשלום\u200e \u2067مرحبا\u2069',
  'control characters': 'bell \u0007 escape \u001b[31mred\u001b[0m tab\tend \u0085 \u2028 \u2029',
  blanks: '   leading and trailing   ',
  quotes: `it's "quoted" \\ back\\\\slash $1 %s {0} ^ORactive=true ' OR 1=1 --`,
  decomposed: 'Ångström é ﬁ ｆｕｌｌ',
};

/** The default mapping, in which nobody thought of one status. */
const withoutEscalated = `fields: defaultFields.map((field) => field.servicenow !== 'state' ? field : {
  ...field,
  classes: [
    { servicenow: ['1'], salesforce: ['New'] },
    { servicenow: ['2', '3'], salesforce: ['Working'] },
    { servicenow: ['6', '7', '8'], salesforce: ['Closed'], locked: ['7', '8'] },
  ],
})`;

describe('tickets that are out of the ordinary, under a running service', { timeout: 60_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  let env: Env;
  let daemon: RunningDaemon;

  beforeAll(async () => {
    folder = await newFolder();
    [desks, database] = await Promise.all([startDesks(), newDatabase()]);
    const mapping = await folder.mapping('without-escalated', withoutEscalated);
    env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: mapping });
    daemon = await startDaemon(env);
  });
  afterAll(async () => {
    await daemon.end('SIGTERM');
    await endAllDaemons();
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  it('sets a ticket aside alone when a validation rule refuses it, says why, and takes it up again', async () => {
    onTestFinished(() => desks.salesforce.validation.clear());
    desks.salesforce.validation.add({
      name: 'No_Printers',
      object: 'Case',
      message: 'Printers are not supported here.',
      field: 'Subject',
      refuses: (row) => String(row['Subject']).includes('printer'),
    });
    const refused = anIncident(desks, 'My printer is sad');
    const fine = anIncident(desks, 'My screen is sad');
    await eventually(() => caseOf(desks, fine.id) !== null && daemon.events('record.quarantined').length > 0);
    editIncident(desks, fine.id, { urgency: '1' });
    await eventually(() => caseOf(desks, fine.id)?.fields['Priority'] === 'High');
    expect(caseOf(desks, refused.id)).toBeNull();

    const listed = await run(['quarantine', 'list'], env);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain(refused.id);
    expect(listed.stdout).toContain(
      'Salesforce does not accept the values of Subject ("Printers are not supported here.")',
    );
    expect(listed.stdout).toContain('casebridge quarantine retry');
    const [line] = (await run(['quarantine', 'list', '--json'], env)).json();
    expect(line).toMatchObject({ servicenowId: refused.id, salesforceId: null });

    const tries = daemon.events('record.quarantined').length;
    expect(await run(['quarantine', 'retry', refused.id], env)).toMatchObject({ code: 0 });
    await eventually(() => daemon.events('record.quarantined').length > tries);

    // By now it may have been tried again by itself, so that it is no longer there to be named.
    desks.salesforce.validation.clear();
    expect(await run(['quarantine', 'retry', '--all'], env)).toMatchObject({ code: 0 });
    await eventually(() => caseOf(desks, refused.id) !== null);
    await eventually(async () => (await run(['quarantine', 'list', '--json'], env)).stdout === '');
  });

  it('holds a value that has no counterpart, that field only, and shows it', async () => {
    const born = aCase(desks, 'With a status of our own', { Status: 'Escalated' });
    await eventually(() => incidentOf(desks, born.id) !== null);
    editCase(desks, born.id, { Subject: 'Still waiting', Priority: 'Low' });
    await eventually(() => incidentOf(desks, born.id)?.fields['short_description'] === 'Still waiting');
    expect(incidentOf(desks, born.id)?.fields).toMatchObject({ state: '1', urgency: '3' });
    expect(desks.salesforce.desk.row('Case', born.id)?.fields['Status']).toBe('Escalated');

    const shown = await run(['links', 'show', born.number], env);
    expect(shown.stdout).toContain('Status "Escalated" of Salesforce has no counterpart; left alone');
    const [json] = (await run(['links', 'show', born.number, '--json'], env)).json();
    expect(json).toMatchObject({
      holds: [{ field: 'state', reason: { kind: 'no-counterpart', side: 'salesforce', value: 'Escalated' } }],
    });
    editCase(desks, born.id, { Status: 'Working' });
    await eventually(() => incidentOf(desks, born.id)?.fields['state'] === '2');
  });

  it('never hands a Case to the assignment rules', async () => {
    const ours = anIncident(desks, 'Whose is this?');
    const theirs = aCase(desks, 'This is mine');
    const owner = theirs.fields['OwnerId'];
    await eventually(() => caseOf(desks, ours.id) !== null && incidentOf(desks, theirs.id) !== null);
    editIncident(desks, incidentOf(desks, theirs.id)?.id ?? '', { urgency: '1', state: '2' });
    editIncident(desks, ours.id, { urgency: '3' });
    await eventually(
      () =>
        caseOf(desks, ours.id)?.fields['Priority'] === 'Low' &&
        desks.salesforce.desk.row('Case', theirs.id)?.fields['Status'] === 'Working',
    );
    expect(desks.salesforce.desk.row('Case', theirs.id)?.fields['OwnerId']).toBe(owner);
    expect(caseOf(desks, ours.id)?.fields['OwnerId']).not.toBe(desks.salesforce.known.defaultCaseOwner);
  });

  it('carries any text both ways, and comes to rest', async () => {
    const incidents: string[] = [];
    const cases: string[] = [];
    for (const text of Object.values(oddTexts)) {
      incidents.push(anIncident(desks, text.slice(0, 400), { description: text }).id);
      // The form of a Case takes no more than its fields hold.
      cases.push(aCase(desks, text.slice(0, 200), { Description: text.slice(0, 30_000) }).id);
    }
    await eventually(() => truthOf(desks).alone === 0);
    // The same texts as changes of tickets that exist, after what was created has come to rest.
    for (const [index, text] of Object.values(oddTexts).entries()) {
      editIncident(desks, incidents[index] ?? '', { description: `${text} changed` });
      editCase(desks, cases[index] ?? '', { Subject: `changed ${text}`.slice(0, 200) });
    }
    await eventually(async () => {
      const before = versionsOf(desks);
      await delay(2000);
      return changedSince(before, versionsOf(desks)) === 0;
    });
    const before = versionsOf(desks);
    const writes = daemon.events('link.updated').length;
    await delay(3000);
    expect(changedSince(before, versionsOf(desks))).toBe(0);
    expect(daemon.events('link.updated')).toHaveLength(writes);

    expect((await run(['quarantine', 'list', '--json'], env)).json()).toEqual([]);
    const verified = await run(['verify', '--json'], env);
    expect({ code: verified.code, drift: verified.json() }).toEqual({ code: 0, drift: [] });
    expect(truthOf(desks)).toMatchObject({ duplicates: 0, alone: 0 });
    const names = Object.keys(oddTexts);
    const arrived = (name: string): unknown =>
      incidentOf(desks, cases[names.indexOf(name)] ?? '')?.fields['description'];
    for (const name of ['emoji', 'HTML', 'right to left', 'quotes', 'decomposed']) {
      expect(arrived(name), name).toBe(oddTexts[name]);
    }
  });
});
