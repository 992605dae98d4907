import type { Side } from '../../../src/core/side.ts';
import type { BurstResult, PeerResult } from './burst-scenarios.ts';
import type { Hot } from './hot.ts';
import type { Idle } from './idle.ts';
import type { Lag } from './lag.ts';
import type { Measured, Percentiles } from './measure.ts';
import type { Resync } from './resync.ts';
import type { Loaded } from './round.ts';
import { isWhole, type Truth } from './truth.ts';

type Calls = Readonly<Record<Side, number>>;

/** A line of the table. Null where a column says nothing about a scenario. Calls are for 1,000 tickets, CPU is for one. */
export interface Line {
  readonly latency: string;
  readonly scenario: string;
  readonly tickets: number;
  readonly perSecond: number | null;
  readonly ofBlind: number | null;
  readonly ofEqual: number | null;
  readonly calls: Calls | null;
  /** Calls for rows that a later poll lists again. */
  readonly again: Calls | null;
  readonly blindCalls: Calls | null;
  readonly equalCalls: Calls | null;
  readonly cpuMs: number | null;
  readonly databaseCpuMs: number | null;
  readonly peakMb: number | null;
  readonly waits: Percentiles | null;
  readonly verdict: string;
  readonly bad: boolean;
  /** What else is known, for the file of results. */
  readonly raw: unknown;
}

const nothing = {
  perSecond: null,
  ofBlind: null,
  ofEqual: null,
  calls: null,
  again: null,
  blindCalls: null,
  equalCalls: null,
  cpuMs: null,
  databaseCpuMs: null,
  peakMb: null,
  waits: null,
} as const;

export function verdictOf(truth: Truth, missing = 0): Pick<Line, 'verdict' | 'bad'> {
  if (missing > 0) return { verdict: `${missing} never came`, bad: true };
  if (isWhole(truth)) return { verdict: 'whole', bad: false };
  return { verdict: `${truth.lost} lost, ${truth.twice} twice, ${truth.different} differ`, bad: true };
}

export function burstLine(result: BurstResult): Line {
  const { latency, scenario, daemon, again, blind, equal, truth } = result;
  const share = (floor: Measured | null): number | null => (floor === null ? null : daemon.perSecond / floor.perSecond);
  return {
    latency,
    scenario,
    tickets: daemon.tickets,
    perSecond: daemon.perSecond,
    ofBlind: share(blind),
    ofEqual: share(equal),
    calls: daemon.callsPer1000,
    again,
    blindCalls: blind?.callsPer1000 ?? null,
    equalCalls: equal?.callsPer1000 ?? null,
    cpuMs: daemon.cpuMsPerTicket,
    databaseCpuMs: daemon.databaseCpuMsPerTicket,
    peakMb: daemon.peakMb,
    waits: daemon.latencyMs,
    ...verdictOf(truth, daemon.missing + (blind?.missing ?? 0) + (equal?.missing ?? 0)),
    raw: result,
  };
}

export function peerLine({ latency, scenario, measured }: PeerResult): Line {
  const { tickets, perSecond, callsPer1000: calls, cpuMsPerTicket: cpuMs } = measured;
  return { ...nothing, latency, scenario, tickets, perSecond, calls, cpuMs, verdict: '–', bad: false, raw: measured };
}

export function loadLine(latency: string, load: Loaded, truth: Truth): Line {
  return {
    ...nothing,
    latency,
    scenario: 'first load of ServiceNow, start of the process included',
    tickets: load.tickets,
    perSecond: load.tickets / load.seconds,
    ofEqual: load.floorSeconds / load.seconds,
    calls: load.callsPer1000,
    equalCalls: load.floorCallsPer1000,
    cpuMs: load.cost.cpuMs / load.tickets,
    databaseCpuMs: load.cost.databaseCpuMs / load.tickets,
    peakMb: load.cost.peakMb,
    ...verdictOf(truth),
    raw: load,
  };
}

export function resyncLine(latency: string, resync: Resync, truth: Truth): Line {
  return {
    ...nothing,
    latency,
    scenario: `resync of links, ${resync.drifted} of them drifted`,
    tickets: resync.links,
    perSecond: resync.links / resync.seconds,
    calls: resync.callsPer1000,
    cpuMs: resync.cpuMsPerLink,
    databaseCpuMs: resync.databaseCpuMsPerLink,
    peakMb: resync.peakMb,
    ...verdictOf(truth, resync.code === 0 ? 0 : resync.drifted),
    raw: resync,
  };
}

export function hotLine(latency: string, hot: Hot, truth: Truth): Line {
  return {
    ...nothing,
    latency,
    scenario: `one ticket edited again and again, seen in ${hot.versionsSeen} versions`,
    tickets: hot.edits,
    calls: hot.callsPer1000,
    cpuMs: hot.cpuMsPerEdit,
    databaseCpuMs: hot.databaseCpuMsPerEdit,
    peakMb: hot.peakMb,
    waits: hot.latencyMs,
    ...verdictOf(truth, hot.missing),
    raw: hot,
  };
}

export function lagLine(latency: string, scenario: string, lag: Lag, truth: Truth): Line {
  const kept = lag.latencyMs.p95 <= lag.targetMs;
  const verdict = verdictOf(truth, lag.missing);
  return {
    ...nothing,
    latency,
    scenario,
    tickets: lag.edits,
    waits: lag.latencyMs,
    verdict: `${verdict.verdict}; p95 ${kept ? 'within' : 'above'} ${lag.targetMs}`,
    bad: verdict.bad,
    raw: lag,
  };
}

/** An hour without a change. Its calls stand as they are, not per 1,000. */
export function idleLine(latency: string, polls: number, idle: Idle, truth: Truth): Line {
  return {
    ...nothing,
    latency,
    scenario: `idle hour: ${polls} polls a side (all calls); CPU ${percent(idle.cpuShare)}, Postgres ${percent(idle.databaseCpuShare)}`,
    tickets: 0,
    calls: idle.calls,
    peakMb: idle.peakMb,
    ...verdictOf(truth),
    raw: idle,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
