import { Counter, Gauge, type Registry } from 'prom-client';
import { otherSide, type Side, sides } from '../../core/side.ts';
import { directionTo } from './counts.ts';

/** What the database knows. */
export interface StoredFigures {
  readonly cursors: readonly { readonly pair: string; readonly side: Side; readonly completeAt: string | null }[];
  readonly queue: { readonly waiting: number; readonly active: number };
  readonly quarantined: number;
  readonly openConflicts: number;
  readonly openProposals: number;
  readonly unmatched: number;
  readonly inDoubt: number;
  readonly links: Readonly<Record<string, number>>;
  readonly pausedPairs: number;
}

/** Figures that no event tells, as they stand when somebody asks. */
export interface Figures {
  readonly healthy: boolean;
  /** True where a side answers and lets us in. */
  readonly up: Readonly<Record<Side, boolean>>;
  /** API calls since start. */
  readonly calls: Readonly<Record<Side, number>>;
  /** Part of the vendor's limit that everybody has used, 0 to 1; null where it tells none. */
  readonly allocationUsed: Readonly<Record<Side, number | null>>;
  /** Part of our share of that limit that we have used, 0 to 1. */
  readonly budgetUsed: Readonly<Record<Side, number | null>>;
  readonly lagSeconds: Readonly<Record<Side, number | null>>;
  readonly gapSeconds: Readonly<Record<Side, number | null>>;
  readonly files: { readonly waiting: number; readonly active: number };
  /** Null while the database does not answer. */
  readonly stored: StoredFigures | null;
}

export type Gauges = ReturnType<typeof createGauges>;

export function createGauges(registry: Registry, version: string) {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name: `casebridge_${name}`, help, labelNames, registers });
  const info = gauge('build_info', '1 for each replica', ['version']);
  info.set({ version }, 1);
  return {
    healthy: gauge('healthy', '1 where nothing keeps the service from being healthy'),
    databaseUp: gauge('database_up', '1 where the database answers'),
    up: gauge('side_up', '1 where a side answers and lets us in', ['side']),
    calls: new Counter({ name: 'casebridge_api_calls_total', help: 'API calls', labelNames: ['side'], registers }),
    perThousand: gauge('api_calls_per_1000_changes', 'API calls for 1,000 changes carried, since start'),
    allocation: gauge('api_allocation_used_ratio', "Part of the vendor's limit that everybody has used", ['side']),
    budget: gauge('api_budget_used_ratio', 'Part of our share of that limit that we have used', ['side']),
    lag: gauge('lag_seconds', 'Since a side was last polled to its end', ['direction']),
    interval: gauge('poll_interval_seconds', 'The gap between two polls in force', ['side']),
    cursor: gauge('cursor_timestamp_seconds', 'Server time of the last poll that came to its end', ['pair', 'side']),
    queue: gauge('queue_records', 'Tickets that wait or are worked on', ['state']),
    files: gauge('files_under_way', 'Files that wait or are carried by this replica', ['state']),
    deadLetters: gauge('dead_letters', 'Records set aside now'),
    openConflicts: gauge('conflicts_open', 'Conflicts that wait for a person'),
    proposals: gauge('proposals_open', 'Tickets that may be the same, and wait for a person'),
    unmatched: gauge('people_unmatched', 'People and teams that were not found across'),
    inDoubt: gauge('in_doubt', 'Creates and writes whose outcome is not known yet'),
    links: gauge('links', 'Pairs of tickets', ['status']),
    paused: gauge('pairs_paused', 'Pairs of tables that stand still'),
  };
}

export function showFigures(gauges: Gauges, figures: Figures, changes: number): void {
  gauges.healthy.set(figures.healthy ? 1 : 0);
  // Kept by the desks' own counters, and shown as the counter it is.
  gauges.calls.reset();
  for (const side of sides) {
    gauges.up.set({ side }, figures.up[side] ? 1 : 0);
    gauges.calls.inc({ side }, figures.calls[side]);
    setOrRemove(gauges.allocation, { side }, figures.allocationUsed[side]);
    setOrRemove(gauges.budget, { side }, figures.budgetUsed[side]);
    setOrRemove(gauges.interval, { side }, figures.gapSeconds[side]);
    setOrRemove(gauges.lag, { direction: directionTo[otherSide(side)] }, figures.lagSeconds[side]);
  }
  const calls = figures.calls.servicenow + figures.calls.salesforce;
  if (changes > 0) gauges.perThousand.set((calls / changes) * 1000);
  for (const state of ['waiting', 'active'] as const) gauges.files.set({ state }, figures.files[state]);
  showStored(gauges, figures.stored);
}

function showStored(gauges: Gauges, stored: StoredFigures | null): void {
  gauges.databaseUp.set(stored === null ? 0 : 1);
  const { queue, deadLetters, openConflicts, proposals, unmatched, inDoubt, links, paused, cursor } = gauges;
  if (stored === null) {
    for (const gauge of [deadLetters, openConflicts, proposals, unmatched, inDoubt, paused]) gauge.remove();
    for (const gauge of [queue, links, cursor]) gauge.reset();
    return;
  }
  for (const { pair, side, completeAt } of stored.cursors) {
    if (completeAt !== null) cursor.set({ pair, side }, Date.parse(completeAt) / 1000);
  }
  for (const state of ['waiting', 'active'] as const) queue.set({ state }, stored.queue[state]);
  deadLetters.set(stored.quarantined);
  openConflicts.set(stored.openConflicts);
  proposals.set(stored.openProposals);
  unmatched.set(stored.unmatched);
  inDoubt.set(stored.inDoubt);
  paused.set(stored.pausedPairs);
  for (const [status, number] of Object.entries(stored.links)) links.set({ status }, number);
}

/** What is not known is left out: a zero would be a lie. */
function setOrRemove<L extends string>(gauge: Gauge<L>, labels: Record<L, string>, value: number | null): void {
  if (value === null) gauge.remove(labels);
  else gauge.set(labels, value);
}
