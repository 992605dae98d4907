/**
 * What a resync takes in memory, at growing numbers of links: a first load makes them, one ticket in a thousand drifts where no poll
 * looks, then `resync` runs as a process of its own.
 * Run: npm run bench -- million-resync [--links 20000,100000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../../src/store/embedded.ts';
import { systemClock } from '../../src/system.ts';
import { commandLine, type DaemonOptions, environment } from './replicas/daemon.ts';
import { startDesks } from './replicas/desk.ts';
import { costOf } from './throughput/process-cost.ts';
import { incidents } from './throughput/tickets.ts';

const { values } = parseArgs({ options: { links: { type: 'string', default: '20000,100000' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Of tickets that go to a desk in one message. */
const atOnce = 5_000;

interface Ended {
  readonly code: number;
  readonly peakMb: number;
  readonly cpuMs: number;
  readonly seconds: number;
  readonly stdout: string;
}

async function run(options: DaemonOptions, args: readonly string[]): Promise<Ended> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, commandLine(args, options.nodeArgs), {
    env: environment(options),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let [stdout, cost] = ['', costOf(child.pid ?? 0, 'no database')];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const look = setInterval(() => {
    const now = costOf(child.pid ?? 0, 'no database');
    if (now.peakMb > 0) cost = now;
  }, 100);
  const [code] = (await once(child, 'exit')) as [number];
  clearInterval(look);
  return { code, peakMb: cost.peakMb, cpuMs: cost.cpuMs, seconds: (Date.now() - startedAt) / 1000, stdout };
}

async function measure(links: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  await mkdir(join(folder, 'daemon'));
  const server = await startEmbedded({ dataDir: join(folder, 'data'), clock: systemClock });
  const desks = await startDesks(0);
  try {
    const ids: string[] = [];
    for (let from = 0; from < links; from += atOnce) {
      const tickets = incidents(Math.min(atOnce, links - from), ` ${from}`);
      ids.push(...(await desks.servicenow.ask({ do: 'open', object: 'incident', tickets })));
    }
    const options: DaemonOptions = {
      databaseUrl: server.url,
      desks,
      dataDir: join(folder, 'daemon'),
      env: { CASEBRIDGE_SWEEP: '0' },
    };
    const load = await run(options, ['sync', '--once', '--yes', '--json']);
    say(`${links} links: first load ${load.code}, ${load.seconds.toFixed(0)} s, peak ${load.peakMb} MB`);
    const edits = ids
      .filter((_, at) => at % 1000 === 500)
      .map((id) => ({ id, fields: { short_description: `Drifted ${id}` } }));
    await desks.servicenow.ask({ do: 'edit', object: 'incident', edits });
    const since = Date.now();
    const resync = await run(options, ['resync', '--json']);
    const calls = [await desks.servicenow.ask({ do: 'log', since }), await desks.salesforce.ask({ do: 'log', since })];
    say(
      `${links} links: resync ${resync.code}, ${resync.seconds.toFixed(0)} s, peak ${resync.peakMb} MB, ${(resync.cpuMs / links).toFixed(2)} ms of CPU a link, ` +
        `calls ${calls.map((each) => each.calls).join(' + ')}: ${resync.stdout.trim()}`,
    );
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
    await server.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  }
}

for (const links of values.links.split(',').map(Number)) await measure(links);
