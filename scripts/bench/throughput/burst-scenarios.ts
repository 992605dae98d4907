import { type Side, sides } from '../../../src/core/side.ts';
import { commented, edited, filed, opened, type Pair, pairsOf } from './bursts.ts';
import { type Burst, listedAgain, measure, type Measured } from './measure.ts';
import type { Round } from './round.ts';
import { compareDesks, type Truth } from './truth.ts';

type FloorName = 'blind' | 'equal';

/** A scenario that floors can be held beside. */
export interface BurstScenario {
  readonly name: string;
  /** What `--only` calls it. */
  readonly group: 'created' | 'changed' | 'both' | 'stamps' | 'comments' | 'files';
  /** At most so many. */
  readonly most?: number;
  /** The floors that know how to; both where nothing is said. */
  readonly floors?: readonly FloorName[];
  /** What the blind copy is here. */
  readonly blind?: 'blind' | 'blindComments';
  /** `run` tells one run from the next on the same tickets. */
  readonly bursts: (count: number, pairs: readonly Pair[], run: string) => readonly Burst[];
}

export interface BurstResult {
  readonly latency: string;
  readonly scenario: string;
  readonly daemon: Measured;
  /** Calls per 1,000 for rows that a later poll lists again. */
  readonly again: Readonly<Record<Side, number>>;
  readonly blind: Measured | null;
  readonly equal: Measured | null;
  readonly truth: Truth;
}

const titles: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

export const burstScenarios: readonly BurstScenario[] = [
  { name: 'created in ServiceNow', group: 'created', bursts: (count, _, run) => [opened('servicenow', count, run)] },
  { name: 'created in Salesforce', group: 'created', bursts: (count, _, run) => [opened('salesforce', count, run)] },
  { name: 'changed in ServiceNow', group: 'changed', bursts: (_, pairs, run) => [edited('servicenow', pairs, run)] },
  { name: 'changed in Salesforce', group: 'changed', bursts: (_, pairs, run) => [edited('salesforce', pairs, run)] },
  {
    name: 'changed on both sides, half each',
    group: 'both',
    bursts: (_, pairs, run) => {
      const half = Math.floor(pairs.length / 2);
      return [edited('servicenow', pairs.slice(0, half), run), edited('salesforce', pairs.slice(half), run)];
    },
  },
  {
    name: 'changed in ServiceNow, all in one second',
    group: 'stamps',
    bursts: (_, pairs, run) => [edited('servicenow', pairs, run, true)],
  },
  ...sides.map((side): BurstScenario => ({
    name: `comments from ${titles[side]}`,
    group: 'comments',
    most: 1000,
    floors: ['blind'],
    blind: 'blindComments',
    bursts: (_, pairs, run) => [commented(side, pairs, run)],
  })),
  ...sides.map((side): BurstScenario => ({
    name: `files of 4 kB from ${titles[side]}`,
    group: 'files',
    most: 100,
    floors: [],
    bursts: (_, pairs) => [filed(side, pairs)],
  })),
];

/** One scenario: the daemon, then, while the daemon lists again what it has carried, the floors. */
export async function runBurst(
  round: Round,
  scenario: BurstScenario,
  tickets: number,
  letter: string,
): Promise<BurstResult> {
  const count = Math.min(tickets, scenario.most ?? tickets);
  const own = await pairsOf(round.desks, count);
  const daemon = await measure(round.desks, round.daemon, scenario.bursts(count, own, `${letter}d`));
  const theirs = await pairsOf(round.floorDesks, count);
  const floor = async (name: FloorName): Promise<Measured | null> => {
    if (scenario.floors?.includes(name) === false) return null;
    const subject = round.floors[name === 'blind' ? (scenario.blind ?? name) : name];
    return measure(round.floorDesks, subject, scenario.bursts(count, theirs, `${letter}${name[0] ?? ''}`));
  };
  const blind = await floor('blind');
  const equal = await floor('equal');
  const again = await listedAgain(round.desks, daemon);
  const truth = await compareDesks(round.desks);
  return { latency: round.latency, scenario: scenario.name, daemon, again, blind, equal, truth };
}

export interface PeerResult {
  readonly latency: string;
  readonly scenario: string;
  readonly measured: Measured;
}

/** The naive peer, each way, on few tickets: it takes its time. */
export async function runPeer(round: Round, tickets: number): Promise<readonly PeerResult[]> {
  const results: PeerResult[] = [];
  for (const side of sides) {
    const pairs = await pairsOf(round.floorDesks, tickets);
    const measured = await measure(round.floorDesks, round.floors.naive, [edited(side, pairs, `n${side[0] ?? ''}`)]);
    results.push({ latency: round.latency, scenario: `one record a call, changed in ${titles[side]}`, measured });
  }
  return results;
}
