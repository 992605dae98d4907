import { setTimeout as delay } from 'node:timers/promises';
import { burstScenarios, runBurst, runPeer } from './burst-scenarios.ts';
import { runHot } from './hot.ts';
import { runIdle } from './idle.ts';
import { runActiveLag, runIdleLag } from './lag.ts';
import { burstLine, hotLine, idleLine, lagLine, type Line, loadLine, peerLine, resyncLine } from './line.ts';
import { runResync } from './resync.ts';
import type { Round } from './round.ts';
import { compareDesks } from './truth.ts';

export interface StepContext {
  readonly tickets: number;
  /** Tells the texts of one step from those of the next. */
  readonly letter: string;
  readonly quick: boolean;
}

/** Something that is measured in a round, and what `--only` calls it. */
export interface Step {
  readonly group: string;
  readonly run: (round: Round, context: StepContext) => Promise<readonly Line[]>;
}

/** An hour of polls at the longest default gap of two minutes. */
const pollsAnHour = 30;
/** The idle round: its finest gap, and the longest one it is stretched to. */
export const idlePoll = { tickMs: 1000, idleMaxMs: 20_000 };
const settleMs = 2000;
/** The polls' overlap lists the first load again for so long. */
const overlapMs = 17_000;

/** In the order in which they run in one round. */
export const steps: readonly Step[] = [
  {
    group: 'load',
    run: async (round) => [loadLine(round.latency, round.load, await compareDesks(round.desks))],
  },
  ...burstScenarios.map((scenario): Step => ({
    group: scenario.group,
    run: async (round, { tickets, letter }) => [burstLine(await runBurst(round, scenario, tickets, letter))],
  })),
  {
    group: 'lag',
    run: async (round, { quick }) => {
      const lag = await runActiveLag(round, quick ? 30 : 50, 1000, callMs(round));
      await delay(settleMs);
      const scenario = `lag of an active pair, single edits, a poll every ${lag.gapMs / 1000} s`;
      return [lagLine(round.latency, scenario, lag, await compareDesks(round.desks))];
    },
  },
  {
    group: 'hot',
    run: async (round) => {
      const hot = await runHot(round, 1000, 20);
      await delay(settleMs);
      return [hotLine(round.latency, hot, await compareDesks(round.desks))];
    },
  },
  {
    group: 'resync',
    run: async (round) => {
      const resync = await runResync(round);
      return [resyncLine(round.latency, resync, await compareDesks(round.desks))];
    },
  },
  {
    group: 'peer',
    run: async (round) => (await runPeer(round, 200)).map(peerLine),
  },
];

/** Needs a daemon with `idlePoll`: an hour of polls in half a minute, before the gaps grow, then an edit at the worst moment. */
export const idleStep: Step = {
  group: 'idle',
  run: async (round) => {
    await delay(overlapMs);
    const idle = await runIdle(round, (pollsAnHour * idlePoll.tickMs) / 1000, pollsAnHour);
    const truth = await compareDesks(round.desks);
    const lag = await runIdleLag(round, idlePoll.idleMaxMs, callMs(round));
    await delay(settleMs);
    const scenario = `lag of an idle pair, edited right after a poll, idle gap ${idlePoll.idleMaxMs / 1000} s`;
    return [
      idleLine(round.latency, pollsAnHour, idle, truth),
      lagLine(round.latency, scenario, lag, await compareDesks(round.desks)),
    ];
  },
};

function callMs({ latency }: Round): number {
  return Number.isNaN(Number(latency)) ? 120 : Number(latency);
}
