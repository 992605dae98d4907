import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Copier, openBlindCopy } from './blind-copy.ts';
import { type DaemonProcess, startDaemon } from './daemon.ts';
import { type Desks, setLatency, startDesks, stopDesks } from './desk.ts';
import { openEqualCalls } from './equal-calls.ts';
import type { Subject } from './measure.ts';
import { openNaivePeer } from './naive-peer.ts';
import { costOf, forgetPeak } from './process-cost.ts';
import { roomUntilTick } from './ticks.ts';
import { incidents } from './tickets.ts';

/** Everything that runs while one latency is measured: a daemon on its desks, and the floors on desks of theirs. */
export interface Round {
  readonly latency: string;
  readonly desks: Desks;
  readonly floorDesks: Desks;
  readonly daemon: Subject;
  readonly floors: Readonly<Record<'blind' | 'equal' | 'naive', Subject>>;
  readonly dataDir: string;
  readonly readyMs: number;
  readonly complaints: () => readonly string[];
}

export interface RoundOptions {
  readonly latency: string;
  /** Incidents that stand on both sides before anything is measured; 0 for none. */
  readonly prepared: number;
  readonly poll: Readonly<Record<string, string>>;
  readonly profileInto: string | null;
}

/** Writes in one Batch call: none published; at 120 ms a write, 125 take half of the 30 s that a call may last. */
const perBatch = { blind: { flat: 500, realistic: 125 }, equal: { flat: 200, realistic: 125 } };
const withinMs = 300_000;

/** Starts all of it, gives it to `use`, and takes it down again. */
export async function withRound<T>(options: RoundOptions, use: (round: Round) => Promise<T>): Promise<T> {
  return withDesks(options, (floorDesks) =>
    withDesks(options, (desks) =>
      withDataDir(async (dataDir) => {
        const daemon = await startDaemon(dataDir, desks, options);
        try {
          await prepareDaemon(desks, options);
          const floors = await openFloors(floorDesks, options);
          return await use({
            latency: options.latency,
            desks,
            floorDesks,
            daemon: daemonSubject(daemon, dataDir),
            floors,
            dataDir,
            readyMs: daemon.readyMs,
            complaints: daemon.complaints,
          });
        } finally {
          await daemon.stop();
        }
      }),
    ),
  );
}

/** Desks without latency, with the tickets that are to stand there before. */
async function withDesks<T>({ prepared }: RoundOptions, use: (desks: Desks) => Promise<T>): Promise<T> {
  const desks = await startDesks('0');
  try {
    if (prepared > 0) await desks.servicenow.ask({ do: 'open', object: 'incident', tickets: incidents(prepared, 'p') });
    return await use(desks);
  } finally {
    await stopDesks(desks);
  }
}

/** Waits for the first load, at no latency, before the latency of the round holds. */
async function prepareDaemon(desks: Desks, { prepared, latency }: RoundOptions): Promise<void> {
  if (prepared > 0) await awaitCases(desks, prepared);
  await setLatency(desks, latency);
}

async function openFloors(desks: Desks, { prepared, latency }: RoundOptions): Promise<Round['floors']> {
  const model = latency === 'realistic' ? 'realistic' : 'flat';
  const [blind, equal, naive] = await Promise.all([
    openBlindCopy(desks, perBatch.blind[model]),
    openEqualCalls(desks, perBatch.equal[model]),
    openNaivePeer(desks),
  ]);
  if (prepared > 0) {
    await equal.copy('servicenow', 0);
    await awaitCases(desks, prepared);
  }
  await setLatency(desks, latency);
  return { blind: floorSubject(blind), equal: floorSubject(equal), naive: floorSubject(naive) };
}

async function awaitCases({ salesforce }: Desks, rows: number): Promise<void> {
  const all = await salesforce.ask({ do: 'await-rows', object: 'Case', rows, timeoutMs: withinMs });
  if (!all) throw new Error('the tickets were not carried');
}

export async function withDataDir<T>(use: (dataDir: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  // Postgres may run as another user, who must be able to walk in.
  await chmod(folder, 0o711);
  try {
    return await use(join(folder, 'data'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function daemonSubject({ pid }: DaemonProcess, dataDir: string): Subject {
  return {
    kind: 'daemon',
    told: () => Promise.resolve(),
    cost: () => costOf(pid, dataDir),
    forgetPeak: () => forgetPeak(pid),
  };
}

function floorSubject(copier: Copier): Subject {
  return {
    kind: 'floor',
    // Not in the shadow of the daemon's poll, which lists again what it has just carried.
    told: async (from, since) => {
      while (!roomUntilTick(Date.now(), 4000)) await delay(100);
      await copier.copy(from, since);
    },
    cost: () => costOf(process.pid, 'no database'),
    forgetPeak: () => forgetPeak(process.pid),
  };
}
