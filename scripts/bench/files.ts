/**
 * What files cost: a large one each way, with the daemon's memory, and API calls per 1,000 small ones. Daemon and desks are processes
 * of their own. Run: npm run bench -- files [--mb 200] [--small 1000] [--latency 0]
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { otherSide, type Side } from '../../src/core/side.ts';
import { type DaemonProcess, startDaemon } from './throughput/daemon.ts';
import { type Desks, startDesks } from './throughput/desk.ts';
import { costOf, forgetPeak } from './throughput/process-cost.ts';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '200' },
    small: { type: 'string', default: '1000' },
    latency: { type: 'string', default: '0' },
  },
});
const largeBytes = Number(values.mb) * 1024 * 1024;
const smallFiles = Number(values.small);
const smallBytes = 4096;
const perTicket = 5;
const growthLimitMb = 50;
const objects = { servicenow: 'incident', salesforce: 'Case' } as const;
const withinMs = 600_000;

/** Tickets that stand on both sides, ids by side, in one order. */
type Tickets = Readonly<Record<Side, readonly string[]>>;

interface Bench {
  readonly desks: Desks;
  readonly daemon: DaemonProcess;
  readonly dataDir: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'data');
  const desks = await startDesks(values.latency);
  let grown = 0;
  try {
    const daemon = await startDaemon(dataDir, desks, {
      poll: {
        CASEBRIDGE_POLL: '*/1 * * * * *',
        CASEBRIDGE_POLL_IDLE_MAX: '1',
        CASEBRIDGE_CONFIG: join(import.meta.dirname, 'files', 'mapping.ts'),
      },
      profileInto: null,
    });
    try {
      grown = await measure({ desks, daemon, dataDir });
      for (const line of daemon.complaints().slice(0, 10)) say(line);
    } finally {
      await daemon.stop();
    }
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
  if (grown > growthLimitMb) {
    say(`The daemon grew by ${grown} MB, more than ${growthLimitMb}.`);
    process.exitCode = 1;
  }
}

/** Returns the largest growth of the daemon's memory while a large file was under way, in MB. */
async function measure(bench: Bench): Promise<number> {
  const tickets = await openTickets(bench, Math.ceil(smallFiles / perTicket));
  const one: Tickets = { servicenow: tickets.servicenow.slice(0, 1), salesforce: tickets.salesforce.slice(0, 1) };
  // What a first file loads stays loaded.
  for (const from of ['servicenow', 'salesforce'] as const) await carry(bench, one, from, 1024 * 1024, 1);
  say('');
  say('| large file | seconds | MB/s | daemon before, MB | at its peak, MB | growth, MB |');
  say('|---|---:|---:|---:|---:|---:|');
  let grown = 0;
  for (const from of ['servicenow', 'salesforce'] as const) {
    await delay(3000);
    forgetPeak(bench.daemon.pid);
    const before = await residentMb(bench.daemon.pid);
    const { seconds } = await carry(bench, one, from, largeBytes, 1);
    const { peakMb } = costOf(bench.daemon.pid, bench.dataDir);
    grown = Math.max(grown, peakMb - before);
    const mb = largeBytes / 1024 / 1024;
    say(
      `| ${mb} MB from ${from} | ${seconds.toFixed(1)} | ${Math.round(mb / seconds)} | ${before} | ${peakMb} | ${peakMb - before} |`,
    );
  }
  say('');
  say(`| ${smallFiles} files of 4 kB, ${perTicket} a ticket | files/s | ServiceNow calls | Salesforce calls |`);
  say('|---|---:|---:|---:|');
  for (const from of ['servicenow', 'salesforce'] as const) {
    await Promise.all([bench.desks.servicenow.ask({ do: 'forget' }), bench.desks.salesforce.ask({ do: 'forget' })]);
    const { seconds } = await carry(bench, tickets, from, smallBytes, perTicket);
    const servicenow = await bench.desks.servicenow.ask({ do: 'calls', since: 0 });
    const salesforce = await bench.desks.salesforce.ask({ do: 'calls', since: 0 });
    say(`| from ${from} | ${Math.round(smallFiles / seconds)} | ${servicenow.calls} | ${salesforce.calls} |`);
    for (const { kinds } of [servicenow, salesforce]) say(`    ${JSON.stringify(kinds)}`);
  }
  return grown;
}

async function openTickets({ desks }: Bench, count: number): Promise<Tickets> {
  const fields = Array.from({ length: count }, (_, n) => ({ short_description: `Files ${n}` }));
  const { ids } = await desks.servicenow.ask({ do: 'open', object: 'incident', tickets: fields });
  for (const until = Date.now() + withinMs; Date.now() < until; await delay(200)) {
    const across = await desks.salesforce.ask({ do: 'column', object: 'Case', key: 'ServiceNow_Id__c', field: 'id' });
    const cases = ids.map((id) => across[id] ?? '');
    if (cases.every((id) => id !== '')) return { servicenow: ids, salesforce: cases };
  }
  throw new Error('the tickets were not carried');
}

/** Adds files on one side and waits until each of them is across, with the same content. */
async function carry(
  { desks }: Bench,
  tickets: Tickets,
  from: Side,
  bytes: number,
  times: number,
): Promise<{ readonly seconds: number }> {
  const to = otherSide(from);
  const there = (side: Side): Promise<readonly string[]> =>
    desks[side].ask({ do: 'files', object: objects[side], ids: tickets[side] });
  const startedAt = performance.now();
  await desks[from].ask({ do: 'attach', object: objects[from], ids: tickets[from], bytes, times });
  const wanted = hashes(await there(from));
  for (const until = Date.now() + withinMs; Date.now() < until; await delay(100)) {
    const across = hashes(await there(to));
    if (wanted.every((hash) => across.includes(hash))) return { seconds: (performance.now() - startedAt) / 1000 };
  }
  throw new Error(`files from ${from} were not carried`);
}

function hashes(files: readonly string[]): readonly string[] {
  return files.map((file) => file.split(' ').at(-1) ?? '');
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
}

await main();
