/**
 * How long it takes from a fresh clone to a settled conflict, as a new user does it by docs/getting-started.md, against the local
 * desks: `node scripts/bench/first-conflict.ts` under Node 22.18 or newer. `--linked` uses the libraries that are here instead of installing them.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const linked = process.argv.includes('--linked');
const folder = mkdtempSync(join(tmpdir(), 'casebridge-first-'));
const clone = join(folder, 'casebridge');
const env = { ...process.env, CASEBRIDGE_DATA_DIR: join(folder, 'data'), NO_COLOR: '1' };
const steps: { readonly step: string; readonly seconds: number }[] = [];

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  const seconds = (performance.now() - from) / 1000;
  steps.push({ step: name, seconds });
  process.stderr.write(`${seconds.toFixed(1).padStart(6)} s  ${name}\n`);
  return result;
}

/** One command of the new user's. */
async function casebridge(...args: readonly string[]): Promise<string> {
  const { stdout } = await exec(process.execPath, ['scripts/run.mjs', ...args], { cwd: clone, env });
  return stdout;
}

const [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(), startSalesforceSandbox()]);
try {
  await step('git clone', () => exec('git', ['clone', '-q', '--depth', '1', `file://${root}`, clone]));
  if (linked) symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  await step('first command: installs, builds the dashboard', () => casebridge('--help'));
  await step('init: asks, writes, looks whether it works', () =>
    casebridge(
      'init',
      '--yes',
      '--close-code',
      'Solution provided',
      '--servicenow-url',
      servicenow.url,
      '--servicenow-client-id',
      servicenow.account.clientId,
      '--servicenow-client-secret',
      servicenow.account.clientSecret,
      '--salesforce-login-url',
      salesforce.url,
      '--salesforce-client-id',
      salesforce.account.clientId,
      '--salesforce-client-secret',
      salesforce.account.clientSecret,
    ),
  );
  await step("conflict: 'manual' in the mapping file, so that a person decides", async () => {
    const file = join(clone, 'casebridge.config.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace("conflict: 'latest'", "conflict: 'manual'"));
  });
  const incident = servicenow.desk.create('incident', { short_description: 'Printer on fire' }, 'beth.anglin');
  await step('sync --once: the first pair', () => casebridge('sync', '--once'));
  const twin = salesforce.desk.find('Case', 'ServiceNow_Id__c', incident.id);
  if (twin === null) throw new Error('no Case was made');
  // Desks date to the second: in the second of our own write an edit looks like its echo.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  servicenow.desk.edit('incident', incident.id, { short_description: 'Printer on the second floor' }, 'beth.anglin');
  salesforce.desk.edit('Case', twin.id, { Subject: 'Printer is on fire again' }, 'sam');
  await step('sync --once: a conflict waits', () => casebridge('sync', '--once').catch(() => undefined));
  const list = await step('conflicts list', () => casebridge('conflicts', 'list', '--json'));
  const { id } = JSON.parse(list.split('\n')[0] ?? '') as { readonly id: string };
  await step('conflicts resolve', () => casebridge('conflicts', 'resolve', id, '--take', 'salesforce'));
  await step('sync --once: both sides agree', () => casebridge('sync', '--once'));
  const settled = servicenow.desk.find('incident', 'sys_id', incident.id);
  const agreed = settled?.fields['short_description'] === 'Printer is on fire again';
  const minutes = steps.reduce((sum, one) => sum + one.seconds, 0) / 60;
  process.stdout.write(
    `${JSON.stringify({ agreed, steps: steps.length, minutes: Number(minutes.toFixed(2)), installed: !linked, each: steps })}\n`,
  );
  process.exitCode = agreed ? 0 : 1;
} finally {
  await Promise.all([servicenow.stop(), salesforce.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
