import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from '../cli/real-desks.ts';
import { anIncident, caseOf, editCase, editIncident, people } from '../e2e/support/desks.ts';
import { newDatabase } from '../support/database.ts';
import { dump } from './dump.ts';

const mapping = (source: string): string => `import { defaultPair } from ${source};
export default { pairs: [{ ...defaultPair, sync: { from: 'all' }, conflict: 'manual',
  resolve: { closeCode: 'Solution provided', closeNotes: 'Closed.' } }] };
`;
const defaults = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));

/** Words of one ticket that nothing else holds: in its fields, a conflict, a comment and the name of a file. */
const words = {
  title: 'Rosa Lind cannot see her payslip',
  edited: 'Rosa Lind sees the payslip of Tom',
  theirs: 'R. Lind: wrong payslip shown',
  text: 'Call her at 0171 5550 199 after noon',
  comment: 'Her account number is DE44 5001',
  note: 'She was in tears on the phone',
  file: 'payslip-rosa-lind.pdf',
} as const;

function cliOn(desks: Desks, url: string): RealCli {
  return createRealCli({
    mapping: mapping(defaults),
    env: { ...settingsFor(desks), DATABASE_URL: url },
    world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }) },
  });
}

async function ok(cli: RealCli, ...args: readonly string[]): Promise<readonly unknown[]> {
  const done = await cli.run(...args);
  expect([0, 1], `${args.join(' ')}\n${done.stderr}`).toContain(done.code);
  return done.lines;
}

const hits = (text: string): readonly string[] => Object.values(words).filter((word) => text.includes(word));

describe('a ticket that is forgotten', { timeout: 120_000 }, () => {
  it('is in no row of any table any more, stays as it is on both desks, and is never made again', async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    const cli = cliOn(desks, database.url);
    const incident = anIncident(desks, words.title, { description: words.text });
    const other = anIncident(desks, 'Mouse squeaks');
    await ok(cli, 'sync', '--once', '--json');
    const { desk } = desks.servicenow;
    desk.comment('incident', incident.id, words.comment, 'public', people.servicenow);
    desk.comment('incident', incident.id, words.note, 'internal', people.servicenow);
    desk.attach('incident', incident.id, { name: words.file, content: Buffer.from('PDF') }, people.servicenow);
    await ok(cli, 'sync', '--once', '--json');
    const twin = caseOf(desks, incident.id);
    editIncident(desks, incident.id, { short_description: words.edited, urgency: '1' });
    editCase(desks, twin?.id ?? '', { Subject: words.theirs });
    await ok(cli, 'sync', '--once', '--json');
    expect(hits(await dump(database))).toEqual(expect.arrayContaining([words.title, words.edited, words.theirs]));

    const asked = await cli.run('links', 'forget', incident.id);
    expect(asked).toMatchObject({ code: 1 });
    expect(asked.stderr).toContain('Nothing was removed; --yes does it.');
    expect(hits(await dump(database))).not.toEqual([]);
    const [forgotten] = await ok(cli, 'links', 'forget', incident.id, '--yes', '--json');
    expect(forgotten).toMatchObject({ pair: 'incident-case', removed: { conflicts: 1 } });
    expect(hits(await dump(database))).toEqual([]);

    // Both go on being edited, and a resync looks at everything there is.
    const before = [desk.rows('incident').length, desks.salesforce.desk.rows('Case').length];
    editIncident(desks, incident.id, { description: `${words.text}.` });
    editCase(desks, twin?.id ?? '', { Description: words.note });
    editIncident(desks, other.id, { urgency: '1' });
    await ok(cli, 'sync', '--once', '--json');
    await ok(cli, 'resync', '--json');
    expect([desk.rows('incident').length, desks.salesforce.desk.rows('Case').length]).toEqual(before);
    expect(hits(await dump(database))).toEqual([]);
    expect(desk.row('incident', incident.id)?.fields['short_description']).toBe(words.edited);
    expect(caseOf(desks, incident.id)?.fields['Subject']).toBe(words.theirs);
    expect(caseOf(desks, other.id)?.fields['Priority']).toBe('High');
    const again = await cli.run('links', 'relink', incident.id);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain("was forgotten at somebody's request");
    await database.drop();
  });
});
