/**
 * What links cost: size on disk, an idle poll, every list that people ask for, and memory under load, at growing numbers of links.
 * Run: npm run bench -- --links 1000000 [--at 0,100000] [--idle 30] [--times 20] [--load 500] [--data folder]
 * With --data the database lies in that folder, stays there, and is not filled again where it holds as many links.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/prisma/migrate.ts';
import { systemClock } from '../../src/system.ts';
import { ask, firstBytes } from './million/ask.ts';
import { explain } from './million/explain.ts';
import { fill } from './million/fill.ts';
import { load } from './million/load.ts';
import { explainable } from './million/plans.ts';
import { type AtSize, report } from './million/report.ts';
import { statementsOf } from './million/statements.ts';
import { type DaemonOptions, startDaemon } from './replicas/daemon.ts';
import { startDesks } from './replicas/desk.ts';
import { costOf, forgetPeak } from './throughput/process-cost.ts';

const { values } = parseArgs({
  options: {
    links: { type: 'string', default: '1000000' },
    at: { type: 'string', default: '0,100000' },
    idle: { type: 'string', default: '30' },
    times: { type: 'string', default: '20' },
    load: { type: 'string', default: '500' },
    data: { type: 'string' },
    'node-args': { type: 'string', default: '' },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
/** The overlap of the polls lists our own writes again for so long, and a start has work of its own. */
const settleMs = 20_000;

async function measure(links: number): Promise<AtSize> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  await mkdir(join(folder, 'daemon'));
  const dataDir = values.data ?? join(folder, 'data');
  const server = await startEmbedded({ dataDir, clock: systemClock, settings: explainable });
  const desks = await startDesks(0);
  try {
    await migrate(server.url);
    const filled = await fill(server.url, links, say);
    say(`${links} links: ${Math.round(filled.seconds)} s to write`);
    const nodeArgs = values['node-args'].split(' ').filter((arg) => arg !== '');
    // The desks hold none of these tickets: a sweep would stop the pair.
    const env = { CASEBRIDGE_SWEEP: '0' };
    const options: DaemonOptions = { databaseUrl: server.url, desks, dataDir: join(folder, 'daemon'), env, nodeArgs };
    const daemon = await startDaemon(options);
    const cost = () => costOf(daemon.pid, dataDir);
    try {
      await delay(settleMs);
      forgetPeak(daemon.pid);
      const idleMs = Number(values.idle) * 1000;
      const before = { cost: cost(), statements: await statementsOf(server.url), at: Date.now() };
      await delay(idleMs);
      const after = { cost: cost(), statements: await statementsOf(server.url) };
      const [servicenow, salesforce] = await Promise.all([
        desks.servicenow.ask({ do: 'log', since: before.at }),
        desks.salesforce.ask({ do: 'log', since: before.at }),
      ]);
      say(`${links} links: idle measured`);
      const asked = await ask(daemon, links, Number(values.times));
      const exported = await firstBytes(daemon, '/api/links/export.csv');
      const explained = await explain({ daemon, options, logFile: join(dataDir, 'postgres.log'), links });
      say(`${links} links: questions asked`);
      forgetPeak(daemon.pid);
      const loaded = await load(desks, Number(values.load));
      for (const complaint of daemon.complaints().slice(0, 5)) say(complaint);
      return {
        filled,
        readyMs: daemon.readyMs,
        idle: {
          seconds: idleMs / 1000,
          calls: servicenow.calls + salesforce.calls,
          transactions: after.statements.transactions - before.statements.transactions,
          rowsRead: after.statements.rowsRead - before.statements.rowsRead,
          cpuMs: after.cost.cpuMs - before.cost.cpuMs,
          databaseCpuMs: after.cost.databaseCpuMs - before.cost.databaseCpuMs,
          peakMb: after.cost.peakMb,
        },
        asked,
        explained,
        exportFirstBytesMs: exported,
        load: { ...loaded, peakMb: cost().peakMb },
        complaints: daemon.complaints().length,
      };
    } finally {
      await daemon.stop();
    }
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
    await server.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  }
}

const sizes = [
  ...new Set([
    ...values.at
      .split(',')
      .filter((at) => at !== '')
      .map(Number),
    Number(values.links),
  ]),
];
const results: AtSize[] = [];
for (const links of sizes.toSorted((a, b) => a - b)) results.push(await measure(links));
process.stdout.write(report(results));
const file = join(
  import.meta.dirname,
  'results',
  `links-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`,
);
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
say(`Written to ${file}`);
