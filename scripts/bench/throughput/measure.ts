import { setTimeout as delay } from 'node:timers/promises';
import { type Side, otherSide, sides } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import type { Done, Fields, Watched } from './messages.ts';
import type { Cost } from './process-cost.ts';

/** What is measured: the daemon, which finds out by itself, or the floor, which is told. */
export interface Subject {
  readonly name: 'daemon' | 'floor';
  /** Called when the tickets of a scenario stand at `from`; `since` is a moment before the first of them. */
  readonly told: (from: Side, since: number) => Promise<void>;
  readonly cost: () => Cost;
  readonly forgetPeak: () => void;
}

/** Tickets that one desk's people opened or edited at once, and how the other desk shows that it has them. */
export interface Burst {
  readonly from: Side;
  readonly act: (desks: Desks) => Promise<Done>;
  /** The column of the other desk that names a ticket, and what its text will be, by that name. */
  readonly key: string;
  readonly expected: (ids: readonly string[]) => Fields;
}

export interface Measured {
  readonly tickets: number;
  readonly missing: number;
  /** From the first list call after the edits to the last ticket seen on the other side. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
  /** How many calls of each kind, by side. */
  readonly kinds: readonly Readonly<Record<string, number>>[];
  readonly cpuMsPerTicket: number;
  readonly databaseCpuMsPerTicket: number;
  readonly peakMb: number;
  /** From edit to visible on the other side, in milliseconds; the wait for the next poll is in it. */
  readonly latencyMs: Readonly<Record<'p50' | 'p95' | 'p99', number>>;
}

export const objects: Readonly<Record<Side, string>> = { servicenow: 'incident', salesforce: 'Case' };
export const texts: Readonly<Record<Side, string>> = { servicenow: 'description', salesforce: 'Description' };

const timeoutMs = 60_000;
/** Stamps have whole seconds: what follows must not share one with what came before. */
const apartMs = 1100;
/** What is still recorded after the last write belongs to the scenario. */
const afterwardsMs = 700;

/** Runs bursts at once, and waits until the other sides show all of them. */
export async function measure(desks: Desks, subject: Subject, bursts: readonly Burst[]): Promise<Measured> {
  await delay(apartMs);
  subject.forgetPeak();
  const before = subject.cost();
  const since = Date.now();
  const acted = await Promise.all(bursts.map((burst) => burst.act(desks)));
  const watching = bursts.map((burst, at) => watch(desks, burst, acted[at]?.ids ?? []));
  await Promise.all(bursts.map((burst) => subject.told(burst.from, since)));
  const seen = await Promise.all(watching);
  const starts = await Promise.all(bursts.map((burst, at) => startOf(desks, burst, acted[at])));
  await delay(afterwardsMs);
  const after = subject.cost();
  const waits = seen.flatMap(({ seenAt }, at) => Object.values(seenAt).map((time) => time - (acted[at]?.at ?? time)));
  const last = Math.max(...seen.flatMap(({ seenAt }) => Object.values(seenAt)));
  const tickets = waits.length;
  const missing = seen.reduce((sum, each) => sum + each.missing, 0);
  const seconds = Math.max(0.001, (last - Math.min(...starts)) / 1000);
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since })));
  return {
    tickets,
    missing,
    seconds,
    perSecond: tickets / seconds,
    callsPer1000: per1000(
      calls.map((each) => each.calls),
      tickets,
    ),
    kinds: calls.map((each) => each.kinds),
    cpuMsPerTicket: (after.cpuMs - before.cpuMs) / tickets,
    databaseCpuMsPerTicket: (after.databaseCpuMs - before.databaseCpuMs) / tickets,
    peakMb: after.peakMb,
    latencyMs: percentiles(waits),
  };
}

export function per1000(calls: readonly number[], tickets: number): Readonly<Record<Side, number>> {
  const [servicenow = 0, salesforce = 0] = sides.map((_, at) => ((calls[at] ?? 0) * 1000) / tickets);
  return { servicenow, salesforce };
}

export function percentiles(values: readonly number[]): Measured['latencyMs'] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function watch(desks: Desks, burst: Burst, ids: readonly string[]): Promise<Watched> {
  const to = otherSide(burst.from);
  return desks[to].ask({
    do: 'watch',
    object: objects[to],
    key: burst.key,
    field: texts[to],
    expected: burst.expected(ids),
    timeoutMs,
  });
}

/** A call that was under way while the people acted may be the one that found their tickets: then the clock starts at once. */
async function startOf(desks: Desks, burst: Burst, done: Done | undefined): Promise<number> {
  const at = done?.at ?? 0;
  if (done?.busy === true) return at;
  return (await desks[burst.from].ask({ do: 'calls', since: at })).firstAt ?? at;
}
