import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openApp } from '../../src/app.ts';
import { openDatabase } from '../../src/database.ts';
import { createRealCli, settingsFor, startDesks } from '../cli/real-desks.ts';
import { anIncident, caseOf, editCase, editIncident } from '../e2e/support/desks.ts';
import { newDatabase } from '../support/database.ts';
import { dump } from './dump.ts';

const defaults = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));
const mapping = `import { defaultPair } from ${defaults};
const { comments, files, ...pair } = defaultPair;
export default { pairs: [{ ...pair, sync: { from: 'all' },
  fields: pair.fields.map((field) => field.kind === 'text' ? { ...field, sensitive: true, conflict: 'manual' } : field),
  resolve: { closeCode: 'Solution provided', closeNotes: 'Closed.' } }] };
`;

const words = ['payslip', 'Rosa', '0171 5550'];

describe('fields that are sensitive', { timeout: 120_000 }, () => {
  it('are carried, disputed, settled and undone like others, and lie in no table in clear', async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    const key = randomBytes(32).toString('base64');
    const cliWith = (env: Readonly<Record<string, string>>) =>
      createRealCli({
        mapping,
        env: { ...settingsFor(desks), DATABASE_URL: database.url, ...env },
        world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }), openApp },
      });
    const cli = cliWith({ CASEBRIDGE_SECRET_KEY: key });
    const ok = async (...args: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const done = await cli.run(...args);
      expect([0, 1], `${args.join(' ')}\n${done.stderr}`).toContain(done.code);
      return done.lines as readonly Readonly<Record<string, unknown>>[];
    };
    const clean = async (): Promise<void> => {
      const text = await dump(database);
      expect(text).toContain('casebridge sealed:');
      expect(words.filter((word) => text.includes(word))).toEqual([]);
    };

    const incident = anIncident(desks, 'Rosa sees no payslip', { description: 'Call 0171 5550' });
    await ok('sync', '--once', '--json');
    const twin = caseOf(desks, incident.id);
    expect(twin?.fields['Subject']).toBe('Rosa sees no payslip');
    await clean();

    editIncident(desks, incident.id, { description: 'Call 0171 5550 after noon' });
    await ok('sync', '--once', '--json');
    expect(caseOf(desks, incident.id)?.fields['Description']).toBe('Call 0171 5550 after noon');
    editIncident(desks, incident.id, { short_description: 'Rosa sees a wrong payslip' });
    editCase(desks, twin?.id ?? '', { Subject: 'Rosa has no payslip' });
    await ok('sync', '--once', '--json');
    await clean();

    const [conflict] = await ok('conflicts', 'list', '--json');
    expect(conflict).toMatchObject({
      base: { servicenow: 'Rosa sees no payslip' },
      servicenow: 'Rosa sees a wrong payslip',
      salesforce: 'Rosa has no payslip',
    });
    await ok('conflicts', 'resolve', String(conflict?.['id']), '--take', 'servicenow', '--value', 'Rosa: payslip');
    await clean();
    await ok('sync', '--once', '--json');
    expect(caseOf(desks, incident.id)?.fields['Subject']).toBe('Rosa: payslip');
    await clean();

    expect((await ok('links', 'show', incident.id, '--json'))[0]).toMatchObject({
      history: expect.arrayContaining([expect.objectContaining({ value: 'Rosa: payslip' })]) as unknown,
    });
    expect(await ok('verify', '--json')).toEqual([]);
    const [run] = await ok('runs', 'list', '--json');
    await ok('undo', '--run', String(run?.['id'] ?? run?.['runId']), '--yes', '--json');
    expect(caseOf(desks, incident.id)?.fields['Subject']).toBe('Rosa has no payslip');
    await clean();

    const without = await cliWith({}).run('sync', '--once');
    expect(without).toMatchObject({ code: 3 });
    expect(without.stderr).toContain('CASEBRIDGE_SECRET_KEY is not set');
    const wrong = await cliWith({ CASEBRIDGE_SECRET_KEY: randomBytes(32).toString('base64') }).run('links', 'list');
    expect(wrong).toMatchObject({ code: 3 });
    expect(wrong.stderr).toContain('put that key into CASEBRIDGE_SECRET_KEY_PREVIOUS');
    await database.drop();
  });
});
