import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Side, sides } from '../../../src/core/side.ts';
import { type Copier, openBlindCopy } from './blind-copy.ts';
import { openBlindComments } from './blind-comments.ts';
import { pairsOf } from './bursts.ts';
import { type DaemonProcess, startDaemon } from './daemon.ts';
import { type Desks, setLatency, startDesks, stopDesks } from './desk.ts';
import { openEqualCalls } from './equal-calls.ts';
import { per1000, type Subject } from './measure.ts';
import { openNaivePeer } from './naive-peer.ts';
import { type Cost, costOf, forgetPeak } from './process-cost.ts';
import { roomUntilTick } from './ticks.ts';
import { incidents } from './tickets.ts';

/** Everything that runs while one latency is measured: a daemon on its desks, and the floors on desks of theirs. */
export interface Round {
  readonly latency: string;
  readonly desks: Desks;
  readonly floorDesks: Desks;
  readonly daemon: Subject;
  readonly floors: Readonly<Record<'blind' | 'blindComments' | 'equal' | 'naive', Subject>>;
  readonly dataDir: string;
  readonly readyMs: number;
  /** The first load of what was prepared. */
  readonly load: Loaded;
  readonly complaints: () => readonly string[];
}

export interface Loaded {
  readonly tickets: number;
  /** From the start of the process to the last Case. */
  readonly seconds: number;
  /** The same for the floor of equal calls, from its first call. */
  readonly floorSeconds: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
  readonly floorCallsPer1000: Readonly<Record<Side, number>>;
  readonly cost: Cost;
}

export interface RoundOptions {
  readonly latency: string;
  /** Incidents that stand on both sides before anything is measured; 0 for none. */
  readonly prepared: number;
  /** The first load is measured, so the latency holds for it, too. */
  readonly timedLoad: boolean;
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
        const startedAt = Date.now();
        const daemon = await startDaemon(dataDir, desks, options);
        try {
          const subject = daemonSubject(daemon, dataDir);
          const loaded = await awaitLoad(desks, options, startedAt);
          const cost = subject.cost();
          const { floors, load } = await openFloors(floorDesks, options);
          await Promise.all([desks, floorDesks].map((each) => setLatency(each, options.latency)));
          return await use({
            latency: options.latency,
            desks,
            floorDesks,
            daemon: subject,
            floors,
            dataDir,
            readyMs: daemon.readyMs,
            load: {
              tickets: options.prepared,
              ...loaded,
              floorSeconds: load.seconds,
              floorCallsPer1000: load.callsPer1000,
              cost,
            },
            complaints: daemon.complaints,
          });
        } finally {
          await daemon.stop();
        }
      }),
    ),
  );
}

/** Desks with the tickets that are to stand there before; without latency, unless that is measured. */
async function withDesks<T>(
  { prepared, timedLoad, latency }: RoundOptions,
  use: (desks: Desks) => Promise<T>,
): Promise<T> {
  const desks = await startDesks(timedLoad ? latency : '0');
  try {
    if (prepared > 0) await desks.servicenow.ask({ do: 'open', object: 'incident', tickets: incidents(prepared, 'p') });
    return await use(desks);
  } finally {
    await stopDesks(desks);
  }
}

interface Load {
  readonly seconds: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
}

async function awaitLoad(desks: Desks, { prepared }: RoundOptions, startedAt: number): Promise<Load> {
  if (prepared === 0) return { seconds: 0, callsPer1000: { servicenow: 0, salesforce: 0 } };
  const all = await desks.salesforce.ask({ do: 'await-rows', object: 'Case', rows: prepared, timeoutMs: withinMs });
  if (!all) throw new Error('the tickets were not carried');
  const seconds = (Date.now() - startedAt) / 1000;
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since: startedAt })));
  return {
    seconds,
    callsPer1000: per1000(
      calls.map((each) => each.calls),
      prepared,
    ),
  };
}

async function openFloors(
  desks: Desks,
  options: RoundOptions,
): Promise<{ readonly floors: Round['floors']; readonly load: Load }> {
  const model = options.latency === 'realistic' ? 'realistic' : 'flat';
  const [blind, blindComments, equal, naive] = await Promise.all([
    openBlindCopy(desks, perBatch.blind[model]),
    openBlindComments(desks, perBatch.blind[model], () => pairsOf(desks, Number.POSITIVE_INFINITY)),
    openEqualCalls(desks, perBatch.equal[model]),
    openNaivePeer(desks),
  ]);
  const startedAt = Date.now();
  if (options.prepared > 0) await equal.copy('servicenow', 0);
  const load = await awaitLoad(desks, options, startedAt);
  return {
    floors: {
      blind: floorSubject(blind),
      blindComments: floorSubject(blindComments),
      equal: floorSubject(equal),
      naive: floorSubject(naive),
    },
    load,
  };
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
