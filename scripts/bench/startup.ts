/**
 * How long a short command and the daemon take to start, and what an idle daemon costs. CPU time is told beside the clock's, which
 * other programs on the machine stretch.
 * Run: npm run bench -- startup [--times 5] [--idle 60] [--settle 240]; polls are at their longest gap after some 220 s
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/prisma/migrate.ts';
import { systemClock } from '../../src/system.ts';
import { quantile } from './million/ask.ts';
import { statementsOf } from './million/statements.ts';
import { type DaemonOptions, environment, commandLine, startDaemon } from './replicas/daemon.ts';
import { startDesks } from './replicas/desk.ts';
import { costOf } from './throughput/process-cost.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '5' },
    idle: { type: 'string', default: '60' },
    settle: { type: 'string', default: '240' },
  },
});
const times = Number(values.times);
const idleSeconds = Number(values.idle);
const settleMs = Number(values.settle) * 1000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Milliseconds of the clock and of CPU, of `casebridge --help` as the start script runs it. */
async function help(options: DaemonOptions): Promise<readonly [clock: number, cpu: number]> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, commandLine(['--help']), { env: environment(options), stdio: 'ignore' });
  const pid = child.pid ?? 0;
  let cpuMs = 0;
  const look = setInterval(() => (cpuMs = Math.max(cpuMs, costOf(pid, 'no database').cpuMs)), 20);
  await once(child, 'exit');
  clearInterval(look);
  return [performance.now() - startedAt, cpuMs];
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'daemon');
  await mkdir(dataDir);
  const server = await startEmbedded({ dataDir: join(folder, 'data'), clock: systemClock });
  const desks = await startDesks(0);
  try {
    await migrate(server.url);
    const options: DaemonOptions = { databaseUrl: server.url, desks, dataDir };
    await help(options);
    const helps: (readonly [number, number])[] = [];
    for (let n = 0; n < times; n += 1) helps.push(await help(options));
    say(
      `--help: ${told(helps.map(([clock]) => clock))} ms by the clock, ${told(helps.map(([, cpu]) => cpu))} ms of CPU`,
    );

    const ready: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const daemon = await startDaemon(options);
      ready.push(daemon.readyMs);
      await daemon.stop();
    }
    say(`daemon until ready, on a database that is there: ${told(ready)} ms`);

    const daemon = await startDaemon(options);
    const startCpuMs = costOf(daemon.pid, folder).cpuMs;
    await delay(settleMs);
    const before = { cost: costOf(daemon.pid, folder), statements: await statementsOf(server.url) };
    await delay(idleSeconds * 1000);
    const after = { cost: costOf(daemon.pid, folder), statements: await statementsOf(server.url) };
    const share = (ms: number): string => `${((ms / (idleSeconds * 1000)) * 100).toFixed(1)} % of a core`;
    say(`daemon until ready: ${startCpuMs} ms of CPU`);
    say(
      `idle ${idleSeconds} s: daemon ${share(after.cost.cpuMs - before.cost.cpuMs)}, Postgres ${share(after.cost.databaseCpuMs - before.cost.databaseCpuMs)}, ` +
        `${after.statements.transactions - before.statements.transactions} transactions, peak ${after.cost.peakMb} MB`,
    );
    await daemon.stop();
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
    await server.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  }
}

function told(measured: readonly number[]): string {
  return `${Math.round(quantile(measured, 0.5))} (worst ${Math.round(Math.max(...measured))})`;
}

await main();
