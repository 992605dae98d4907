import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { otherSide, type Side, sides } from '../core/side.ts';
import type { EngineEvent } from '../engine/events.ts';

/** Figures that no event tells, as they stand when somebody asks. */
export interface Figures {
  /** API calls since start. */
  readonly calls: Readonly<Record<Side, number>>;
  /** Part of the vendor's limit that is used, 0 to 1; null where it tells none. */
  readonly allocationUsed: Readonly<Record<Side, number | null>>;
  readonly lagSeconds: Readonly<Record<Side, number | null>>;
  readonly gapSeconds: Readonly<Record<Side, number | null>>;
  readonly cursors: readonly { readonly pair: string; readonly side: Side; readonly completeAt: string | null }[];
  readonly queue: { readonly waiting: number; readonly active: number };
  readonly quarantined: number;
  readonly openConflicts: number;
  readonly links: Readonly<Record<string, number>>;
  readonly pausedPairs: number;
}

export interface Metrics {
  hear(event: EngineEvent): void;
  /** In Prometheus' text format. Rejects where the database does not answer. */
  text(figures: Figures): Promise<string>;
  readonly contentType: string;
}

const directions: Readonly<Record<Side, string>> = {
  servicenow: 'salesforce_to_servicenow',
  salesforce: 'servicenow_to_salesforce',
};

/** Counts what the engine does. Labels are bounded: sides, outcomes, rules and the pairs of the mapping file, never a ticket. */
export function createMetrics(now: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counts = createCounts(registry);
  const gauges = createGauges(registry);
  let changes = 0;

  return {
    contentType: registry.contentType,
    hear: (event) => {
      changes += changesOf(event);
      count(counts, event, now());
    },
    text: async (figures) => {
      show(gauges, figures, changes);
      return registry.metrics();
    },
  };
}

type Counts = ReturnType<typeof createCounts>;
type Gauges = ReturnType<typeof createGauges>;

function createCounts(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `casebridge_${name}`, help, labelNames, registers });
  return {
    changes: counter('changes_total', 'Tickets written, by the direction of the change', ['direction', 'outcome']),
    conflicts: counter('conflicts_total', 'Fields that both sides changed', ['policy', 'winner']),
    echoes: counter('echoes_suppressed_total', 'Rows of polls that needed no look: our own writes, mostly', ['side']),
    failedPolls: counter('poll_failures_total', 'Polls that did not come to their end', ['side']),
    setAside: counter('records_quarantined_total', 'Tries that ended with a record set aside', ['reason']),
    freshness: new Histogram({
      name: 'casebridge_freshness_seconds',
      help: 'From the change in one desk to its write in the other',
      labelNames: ['direction'],
      buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600, 21_600],
      registers,
    }),
    batch: new Histogram({
      name: 'casebridge_batch_records',
      help: 'Tickets worked on at once',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200],
      registers,
    }),
    batchTime: new Histogram({
      name: 'casebridge_batch_seconds',
      help: 'Time that a batch took',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
  };
}

function createGauges(registry: Registry) {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name: `casebridge_${name}`, help, labelNames, registers });
  return {
    calls: gauge('api_calls_total', 'API calls since start', ['side']),
    perThousand: gauge('api_calls_per_1000_changes', 'API calls for 1,000 changes carried, since start', []),
    allocation: gauge('api_allocation_used_ratio', "Part of the vendor's limit that everybody has used", ['side']),
    lag: gauge('lag_seconds', 'Since a side was last polled to its end', ['direction']),
    interval: gauge('poll_interval_seconds', 'The gap between two polls in force', ['side']),
    cursor: gauge('cursor_timestamp_seconds', 'Server time of the last poll that came to its end', ['pair', 'side']),
    queue: gauge('queue_records', 'Tickets that wait or are worked on', ['state']),
    deadLetters: gauge('dead_letters', 'Records set aside now', []),
    openConflicts: gauge('conflicts_open', 'Conflicts that wait for a person', []),
    links: gauge('links', 'Pairs of tickets', ['status']),
    paused: gauge('pairs_paused', 'Pairs of tables that stand still', []),
  };
}

function changesOf(event: EngineEvent): number {
  if (event.type === 'link.updated') return event.moves.length > 0 ? 1 : 0;
  return event.type === 'link.created' ? 1 : 0;
}

function count(counts: Counts, event: EngineEvent, now: number): void {
  switch (event.type) {
    case 'link.updated':
      for (const to of new Set(event.moves.map((move) => move.to))) {
        const direction = directions[to];
        counts.changes.inc({ direction, outcome: 'updated' });
        const changedAt = Date.parse(event.link.bases[otherSide(to)].version.stamp);
        if (!Number.isNaN(changedAt)) counts.freshness.observe({ direction }, Math.max(0, (now - changedAt) / 1000));
      }
      return;
    case 'link.created':
      counts.changes.inc({ direction: directions[event.on], outcome: 'created' });
      return;
    case 'conflict.noted':
      counts.conflicts.inc({ policy: event.conflict.rule, winner: event.conflict.winner ?? 'none' });
      return;
    case 'poll.done':
      counts.echoes.inc({ side: event.side }, Math.max(0, event.rows - event.queued));
      return;
    case 'poll.failed':
      counts.failedPolls.inc({ side: event.side });
      return;
    case 'record.quarantined':
      counts.setAside.inc({
        reason: event.row.reason.kind === 'connector' ? event.row.reason.error : event.row.reason.kind,
      });
      return;
    case 'batch.done':
      counts.batch.observe(event.keys);
      counts.batchTime.observe(event.durationMs / 1000);
      return;
    default:
      return;
  }
}

function show(gauges: Gauges, figures: Figures, changes: number): void {
  for (const side of sides) {
    gauges.calls.set({ side }, figures.calls[side]);
    setOrRemove(gauges.allocation, { side }, figures.allocationUsed[side]);
    setOrRemove(gauges.interval, { side }, figures.gapSeconds[side]);
    setOrRemove(gauges.lag, { direction: directions[otherSide(side)] }, figures.lagSeconds[side]);
  }
  const calls = figures.calls.servicenow + figures.calls.salesforce;
  if (changes > 0) gauges.perThousand.set((calls / changes) * 1000);
  for (const { pair, side, completeAt } of figures.cursors) {
    if (completeAt !== null) gauges.cursor.set({ pair, side }, Date.parse(completeAt) / 1000);
  }
  gauges.queue.set({ state: 'waiting' }, figures.queue.waiting);
  gauges.queue.set({ state: 'active' }, figures.queue.active);
  gauges.deadLetters.set(figures.quarantined);
  gauges.openConflicts.set(figures.openConflicts);
  gauges.paused.set(figures.pausedPairs);
  for (const [status, number] of Object.entries(figures.links)) gauges.links.set({ status }, number);
}

/** What is not known is left out: a zero would be a lie. */
function setOrRemove<L extends string>(gauge: Gauge<L>, labels: Record<L, string>, value: number | null): void {
  if (value === null) gauge.remove(labels);
  else gauge.set(labels, value);
}
