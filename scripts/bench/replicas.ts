/**
 * What several daemons on one database move together, and whether they keep to the limits of the desks together, by the desks' own log.
 * With `default` tickets are born on both sides, and each desk asks for a pause; with lanes by number all are born in Salesforce, so
 * that the writes of ServiceNow, one after another in each call, are what bounds.
 * Run: npm run bench -- replicas [--replicas 1,2,4] [--lanes default,4,16] [--tickets 240] [--latency 100] [--write 300] [--pause 5]
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { sides } from '../../src/core/side.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/prisma/migrate.ts';
import { systemClock } from '../../src/system.ts';
import { type DaemonProcess, startDaemon } from './replicas/daemon.ts';
import { type Desks, startDesks } from './replicas/desk.ts';
import { type Round, roundTable } from './replicas/report.ts';
import { costOf } from './throughput/process-cost.ts';
import { cases, incidents } from './throughput/tickets.ts';

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '1,2,4' },
    lanes: { type: 'string', default: 'default,4,16' },
    tickets: { type: 'string', default: '240' },
    latency: { type: 'string', default: '100' },
    write: { type: 'string', default: '300' },
    pause: { type: 'string', default: '5' },
  },
});
const tickets = Number(values.tickets);
const pauseSeconds = Number(values.pause);
const timeoutMs = 180_000;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Lanes of one process, or the default of both sides, which holds for all processes together. */
type Lanes = number | 'default';

async function measure(server: string, folder: string, replicas: number, lanes: Lanes): Promise<Round> {
  const databaseUrl = await newDatabase(server, `r${replicas}_${lanes}`);
  await migrate(databaseUrl);
  const desks = await startDesks(Number(values.latency), lanes === 'default' ? 0 : Number(values.write));
  const daemons: DaemonProcess[] = [];
  try {
    for (let n = 0; n < replicas; n += 1) {
      const dataDir = join(folder, `d${replicas}-${lanes}-${n}`);
      await mkdir(dataDir);
      daemons.push(await startDaemon({ databaseUrl, desks, dataDir, env: settings(lanes, replicas) }));
    }
    // Lanes go from hand to hand every few seconds: all have theirs by now.
    await delay(6_000);
    return await burst({ desks, daemons, replicas, lanes, folder });
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await Promise.all(sides.map((side) => desks[side].stop()));
  }
}

function settings(lanes: Lanes, replicas: number): Readonly<Record<string, string>> {
  const poll = { CASEBRIDGE_POLL: '*/2 * * * * *', CASEBRIDGE_POLL_IDLE_MAX: '2' };
  if (lanes === 'default') return poll;
  const all = String(lanes * replicas);
  return { ...poll, SERVICENOW_MAX_CONCURRENCY: all, SALESFORCE_MAX_CONCURRENCY: all };
}

interface Burst {
  readonly desks: Desks;
  readonly daemons: readonly DaemonProcess[];
  readonly replicas: number;
  readonly lanes: Lanes;
  readonly folder: string;
}

/** Tickets born all at once; with the default limits half of them on each side, and each desk also asks for a pause in the middle. */
async function burst({ desks, daemons, replicas, lanes, folder }: Burst): Promise<Round> {
  const cpu = (): number => daemons.reduce((sum, { pid }) => sum + costOf(pid, folder).cpuMs, 0);
  const before = cpu();
  const since = Date.now();
  const atServiceNow = lanes === 'default' ? tickets / 2 : 0;
  await Promise.all([
    desks.servicenow.ask({ do: 'open', object: 'incident', tickets: incidents(atServiceNow) }),
    desks.salesforce.ask({ do: 'open', object: 'Case', tickets: cases(tickets - atServiceNow) }),
  ]);
  if (lanes === 'default') for (const side of sides) await desks[side].ask({ do: 'refuse', seconds: pauseSeconds });
  const bornAt = Date.now();
  const [here, there] = await Promise.all([
    desks.servicenow.ask({ do: 'await', object: 'incident', field: 'description', text: '', rows: tickets, timeoutMs }),
    desks.salesforce.ask({ do: 'await', object: 'Case', field: 'Description', text: '', rows: tickets, timeoutMs }),
  ]);
  const at = Math.max(here.at, there.at);
  const rows = here.rows + there.rows - tickets;
  const logs = {
    servicenow: await desks.servicenow.ask({ do: 'log', since }),
    salesforce: await desks.salesforce.ask({ do: 'log', since }),
  };
  const round: Round = {
    replicas,
    lanes,
    seconds: (at - bornAt) / 1000,
    tickets: rows,
    missing: tickets - rows,
    cpuMs: cpu() - before,
    logs,
    complaints: daemons.flatMap((daemon) => daemon.complaints()).length,
  };
  say(
    `${replicas} × ${lanes}: ${Math.round(rows / round.seconds)} tickets/s, most at once ${logs.servicenow.most} + ${logs.salesforce.most}`,
  );
  return round;
}

async function newDatabase(server: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  const server = await startEmbedded({ dataDir: join(folder, 'data'), clock: systemClock });
  const rounds: Round[] = [];
  try {
    const lanes = values.lanes.split(',').map((each): Lanes => (each === 'default' ? each : Number(each)));
    for (const each of lanes) {
      for (const replicas of values.replicas.split(',').map(Number))
        rounds.push(await measure(server.url, folder, replicas, each));
    }
  } finally {
    await server.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(roundTable(rounds));
  const name = `replicas-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`;
  await writeFile(join(import.meta.dirname, 'results', name), `${JSON.stringify(rounds, null, 2)}\n`);
  if (rounds.some(isBroken)) process.exitCode = 1;
}

/** The limits that hold by default (`docs/settings.md`). */
const atMost = { servicenow: 2, salesforce: 5 } as const;

function isBroken({ lanes, missing, logs }: Round): boolean {
  const over = lanes === 'default' && sides.some((side) => logs[side].most > atMost[side]);
  const tooEarly = sides.some((side) => logs[side].refusals.some((one) => one.tooEarly > 0));
  return missing > 0 || over || tooEarly;
}

await main();
