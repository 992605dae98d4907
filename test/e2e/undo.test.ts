import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from '../cli/real-desks.ts';
import { newDatabase } from '../support/database.ts';
import { anIncident, editCase, editIncident } from './support/desks.ts';

const defaults = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));

/** The default mapping; `wrong` has the urgencies of Salesforce upside down. */
const mapping = (how: 'right' | 'wrong'): string => `import { defaultPair, defaultFields } from ${defaults};
const upsideDown = [['1', 'Low'], ['2', 'Medium'], ['3', 'High']].map(([one, other]) => ({ servicenow: [one], salesforce: [other] }));
const fields = defaultFields.map((field) => (field.servicenow === 'urgency' && ${how === 'wrong'} ? { ...field, classes: upsideDown } : field));
export default { pairs: [{ ...defaultPair, fields, sync: { from: 'all' }, resolve: { closeCode: 'Solution provided', closeNotes: 'Closed.' } }] };
`;

interface Play {
  readonly desks: Desks;
  readonly cli: RealCli;
  use(how: 'right' | 'wrong'): void;
  /** Priorities of the Cases, in the order of their incidents. */
  priorities(): readonly unknown[];
  sync(): Promise<void>;
}

async function play(): Promise<Play> {
  const desks = await startDesks();
  const database = await newDatabase();
  const cli = createRealCli({
    env: { ...settingsFor(desks), DATABASE_URL: database.url, CASEBRIDGE_CONFIG: 'right.config.ts' },
    world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }) },
  });
  // A module is loaded once: each mapping has a file of its own, as after a restart.
  const other = createRealCli({
    env: { ...settingsFor(desks), DATABASE_URL: database.url, CASEBRIDGE_CONFIG: 'wrong.config.ts' },
    world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }) },
  });
  writeFileSync(join(cli.folder, 'right.config.ts'), mapping('right'));
  writeFileSync(join(other.folder, 'wrong.config.ts'), mapping('wrong'));
  let now = cli;
  return {
    desks,
    get cli() {
      return now;
    },
    use: (how) => {
      now = how === 'right' ? cli : other;
    },
    priorities: () =>
      desks.servicenow.desk
        .rows('incident')
        .map(({ id }) => desks.salesforce.desk.find('Case', 'ServiceNow_Id__c', id)?.fields['Priority']),
    sync: async () => {
      const done = await now.run('sync', '--once', '--json');
      expect(done.code, done.stderr).toBe(0);
    },
  };
}

async function lastRun(cli: RealCli): Promise<string> {
  const [run] = (await cli.run('runs', 'list', '--limit', '1', '--json')).lines as readonly {
    readonly runId: string;
  }[];
  return run?.runId ?? '';
}

const tickets = 50;
const edited = 5;
const medium = Array.from({ length: tickets }, () => 'Medium');

describe('undo, on both local desks', { timeout: 90_000 }, () => {
  it('puts back what a wrong mapping overwrote, but for what people have changed since; and is undone itself', async () => {
    const p = await play();
    for (let n = 0; n < tickets; n += 1) anIncident(p.desks, `Printer ${n} is on fire`, { urgency: '2' });
    await p.sync();
    expect(p.priorities()).toEqual(medium);

    p.use('wrong');
    for (const { id } of p.desks.servicenow.desk.rows('incident')) editIncident(p.desks, id, { urgency: '1' });
    await p.sync();
    expect(p.priorities()).toEqual(medium.map(() => 'Low'));
    const run = await lastRun(p.cli);

    p.use('right');
    const cases = p.desks.servicenow.desk
      .rows('incident')
      .map(({ id }) => p.desks.salesforce.desk.find('Case', 'ServiceNow_Id__c', id)?.id ?? '');
    for (const id of cases.slice(0, edited)) editCase(p.desks, id, { Priority: 'High' });

    const shown = await p.cli.run('undo', '--run', run);
    expect(shown.code, shown.stderr).toBe(1);
    expect(shown.stderr).toContain('45 values on 45 tickets to put back, 5 to leave.');
    expect(shown.stderr).toContain('Nothing was written; --yes does it.');
    expect(shown.stdout).toContain('Case Priority'.slice(5));
    expect(p.priorities().filter((one) => one === 'Low')).toHaveLength(tickets - edited);

    const done = await p.cli.run('undo', '--run', run, '--yes', '--json');
    expect(done.code, done.stderr).toBe(1);
    const [summary] = done.lines.slice(-1) as readonly { readonly run: string }[];
    expect(summary).toMatchObject({ of: run, putBack: 45, overtaken: 0, waiting: 0, left: 5 });
    const undone = [...Array.from({ length: edited }, () => 'High'), ...medium.slice(edited)];
    expect(p.priorities()).toEqual(undone);

    // Neither a poll nor a look at everything writes over it.
    await p.sync();
    const resynced = await p.cli.run('resync', '--json');
    expect(resynced.code, resynced.stderr).toBe(0);
    expect(p.priorities()).toEqual(undone);

    const again = await p.cli.run('undo', '--run', summary?.run ?? '', '--yes', '--json');
    expect(again.lines.at(-1)).toMatchObject({ putBack: 45, left: 0 });
    expect(p.priorities()).toEqual(undone.map((one) => (one === 'Medium' ? 'Low' : one)));

    const listed = (await p.cli.run('runs', 'list', '--json')).lines;
    expect(listed[0]).toMatchObject({ kind: 'undo', undoes: summary?.run, tickets: 45, values: 45 });
  });
});
