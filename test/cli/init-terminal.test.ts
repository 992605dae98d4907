import { execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startDesks } from './real-desks.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const program = (folder: string): string => join(folder, 'src', 'cli', 'main.ts');
/** util-linux: runs a program on a terminal of its own. */
const hasTerminal = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

interface Typed {
  readonly folder: string;
  /** Waits until this is asked, then types the answer and Enter. */
  answer(question: string, line: string): Promise<void>;
  screen(): string;
  ended(): Promise<number | null>;
}

/** The program on a real terminal, in a project of its own: it writes into the folder that it lies in. */
function onTerminal(...args: readonly string[]): Typed {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-terminal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['src', 'prisma', 'package.json', 'casebridge.config.ts'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const env = { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm', NO_COLOR: '1' };
  const command = [process.execPath, program(folder), ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env });
  onTestFinished(() => void child.kill());
  let screen = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  const over = new Promise<number | null>((resolve) => child.on('close', resolve));
  let read = 0;
  return {
    folder,
    answer: async (question, line) => {
      await eventually(() => screen.indexOf(question, read) !== -1, 12_000).catch((error: unknown) => {
        throw new Error(`"${question}" was not asked:\n${screen}`, { cause: error });
      });
      read = screen.indexOf(question, read) + question.length;
      child.stdin.write(`${line}\r`);
    },
    screen: () => stripVTControlCharacters(screen),
    ended: () => over,
  };
}

it.skipIf(!hasTerminal)(
  'init leads from nothing to a working pair by prompts on a real terminal',
  async () => {
    const desks = await startDesks();
    const { servicenow, salesforce } = desks;
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    desks.salesforce.setUp.removeField('Case', 'ServiceNow_Number__c');
    desks.salesforce.settings.integrationMayChangeSetUp = true;

    const typed = onTerminal('init');
    await typed.answer('Address of the ServiceNow instance', servicenow.url);
    await typed.answer('How to log in to ServiceNow', '');
    await typed.answer('ServiceNow client id', servicenow.account.clientId);
    await typed.answer('ServiceNow client secret', servicenow.account.clientSecret);
    await typed.answer('Address of the Salesforce org', salesforce.url);
    await typed.answer('How to log in to Salesforce', '');
    await typed.answer('Salesforce consumer key', salesforce.account.clientId);
    await typed.answer('Salesforce consumer secret', salesforce.account.clientSecret);
    await typed.answer('Address of a Postgres', database.url);
    await typed.answer('incident-case', '');
    await typed.answer('Close code for incidents', '2');
    await typed.answer('Close notes', '');
    await typed.answer('Tickets from when on', '');
    await typed.answer('that Salesforce lacks', 'yes');
    await typed.answer('Do this in Salesforce', 'yes');
    expect({ code: await typed.ended(), screen: typed.screen() }).toMatchObject({ code: 0 });
    expect(typed.screen()).toMatch(/ok +ServiceNow +login/);
    for (const secret of [servicenow.account.clientSecret, salesforce.account.clientSecret, database.url])
      expect(typed.screen()).not.toContain(secret);
    expect(existsSync(join(typed.folder, '.env'))).toBe(true);
    expect(readFileSync(join(typed.folder, 'casebridge.config.ts'), 'utf8')).toContain('resolve');

    const incident = servicenow.desk.create('incident', { short_description: 'Printer on fire' }, 'beth.anglin');
    const round = await exec(process.execPath, [program(typed.folder), 'sync', '--once', '--json']);
    expect(JSON.parse(round.stdout)).toMatchObject({ created: { salesforce: 1 } });
    expect(salesforce.desk.find('Case', 'ServiceNow_Id__c', incident.id)).not.toBeNull();
  },
  120_000,
);

it.skipIf(!hasTerminal)('init that is interrupted on a terminal leaves nothing behind', async () => {
  const typed = onTerminal('init');
  await typed.answer('Address of the ServiceNow instance', '\u0003');
  expect(await typed.ended()).toBe(130);
  expect(existsSync(join(typed.folder, '.env'))).toBe(false);
});
