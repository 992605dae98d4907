/**
 * API calls per 1,000 changed tickets, each way, and of an idle poll, counted by the sandboxes themselves.
 * Run: npm run bench -- calls
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../../src/app.ts';
import { demoConfig } from '../../src/cli/commands/demo/config.ts';
import { demoSettings } from '../../src/cli/commands/demo/settings.ts';
import { syncOnce } from '../../src/engine/sync-once.ts';
import { verify } from '../../src/engine/verify.ts';
import { startSalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';

const tickets = 1000;
const signal = new AbortController().signal;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  const [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(), startSalesforceSandbox()]);
  const app = await openApp({
    settings: demoSettings(folder, { servicenow, salesforce }),
    config: demoConfig,
    emit: () => undefined,
    onNotice: () => undefined,
  });
  const counted = (desk: Sandbox): number => desk.calls().filter((call) => call.counted).length;
  const rows: string[] = [];

  async function measure(name: string, prepare: () => void): Promise<void> {
    prepare();
    // Stamps have whole seconds: what follows must not share one with what came before.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    servicenow.forgetCalls();
    salesforce.forgetCalls();
    const startedAt = performance.now();
    const done = await syncOnce(app.engine, { unlimitedCreates: true, signal });
    const seconds = (performance.now() - startedAt) / 1000;
    const changed =
      done.created.servicenow + done.created.salesforce + done.updated.servicenow + done.updated.salesforce;
    rows.push(
      `${name.padEnd(34)} ${String(changed).padStart(7)} ${String(counted(servicenow)).padStart(11)} ${String(counted(salesforce)).padStart(11)} ${seconds.toFixed(1).padStart(8)}`,
    );
  }

  const incidents: string[] = [];
  await measure('1,000 incidents opened', () => {
    for (let n = 0; n < tickets; n += 1) {
      const fields = {
        short_description: `Ticket ${n}`,
        description: 'Text of some length. '.repeat(10),
        urgency: '2',
        contact_type: 'phone',
      };
      incidents.push(servicenow.desk.create('incident', fields, 'igor.itil').id);
    }
  });
  await measure('1,000 incidents changed', () => {
    for (const id of incidents) servicenow.desk.edit('incident', id, { urgency: '1' }, 'igor.itil');
  });
  await measure('1,000 Cases changed', () => {
    for (const row of salesforce.desk.rows('Case'))
      salesforce.desk.edit('Case', row.id, { Priority: 'Low' }, 'dana.support');
  });
  await measure('1,000 Cases opened', () => {
    for (let n = 0; n < tickets; n += 1) {
      const fields = {
        Subject: `Case ${n}`,
        Description: 'Text of some length. '.repeat(10),
        Priority: 'Medium',
        Origin: 'Web',
        Status: 'New',
      };
      salesforce.desk.create('Case', fields, 'dana.support');
    }
  });
  await measure('nothing changed, echoes listed', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 16_000));
  await syncOnce(app.engine, { unlimitedCreates: true, signal });
  await measure('nothing changed', () => undefined);
  const { links, drift } = await verify(app.engine, {});

  process.stdout.write(
    `${'what'.padEnd(34)} ${'written'.padStart(7)} ${'ServiceNow'.padStart(11)} ${'Salesforce'.padStart(11)} ${'seconds'.padStart(8)}\n${rows.join('\n')}\n`,
  );
  process.stdout.write(`links ${links}, fields that differ ${drift.length}\n`);
  await app.close();
  await Promise.all([servicenow.stop(), salesforce.stop()]);
  await rm(folder, { recursive: true, force: true });
}

await main();
