import { bothSides, type Side } from '../../core/side.ts';
import { shareLeft } from '../../engine/pace.ts';
import type { PaceOf } from '../../engine/ticker.ts';
import { describePause } from '../../observability/describe-standing.ts';
import type { Look, Poll } from '../../operate/look.ts';
import type { PairPause } from '../../store/store.ts';
import type { AdminContext } from '../context.ts';
import { isLate, problemsOf } from './health.ts';
import type { Pause, PollStatus, SideStatus, Status } from '../schemas/status.ts';

export function pauseView(pause: PairPause): Pause {
  return { pair: pause.pair, reason: pause.reason, text: `${describePause(pause)}.`, at: pause.at };
}

export function pollView(poll: Poll, paces: readonly PaceOf[]): PollStatus {
  const pace = paces.find((one) => one.pair === poll.pair && one.side === poll.side);
  return {
    ...poll,
    gapSeconds: secondsOf(pace?.gapMs ?? null),
    nextAt: isoOf(pace?.nextAt ?? null),
  };
}

/** How a side is doing, judged by the gap in force. */
export function sideView(context: AdminContext, side: Side): SideStatus {
  const { daemon, engine, vitals } = context;
  const now = engine.clock.now();
  const state = vitals.side(side);
  const complete = daemon.lastComplete()[side];
  const gaps = daemon.paces().flatMap((pace) => (pace.side === side && pace.gapMs !== null ? [pace.gapMs] : []));
  const gapMs = gaps.length === 0 ? null : Math.max(...gaps);
  const total = engine.systems[side].calls();
  return {
    state: state.state,
    text: state.text,
    pausedUntil: isoOf(state.pausedUntil),
    url: context.deskUrl(side),
    lastCompleteAt: isoOf(complete),
    lagSeconds: complete === null ? null : Math.max(0, Math.round((now - complete) / 1000)),
    gapSeconds: secondsOf(gapMs),
    late: isLate(context, side),
    calls: { total, lastHour: vitals.series.calls(side, 60), lastDay: vitals.series.calls(side, 1440) },
    budget: budgetOf(context, side),
    stretch: stretchOf(context, side),
  };
}

function budgetOf({ engine }: AdminContext, side: Side): SideStatus['budget'] {
  return engine.systems[side].allowance?.() ?? null;
}

/** Null while polls come as planned. */
function stretchOf({ daemon, engine }: AdminContext, side: Side): SideStatus['stretch'] {
  const times = Math.max(1, ...daemon.paces().flatMap((pace) => (pace.side === side ? [pace.times] : [])));
  return times === 1 ? null : { times, left: shareLeft(engine.systems[side].allowance?.() ?? null) };
}

/** Everything the first page shows. */
export function statusView(context: AdminContext, seen: Look): Omit<Status, 'refused' | 'missing'> {
  const { engine, vitals, daemon } = context;
  const paces = daemon.paces();
  const problems = problemsOf(context, seen);
  const { totals } = daemon;
  return {
    healthy: problems.length === 0,
    problems: [...problems],
    now: new Date(engine.clock.now()).toISOString(),
    startedAt: new Date(vitals.startedAt).toISOString(),
    version: context.version,
    sides: bothSides((side) => sideView(context, side)),
    polls: seen.polls.map((poll) => pollView(poll, paces)),
    queue: { ...seen.queue },
    links: {
      total: Object.values(seen.links).reduce((sum, count) => sum + count, 0),
      byStatus: { ...seen.links },
    },
    ...seen.counts,
    pauses: seen.pauses.map(pauseView),
    runId: context.runner.live()?.row.id ?? null,
    totals: {
      created: { ...totals.created },
      updated: { ...totals.updated },
      unchanged: totals.unchanged,
      conflicts: totals.conflicts,
      quarantined: totals.quarantined,
    },
  };
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
