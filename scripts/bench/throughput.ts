/**
 * How fast the daemon moves tickets, beside a floor that only copies them. Daemon and desks are processes of their own.
 * Run: npm run bench -- throughput [--tickets 1000] [--latency 0,20,100] [--poll 2] [--idle 60] [--profile folder]
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type DaemonProcess, startDaemon } from './throughput/daemon.ts';
import { type Desks, startDesks } from './throughput/desk.ts';
import { openFloor } from './throughput/floor.ts';
import type { Measured, Subject } from './throughput/measure.ts';
import { costOf, forgetPeak } from './throughput/process-cost.ts';
import { type BurstResult, type Results, table, writeResults } from './throughput/report.ts';
import { type Hot, type Idle, names, runBursts, runHot, runIdle, type ScenarioName } from './throughput/scenarios.ts';

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '1000' },
    latency: { type: 'string', default: '0,20,100' },
    poll: { type: 'string', default: '2' },
    idle: { type: 'string', default: '60' },
    profile: { type: 'string' },
  },
});
const tickets = Number(values.tickets);
const latencies = values.latency.split(',').map(Number);
const idleSeconds = Number(values.idle);
/** Finer than the default, so that little of the time is spent waiting. The finer, the more of our own writes are listed again. */
const poll = { CASEBRIDGE_POLL: `*/${values.poll} * * * * *`, CASEBRIDGE_POLL_IDLE_MAX: values.poll };
const hot = { edits: 200, gapMs: 25 };
/** The polls' overlap lists our own writes again for so long. */
const overlapMs = 17_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function withDesks<T>(latencyMs: number, use: (desks: Desks) => Promise<T>): Promise<T> {
  const desks = await startDesks(latencyMs);
  try {
    return await use(desks);
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
  }
}

async function withDataDir<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  try {
    return await use(join(folder, 'data'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function floorSubject(desks: Desks): Promise<Subject> {
  return openFloor(desks).then((floor) => ({
    name: 'floor',
    told: (from, since) => floor.copy(from, since),
    cost: () => costOf(process.pid, 'no database'),
    forgetPeak: () => forgetPeak(process.pid),
  }));
}

function daemonSubject({ pid }: DaemonProcess, dataDir: string): Subject {
  return {
    name: 'daemon',
    told: () => Promise.resolve(),
    cost: () => costOf(pid, dataDir),
    forgetPeak: () => forgetPeak(pid),
  };
}

async function bursts(desks: Desks, subject: Subject, latencyMs: number): Promise<ReadonlyMap<ScenarioName, Measured>> {
  const results = new Map<ScenarioName, Measured>();
  await runBursts(desks, subject, tickets, (name, measured) => {
    results.set(name, measured);
    say(
      `${latencyMs} ms, ${subject.name}: ${name}: ${Math.round(measured.perSecond)} tickets/s, ${measured.missing} missing`,
    );
  });
  return results;
}

interface Round {
  readonly daemon: ReadonlyMap<ScenarioName, Measured>;
  readonly hot: Hot;
  readonly idle: Idle | null;
  readonly readyMs: number;
  readonly complaints: readonly string[];
}

async function daemonRound(latencyMs: number, withIdle: boolean): Promise<Round> {
  return withDesks(latencyMs, (desks) =>
    withDataDir(async (dataDir) => {
      const daemon = await startDaemon(dataDir, desks, { poll, profileInto: values.profile ?? null });
      const subject = daemonSubject(daemon, dataDir);
      let measured: ReadonlyMap<ScenarioName, Measured>;
      let hotMeasured: Hot;
      try {
        measured = await bursts(desks, subject, latencyMs);
        hotMeasured = await runHot(desks, subject, hot.edits, hot.gapMs);
        say(`${latencyMs} ms, daemon: one hot ticket: last edit visible after ${hotMeasured.lastMs} ms`);
      } finally {
        await daemon.stop();
      }
      const idle = withIdle ? await idleMinute(desks, dataDir) : null;
      return { daemon: measured, hot: hotMeasured, idle, readyMs: daemon.readyMs, complaints: daemon.complaints() };
    }),
  );
}

/** A fresh daemon on the same tickets, with the settings that a user has by default. */
async function idleMinute(desks: Desks, dataDir: string): Promise<Idle> {
  const daemon = await startDaemon(dataDir, desks, { poll: {}, profileInto: null });
  try {
    await delay(overlapMs);
    return await runIdle(desks, daemonSubject(daemon, dataDir), idleSeconds);
  } finally {
    await daemon.stop();
  }
}

async function main(): Promise<void> {
  const results: BurstResult[] = [];
  const rounds: (Round & { readonly latencyMs: number })[] = [];
  for (const latencyMs of latencies) {
    const floor = await withDesks(latencyMs, async (desks) => bursts(desks, await floorSubject(desks), latencyMs));
    const round = await daemonRound(latencyMs, idleSeconds > 0 && latencyMs === latencies.at(-1));
    rounds.push({ ...round, latencyMs });
    for (const scenario of names) {
      const [low, high] = [floor.get(scenario), round.daemon.get(scenario)];
      if (low !== undefined && high !== undefined) results.push({ latencyMs, scenario, floor: low, daemon: high });
    }
  }
  const all: Results = {
    tickets,
    bursts: results,
    hot: rounds.map((round) => ({ ...round.hot, callLatencyMs: round.latencyMs })),
    idle: rounds.at(-1)?.idle ?? null,
    readyMs: rounds[0]?.readyMs ?? 0,
    complaints: rounds.flatMap((round) => round.complaints),
  };
  process.stdout.write(table(all));
  for (const complaint of all.complaints.slice(0, 10)) say(complaint);
  say(`Written to ${await writeResults(all)}`);
  const missing = results.reduce((sum, { daemon, floor }) => sum + daemon.missing + floor.missing, 0);
  if (missing > 0 || all.hot.some((each) => Number.isNaN(each.lastMs))) {
    say(`${missing} tickets never became visible.`);
    process.exitCode = 1;
  }
}

await main();
