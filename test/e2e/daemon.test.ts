import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  inStep,
  startDesks,
  stopDesks,
  truthOf,
} from './support/desks.ts';
import {
  endAllDaemons,
  type Env,
  type Folder,
  freePort,
  newFolder,
  run,
  type RunningDaemon,
  settingsFor,
  startDaemon,
} from './support/program.ts';

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const linkColumns = [
  'id',
  'pair',
  'servicenowId',
  'salesforceId',
  'servicenowNumber',
  'salesforceNumber',
  'status',
  'lastSyncedAt',
];
const conflictColumns = [
  ...linkColumns.slice(0, 6),
  'field',
  'base',
  'servicenow',
  'salesforce',
  'winner',
  'rule',
  'status',
  'at',
];

describe('the service, as a process', { timeout: 90_000 }, () => {
  let folder: Folder;
  let mapping: string;
  let desks: Desks;
  let database: TestDatabase;
  let env: Env;

  beforeAll(async () => {
    folder = await newFolder();
    mapping = await folder.mapping('good');
    [desks, database] = await Promise.all([startDesks(), newDatabase()]);
    env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: mapping });
  });
  afterAll(async () => {
    await endAllDaemons();
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  it('carries tickets and their changes both ways, and ends in order on SIGTERM', async () => {
    const incident = anIncident(desks, 'Printer on fire');
    const born = aCase(desks, 'Invoice is wrong', { Priority: 'High' });
    const daemon = await startDaemon(env);
    await inStep(desks);
    editIncident(desks, incident.id, { state: '2', urgency: '1' });
    editCase(desks, born.id, { Subject: 'Invoice is right', Status: 'Closed' });
    await eventually(() => caseOf(desks, incident.id)?.fields['Status'] === 'Working');
    await eventually(() => incidentOf(desks, born.id)?.fields['state'] === '6');
    expect(await inStep(desks)).toMatchObject({ incidents: 2, cases: 2, duplicates: 0, alone: 0 });

    const askedAt = performance.now();
    expect(await daemon.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(10_000);
    // Our own last write may have been seen by a poll and wait to be recognised as an echo.
    expect(daemon.events('stopped')).toEqual([
      expect.objectContaining({
        active: 0,
        inDoubt: 0,
        text: expect.stringMatching(/^Stopped: (nothing left to do|\d+ left for next time)\.$/),
      }),
    ]);
    expect(daemon.said()).not.toContain(desks.servicenow.account.clientSecret);
  });

  it('answers Ctrl-C with 130', async () => {
    const daemon = await startDaemon(env);
    expect(await daemon.end('SIGINT')).toEqual({ code: 130, signal: null });
    expect(daemon.events('stopped')).toHaveLength(1);
  });

  describe('beside commands in a second terminal', () => {
    let terminal: Env;
    let daemon: RunningDaemon;

    beforeAll(async () => {
      terminal = { ...env, CASEBRIDGE_ADMIN_PORT: String(await freePort()) };
      daemon = await startDaemon(terminal);
      anIncident(desks, 'Beside the daemon');
      await inStep(desks);
    });
    afterAll(async () => {
      await daemon.end('SIGTERM');
    });

    it('lists links as JSON lines, and in Postgres as a view with the same columns', async () => {
      const listed = await run(['links', 'list', '--json'], terminal);
      expect(listed.code).toBe(0);
      const lines = listed.json();
      expect(lines).toHaveLength(truthOf(desks).incidents);
      for (const line of lines) {
        expect(Object.keys(line)).toEqual(linkColumns);
        expect(line).toMatchObject({
          pair: 'incident-case',
          servicenowId: expect.stringMatching(/^[0-9a-f]{32}$/),
          salesforceId: expect.stringMatching(/^500\w{15}$/),
          servicenowNumber: expect.stringMatching(/^INC\d+$/),
          salesforceNumber: expect.stringMatching(/^\d{8}$/),
          lastSyncedAt: expect.stringMatching(isoTime),
        });
        expect(caseOf(desks, String(line['servicenowId']))?.id).toBe(line['salesforceId']);
      }

      const { url } = (await run(['db', 'url', '--json'], terminal)).json()[0] ?? {};
      const client = new pg.Client({ connectionString: String(url) });
      await client.connect();
      const view = await client.query('SELECT * FROM link_table');
      await client.end();
      expect(view.fields.map((field) => field.name)).toEqual(linkColumns);
      expect(view.rows.map((row) => String(row.servicenowNumber)).toSorted()).toEqual(
        lines.map((line) => String(line['servicenowNumber'])).toSorted(),
      );
    });

    it('shows a pair by the number of either record', async () => {
      const [incident] = desks.servicenow.desk.rows('incident');
      const shown = await run(['links', 'show', incident?.number ?? '', '--json'], terminal);
      expect(shown.code).toBe(0);
      expect(shown.json()).toEqual([
        expect.objectContaining({
          servicenowNumber: incident?.number,
          bases: expect.objectContaining({ servicenow: expect.anything(), salesforce: expect.anything() }),
          now: expect.objectContaining({
            servicenow: expect.objectContaining({ short_description: incident?.fields['short_description'] }),
          }),
          history: expect.any(Array),
        }),
      ]);
      const text = await run(['links', 'show', caseOf(desks, incident?.id ?? '')?.number ?? ''], terminal);
      expect(text.stdout).toContain(incident?.number);
    });

    it('runs sync and resync beside it, with the documented summary', async () => {
      editIncident(desks, anIncident(desks, 'For a second pair of hands').id, { urgency: '1' });
      for (const args of [
        ['sync', '--once', '--json'],
        ['resync', '--json'],
      ]) {
        const ran = await run(args, terminal);
        expect(ran.code, ran.stderr).toBe(0);
        const numbers = { servicenow: expect.any(Number), salesforce: expect.any(Number) };
        expect(ran.json()).toEqual([
          {
            polled: numbers,
            created: numbers,
            updated: numbers,
            unchanged: expect.any(Number),
            conflicts: 0,
            quarantined: 0,
            apiCalls: numbers,
            durationMs: expect.any(Number),
          },
        ]);
      }
      expect(await inStep(desks)).toMatchObject({ duplicates: 0, alone: 0 });
    });

    it('says how it is doing, that both sides agree, and that nothing is to be done', async () => {
      await inStep(desks);
      const status = await eventually(async () => {
        const ran = await run(['status', '--json'], terminal);
        expect(ran.json()).toMatchObject([{ running: true, ready: true }]);
        return ran;
      });
      expect(status.code, status.stderr).toBe(0);
      expect(status.json()).toEqual([
        expect.objectContaining({ running: true, ready: true, openConflicts: 0, quarantined: 0, pauses: [] }),
      ]);
      const verified = await run(['verify', '--json'], terminal);
      expect(verified).toMatchObject({ code: 0, stdout: '' });
      expect(verified.stderr).toContain('no drift');
      const planned = await run(['plan', '--json'], terminal);
      expect(planned).toMatchObject({ code: 0, stdout: '' });
      expect(planned.stderr).toContain('0 tickets would change');
    });

    it('lists a conflict with both values in full', async () => {
      const incident = anIncident(desks, 'Wanted by two');
      await inStep(desks);
      const twin = caseOf(desks, incident.id);
      editIncident(desks, incident.id, { urgency: '1' });
      editCase(desks, twin?.id ?? '', { Priority: 'Low' });
      await inStep(desks);
      const listed = await run(['conflicts', 'list', '--all', '--json'], terminal);
      expect(listed.code).toBe(0);
      const [line] = listed.json();
      expect(line).toMatchObject({
        pair: 'incident-case',
        servicenowId: incident.id,
        salesforceId: twin?.id,
        servicenowNumber: incident.number,
        salesforceNumber: twin?.number,
        field: 'urgency',
        servicenow: '1',
        salesforce: 'Low',
        rule: 'latest',
        status: 'settled',
        at: expect.stringMatching(isoTime),
      });
      expect(Object.keys(line ?? {}).slice(0, 14)).toEqual(conflictColumns);
      // Settled by the rule: nobody has to be asked.
      expect(await run(['conflicts', 'list', '--json'], terminal)).toMatchObject({ code: 0, stdout: '' });
    });
  });
});

describe('a service that is killed, doubled or cut off', { timeout: 90_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  let env: Env;

  beforeAll(async () => {
    folder = await newFolder();
    [desks, database] = await Promise.all([startDesks({ latencyMs: 20 }), newDatabase()]);
    env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: await folder.mapping('good') });
  });
  afterAll(async () => {
    await endAllDaemons();
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  let bursts = 0;
  /** Every burst makes a hundred tickets, and each has one twin. */
  const twinned = (): { readonly incidents: number; readonly cases: number } => ({
    incidents: bursts * 100,
    cases: bursts * 100,
  });

  /** A hundred edits of old tickets and a hundred new ones, half at each desk. */
  const burst = (round: string): void => {
    bursts += 1;
    const incidents = desks.servicenow.desk.rows('incident').slice(0, 50);
    const cases = desks.salesforce.desk.rows('Case').slice(-50);
    for (let n = 0; n < 50; n += 1) {
      anIncident(desks, `Incident ${round} ${n}`);
      aCase(desks, `Case ${round} ${n}`);
      const [incident, twin] = [incidents[n], cases[n]];
      if (incident !== undefined) editIncident(desks, incident.id, { short_description: `Changed ${round} ${n}` });
      if (twin !== undefined) editCase(desks, twin.id, { Description: `More ${round} ${n}` });
    }
  };

  it('is killed in the middle of a burst, twice, and makes nothing twice', async () => {
    let daemon = await startDaemon(env, { program: 'quick' });
    burst('before');
    await inStep(desks);
    for (const round of ['first', 'second']) {
      const tickets = desks.servicenow.desk.rows('incident').length;
      // One side takes its time, so that the kill comes while writes to it are under way.
      desks.servicenow.faults.add({ kind: 'slow', path: '/batch', ms: 1500 });
      burst(round);
      // The moment a create is done across, and its answer still under way.
      await eventually(
        () =>
          desks.salesforce.desk.rows('Case').length > tickets + 50 ||
          desks.servicenow.desk.rows('incident').length > tickets + 50,
      );
      expect(await daemon.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      desks.servicenow.faults.clear();
      expect(truthOf(desks).alone + truthOf(desks).differing.length).toBeGreaterThan(0);
      daemon = await startDaemon(env, { program: 'quick' });
    }
    expect(await inStep(desks, 60_000)).toMatchObject({ ...twinned(), duplicates: 0, alone: 0 });
    expect((await daemon.end('SIGTERM')).code).toBe(0);
  });

  it('runs twice on one database, and makes nothing twice', async () => {
    const daemons = await Promise.all([startDaemon(env, { program: 'quick' }), startDaemon(env, { program: 'quick' })]);
    burst('shared');
    expect(await inStep(desks, 60_000)).toMatchObject({ ...twinned(), duplicates: 0, alone: 0 });
    const ends = await Promise.all(daemons.map((daemon) => daemon.end('SIGTERM')));
    expect(ends.map((end) => end.code)).toEqual([0, 0]);
  });

  it('loses every connection to Postgres, and goes on by itself', async () => {
    const daemon = await startDaemon(env, { program: 'quick' });
    burst('cut off');
    for (let times = 0; times < 3; times += 1) {
      await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(await inStep(desks, 60_000)).toMatchObject({ ...twinned(), duplicates: 0, alone: 0 });
    expect((await daemon.end('SIGTERM')).code).toBe(0);
  });
});
