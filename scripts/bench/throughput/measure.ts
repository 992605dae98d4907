import { setTimeout as delay } from 'node:timers/promises';
import { type Side, sides } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import type { Done, Watched } from './messages.ts';
import type { Cost } from './process-cost.ts';
import { nextTick, pollGapMs, untilQuiet } from './ticks.ts';

/** What is measured: the daemon, which finds out by itself, or a floor, which is told. */
export interface Subject {
  readonly kind: 'daemon' | 'floor';
  /** Called when the tickets of a scenario stand at `from`; `since` is a moment before the first of them. */
  readonly told: (from: Side, since: number) => Promise<void>;
  readonly cost: () => Cost;
  readonly forgetPeak: () => void;
}

/** Tickets that one desk's people opened or edited at once, and how the other desk shows that it has them. */
export interface Burst {
  readonly from: Side;
  readonly act: (desks: Desks) => Promise<Done>;
  /** Waits until the other desk shows what came of these ids. */
  readonly watch: (desks: Desks, ids: readonly string[]) => Promise<Watched>;
}

export type Percentiles = Readonly<Record<'p50' | 'p95' | 'p99', number>>;

export interface Measured {
  readonly tickets: number;
  readonly missing: number;
  /** From the first list call after the edits to the last ticket seen on the other side. */
  readonly seconds: number;
  readonly perSecond: number;
  /** All calls until the last ticket was seen and recorded, less the polls that an idle pair would have made in that time. */
  readonly callsPer1000: Readonly<Record<Side, number>>;
  /** How many calls of each kind, by side. */
  readonly kinds: readonly Readonly<Record<string, number>>[];
  /** Calls that a desk turned away. */
  readonly refused: number;
  readonly cpuMsPerTicket: number;
  readonly databaseCpuMsPerTicket: number;
  readonly peakMb: number;
  /** From edit to visible on the other side, in milliseconds; the wait for the next poll is in it. */
  readonly latencyMs: Percentiles;
  /** When the work was over. */
  readonly endedAt: number;
}

export const objects: Readonly<Record<Side, string>> = { servicenow: 'incident', salesforce: 'Case' };
export const texts: Readonly<Record<Side, string>> = { servicenow: 'description', salesforce: 'Description' };

/** Nothing seen for so long: it will not come. */
export const timeoutMs = 180_000;
/** What is still recorded after the last write belongs to the scenario. */
const afterwardsMs = 700;
/** People are done with 5,000 tickets in about a second; their tickets lie ready before the poll, which is what is timed. */
const leadMs = 2500;

/** Runs bursts at once, and waits until the other sides show all of them. */
export async function measure(desks: Desks, subject: Subject, bursts: readonly Burst[]): Promise<Measured> {
  if (subject.kind === 'daemon') await delay(Math.max(0, nextTick(Date.now() + leadMs) - leadMs - Date.now()));
  // Stamps have whole seconds: what follows must not share one with what came before.
  else await delay(1100);
  subject.forgetPeak();
  const before = subject.cost();
  const since = Date.now();
  const acted = await Promise.all(bursts.map((burst) => burst.act(desks)));
  const watching = bursts.map((burst, at) => burst.watch(desks, acted[at]?.ids ?? []));
  await Promise.all(bursts.map((burst) => subject.told(burst.from, since)));
  const seen = await Promise.all(watching);
  const starts = await Promise.all(bursts.map((burst, at) => startOf(desks, burst, acted[at])));
  await delay(afterwardsMs);
  const endedAt = Date.now();
  const after = subject.cost();
  const start = Math.min(...starts);
  const waits = seen.flatMap(({ seenAt }, at) => Object.values(seenAt).map((time) => time - (acted[at]?.at ?? time)));
  const last = Math.max(...seen.flatMap(({ seenAt }) => Object.values(seenAt)));
  const tickets = waits.length;
  const seconds = Math.max(0.001, (last - start) / 1000);
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since: start, until: endedAt })));
  const idlePolls = subject.kind === 'daemon' ? Math.floor((endedAt - start) / pollGapMs) : 0;
  return {
    tickets,
    missing: seen.reduce((sum, each) => sum + each.missing, 0),
    seconds,
    perSecond: tickets / seconds,
    callsPer1000: per1000(
      calls.map((each) => Math.max(0, each.calls - idlePolls)),
      tickets,
    ),
    kinds: calls.map((each) => each.kinds),
    refused: calls.reduce((sum, each) => sum + each.refused, 0),
    cpuMsPerTicket: (after.cpuMs - before.cpuMs) / tickets,
    databaseCpuMsPerTicket: (after.databaseCpuMs - before.databaseCpuMs) / tickets,
    peakMb: after.peakMb,
    latencyMs: percentiles(waits),
    endedAt,
  };
}

/**
 * Waits until no poll lists the rows of a scenario again, and counts what it listed again per 1,000 tickets: the calls since the
 * scenario ended, less the polls that an idle pair would have made.
 */
export async function listedAgain(
  desks: Desks,
  { endedAt, tickets }: Measured,
): Promise<Readonly<Record<Side, number>>> {
  const quietAt = untilQuiet(endedAt);
  await delay(Math.max(0, quietAt - Date.now()));
  const idlePolls = Math.floor((quietAt - endedAt) / pollGapMs);
  const calls = await Promise.all(
    sides.map((side) => desks[side].ask({ do: 'calls', since: endedAt, until: quietAt })),
  );
  return per1000(
    calls.map((each) => Math.max(0, each.calls - idlePolls)),
    tickets,
  );
}

export function per1000(calls: readonly number[], tickets: number): Readonly<Record<Side, number>> {
  const [servicenow = 0, salesforce = 0] = sides.map((_, at) => ((calls[at] ?? 0) * 1000) / tickets);
  return { servicenow, salesforce };
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** A call that was under way while the people acted may be the one that found their tickets: then the clock starts at once. */
async function startOf(desks: Desks, burst: Burst, done: Done | undefined): Promise<number> {
  const at = done?.at ?? 0;
  if (done?.busy === true) return at;
  return (await desks[burst.from].ask({ do: 'calls', since: at })).firstAt ?? at;
}
