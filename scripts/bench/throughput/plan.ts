import type { RoundOptions } from './round.ts';
import { idlePoll, idleStep, type Step, steps } from './steps.ts';

export interface PlannedRound {
  readonly options: RoundOptions;
  readonly tickets: number;
  readonly steps: readonly Step[];
}

export interface Wish {
  /** Groups asked for; null for what is usual at each latency. */
  readonly only: ReadonlySet<string> | null;
  readonly latencies: readonly string[];
  readonly tickets: number;
  readonly quick: boolean;
  readonly profileInto: string | null;
}

/** What is measured at each latency when nothing else is asked for; one run of all of it takes under twenty minutes. */
const usual: Readonly<Record<string, readonly string[]>> = {
  0: ['changed'],
  20: ['created', 'changed', 'both', 'stamps'],
  100: ['created', 'changed', 'both'],
  realistic: ['changed', 'both'],
};
/** Measured at one latency only, in rounds of their own. */
const once = ['load', 'comments', 'files', 'lag', 'hot', 'resync', 'peer'];
const onceAt = '20';
export const groups = [...new Set([...Object.values(usual).flat(), ...once, idleStep.group])];
const quickGroups = ['changed', 'lag'];

/** A write takes 120 ms there: more tickets would only take longer. */
const mostRealistic = 240;
const idleTickets = 1000;
/** A side that has been quiet is asked less often by default; here each burst starts at the same pace. */
const evenPoll = { CASEBRIDGE_POLL_IDLE_MAX: '10' };
const slowingPoll = {
  CASEBRIDGE_POLL: `*/${idlePoll.tickMs / 1000} * * * * *`,
  CASEBRIDGE_POLL_IDLE_MAX: String(idlePoll.idleMaxMs / 1000),
};

/** The rounds of a run, in order. */
export function planRounds(wish: Wish): readonly PlannedRound[] {
  const only = wish.quick ? (wish.only ?? new Set(quickGroups)) : wish.only;
  const rounds = wish.latencies.flatMap((latency) => {
    const wanted = only ?? new Set(usual[latency] ?? usual['20']);
    return round(
      wish,
      latency,
      steps.filter(({ group }) => wanted.has(group) && (only === null || !isOnce(group) || wish.quick)),
    );
  });
  if (wish.quick) return rounds;
  const at = wish.latencies.includes(onceAt) ? onceAt : (wish.latencies[0] ?? onceAt);
  const singles = steps.filter(({ group }) => isOnce(group) && (only === null || only.has(group)));
  const idle = only === null || only.has(idleStep.group) ? [idleStep] : [];
  return [
    ...rounds,
    ...round(wish, at, singles),
    ...round({ ...wish, tickets: Math.min(wish.tickets, idleTickets) }, at, idle, slowingPoll),
  ];
}

function isOnce(group: string): boolean {
  return once.includes(group);
}

function round(
  { tickets, profileInto }: Wish,
  latency: string,
  planned: readonly Step[],
  poll: Readonly<Record<string, string>> = evenPoll,
): readonly PlannedRound[] {
  if (planned.length === 0) return [];
  const count = latency === 'realistic' ? Math.min(tickets, mostRealistic) : tickets;
  const named = new Set(planned.map(({ group }) => group));
  const prepared = named.has('created') ? 0 : count;
  const options = { latency, prepared, timedLoad: named.has('load'), poll, profileInto };
  return [{ options, tickets: count, steps: planned }];
}
