import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { otherSide, type Side, sides } from '../../core/side.ts';
import type { EngineEvent } from '../../engine/events.ts';

/** Where a change goes; named after both ends, since "inbound" is a matter of where one stands. */
export const directionTo: Readonly<Record<Side, string>> = {
  servicenow: 'salesforce_to_servicenow',
  salesforce: 'servicenow_to_salesforce',
};

export type Counts = ReturnType<typeof createCounts>;

/** Everything that is counted since the start. Labels are bounded: sides, outcomes, rules and reasons, never a ticket. */
export function createCounts(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `casebridge_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name: `casebridge_${name}`, help, labelNames, buckets, registers });
  const counts = {
    changes: counter('changes_total', 'Tickets written, by the direction of the change', ['direction', 'outcome']),
    adopted: counter('links_adopted_total', 'Tickets that were paired instead of created, by what told', ['told_by']),
    ended: counter('links_ended_total', 'Pairs of tickets that ended by what became of a record', ['life']),
    held: counter('fields_held_total', 'Fields that were left alone, by why', ['reason']),
    conflicts: counter('conflicts_total', 'Fields that both sides changed', ['policy', 'winner']),
    comments: counter('comments_total', 'Comments and work notes, by what became of them', [
      'direction',
      'channel',
      'outcome',
    ]),
    files: counter('files_total', 'Files, by what became of them', ['direction', 'outcome']),
    fileTime: histogram(
      'file_seconds',
      'Time that carrying a file took',
      [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
      ['direction'],
    ),
    inDoubt: counter('in_doubt_total', 'Answers that were lost, so that what came of them had to be looked for', [
      'what',
    ]),
    rows: counter('polled_rows_total', 'Rows that polls brought', ['side']),
    echoes: counter('echoes_suppressed_total', 'Rows of polls that needed no look: our own writes, mostly', ['side']),
    failedPolls: counter('poll_failures_total', 'Polls that did not come to their end', ['side']),
    deskCalls: counter('desk_calls_total', 'Tries to ask a desk for something, by what came of them', [
      'side',
      'operation',
      'outcome',
    ]),
    deskTime: histogram(
      'desk_call_seconds',
      'Time that a desk took to answer',
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      ['side', 'operation'],
    ),
    setAside: counter('records_quarantined_total', 'Tries that ended with a record set aside', ['reason']),
    released: counter('records_released_total', 'Records that were set aside and work again'),
    sidePauses: counter('side_pauses_total', 'Times that a side was left alone for a while', ['side', 'error']),
    pairPauses: counter('pair_pauses_total', 'Times that a pair of tables was stopped', ['reason']),
    waits: counter('runs_waited_total', 'Times that a run waited, so that live changes get the calls', ['run', 'side']),
    swept: counter('swept_links_total', 'Links whose content the sweep has compared'),
    drift: counter('sweep_drift_total', 'Links that the sweep found changed without a stamp, or gone'),
    lanes: new Gauge({
      name: 'casebridge_desk_lanes',
      help: 'Calls at once that a side bears, by what it answered last; missing while nothing has spoken against the setting',
      labelNames: ['side'],
      registers,
    }),
    stretch: new Gauge({
      name: 'casebridge_poll_stretch_ratio',
      help: 'Gaps between polls are so many times as long, to spare calls',
      labelNames: ['side'],
      registers,
    }),
    batchFailures: counter('batch_failures_total', 'Records that failed by a fault of ours'),
    databaseLosses: counter('database_losses_total', 'Times that the database went away'),
    freshness: histogram(
      'freshness_seconds',
      'From the change in one desk to its write in the other',
      [1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600, 21_600],
      ['direction'],
    ),
    batch: histogram('batch_records', 'Tickets worked on at once', [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
    batchTime: histogram('batch_seconds', 'Time that a batch took', [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]),
    alerts: counter('alert_messages_total', 'Messages to people, by what came of them', ['channel', 'outcome']),
    beats: counter('heartbeats_total', 'Heartbeats; withheld where not all is well', ['outcome']),
  };
  startAtZero(counts);
  return counts;
}

/** A counter that comes up with its first count hides that count from `increase()`. */
function startAtZero(counts: Counts): void {
  for (const side of sides) {
    const direction = directionTo[side];
    for (const outcome of ['created', 'updated']) counts.changes.inc({ direction, outcome }, 0);
    for (const outcome of ['carried', 'withheld', 'refused'])
      for (const channel of ['public', 'internal']) counts.comments.inc({ direction, channel, outcome }, 0);
    for (const outcome of ['carried', 'withheld', 'failed']) counts.files.inc({ direction, outcome }, 0);
    for (const by of [counts.rows, counts.echoes, counts.failedPolls]) by.inc({ side }, 0);
    counts.stretch.set({ side }, 1);
  }
  for (const what of ['create', 'write', 'comment']) counts.inDoubt.inc({ what }, 0);
}

/** Counts one event. */
export function countEvent(counts: Counts, event: EngineEvent, now: number): void {
  switch (event.type) {
    case 'link.updated':
      for (const to of new Set(event.moves.map((move) => move.to))) {
        const direction = directionTo[to];
        counts.changes.inc({ direction, outcome: 'updated' });
        const changedAt = Date.parse(event.link.bases[otherSide(to)].version.stamp);
        if (!Number.isNaN(changedAt)) counts.freshness.observe({ direction }, Math.max(0, (now - changedAt) / 1000));
      }
      return;
    case 'link.created':
      return counts.changes.inc({ direction: directionTo[event.on], outcome: 'created' });
    case 'link.adopted':
      return counts.adopted.inc({ told_by: event.by.kind });
    case 'link.ended':
      return counts.ended.inc({ life: event.link.life?.kind ?? 'unknown' });
    case 'link.held':
      return counts.held.inc({ reason: event.hold.reason.kind });
    case 'conflict.noted':
      return counts.conflicts.inc({ policy: event.conflict.rule, winner: event.conflict.winner ?? 'none' });
    case 'comment.carried':
    case 'comment.withheld':
    case 'comment.refused': {
      const { side, channel } = event.comment;
      const outcome = event.type.slice('comment.'.length);
      return counts.comments.inc({ direction: directionTo[otherSide(side)], channel, outcome });
    }
    case 'file.carried':
    case 'file.withheld':
    case 'file.failed': {
      const direction = directionTo[otherSide(event.file.side)];
      counts.files.inc({ direction, outcome: event.type.slice('file.'.length) });
      if (event.type === 'file.carried') counts.fileTime.observe({ direction }, event.durationMs / 1000);
      return;
    }
    case 'create.in-doubt':
    case 'write.in-doubt':
    case 'comment.in-doubt':
      return counts.inDoubt.inc({ what: event.type.split('.')[0] ?? '' });
    default:
      return countService(counts, event);
  }
}

/** What concerns no ticket. */
function countService(counts: Counts, event: EngineEvent): void {
  switch (event.type) {
    case 'poll.done':
      counts.rows.inc({ side: event.side }, event.rows);
      return counts.echoes.inc({ side: event.side }, Math.max(0, event.rows - event.queued));
    case 'poll.failed':
      return counts.failedPolls.inc({ side: event.side });
    case 'desk.called': {
      const { side, operation, outcome } = event;
      counts.deskCalls.inc({ side, operation, outcome });
      return counts.deskTime.observe({ side, operation }, event.durationMs / 1000);
    }
    case 'record.quarantined': {
      const { reason } = event.row;
      return counts.setAside.inc({ reason: reason.kind === 'connector' ? reason.error : reason.kind });
    }
    case 'record.released':
      return counts.released.inc();
    case 'side.paused':
      return counts.sidePauses.inc({ side: event.side, error: event.error.kind });
    case 'pair.paused':
      return counts.pairPauses.inc({ reason: event.pause.reason });
    case 'run.waits':
      return counts.waits.inc({ run: event.run, side: event.side });
    case 'sweep.page':
      counts.swept.inc(event.links);
      return counts.drift.inc(event.drift);
    case 'pace.changed':
      return counts.stretch.set({ side: event.side }, event.times);
    case 'lanes.changed':
      return counts.lanes.set({ side: event.side }, event.lanes);
    case 'batch.done':
      counts.batch.observe(event.keys);
      return counts.batchTime.observe(event.durationMs / 1000);
    case 'batch.failed':
      return counts.batchFailures.inc();
    case 'store.lost':
      return counts.databaseLosses.inc();
    default:
      return;
  }
}
