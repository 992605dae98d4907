import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { newDatabase } from '../support/database.ts';
import { settingsFor, startDesks } from './real-desks.ts';
import { hasTerminal, onTerminal, program } from './terminal.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const defaults = JSON.stringify(join(root, 'src', 'mapping', 'default-config.ts'));
const mapping = `import { defaultPairWith } from ${defaults};
export default { pairs: [{ ...defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' }), sync: { from: 'all' } }] };
`;

it.skipIf(!hasTerminal)(
  'undo shows its plan on a real terminal and asks: no leaves everything, yes puts it back',
  async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    const folder = mkdtempSync(join(tmpdir(), 'casebridge-undo-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'casebridge.config.ts'), mapping);
    const settings = {
      ...settingsFor(desks),
      DATABASE_URL: database.url,
      CASEBRIDGE_CONFIG: join(folder, 'casebridge.config.ts'),
    };
    const env = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', ...settings };
    const casebridge = async (...args: readonly string[]): Promise<string> =>
      (await exec(process.execPath, [program(root), ...args], { cwd: folder, env })).stdout;

    const incident = desks.servicenow.desk.create('incident', { short_description: 'VPN drops' }, 'beth.anglin');
    await casebridge('sync', '--once');
    // Desks date to the second: an edit in the second of our own write looks like its echo.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    desks.servicenow.desk.edit('incident', incident.id, { urgency: '1' }, 'beth.anglin');
    await casebridge('sync', '--once');
    const priority = () => desks.salesforce.desk.find('Case', 'ServiceNow_Id__c', incident.id)?.fields['Priority'];
    expect(priority()).toBe('High');
    const [line = ''] = (await casebridge('runs', 'list', '--json')).split('\n');
    const run = String((JSON.parse(line) as Readonly<Record<string, unknown>>)['runId']);

    const unwilling = onTerminal(['undo', '--run', run], settings);
    await unwilling.answer('Put them back? (yes/no)', 'no');
    expect(await unwilling.ended()).toBe(1);
    expect(unwilling.screen()).toMatch(/Priority in Salesforce "High" back to "Low"[^]*Nothing was written\./);
    expect(priority()).toBe('High');

    const willing = onTerminal(['undo', '--run', run], settings);
    await willing.answer('Put them back? (yes/no)', 'yes');
    expect({ code: await willing.ended(), screen: willing.screen() }).toMatchObject({ code: 0 });
    expect(willing.screen()).toContain('1 value put back');
    expect(priority()).toBe('Low');
  },
  120_000,
);
