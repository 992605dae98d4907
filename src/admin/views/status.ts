import { bothSides, type Side, sides } from '../../core/side.ts';
import type { PaceOf } from '../../engine/ticker.ts';
import { describePause } from '../../observability/describe-event.ts';
import { sideNames } from '../../observability/words.ts';
import type { Look, Poll } from '../../operate/look.ts';
import type { PairPause } from '../../store/store.ts';
import type { AdminContext } from '../context.ts';
import type { SideVitals } from '../live/vitals.ts';
import type { HealthProblem, Pause, PollStatus, SideStatus, Status } from '../schemas/status.ts';

/** A side is late when its last answer is older than its gap, and this much time for a slow one. */
const graceMs = 60_000;

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
  };
}

/** Nothing read for longer than the gap in force explains. A long walk is not late while its pages come in. */
export function isLate({ daemon, engine, vitals }: AdminContext, side: Side): boolean {
  const gaps = daemon.paces().flatMap((pace) => (pace.side === side && pace.gapMs !== null ? [pace.gapMs] : []));
  const latest = Math.max(vitals.side(side).heardAt ?? 0, daemon.lastComplete()[side] ?? 0, vitals.startedAt);
  return engine.clock.now() - latest > Math.max(0, ...gaps) + graceMs;
}

function budgetOf({ engine }: AdminContext, side: Side): SideStatus['budget'] {
  return engine.systems[side].allowance?.() ?? null;
}

/** What keeps the service from being healthy; nothing where it is. */
export function problemsOf(context: AdminContext, pauses: readonly PairPause[]): HealthProblem[] {
  const problems: HealthProblem[] = [];
  const say = (
    code: HealthProblem['code'],
    text: string,
    side: Side | null = null,
    pair: string | null = null,
  ): void => {
    problems.push({ code, side, pair, text });
  };
  if (context.stopping()) say('stopping', 'Casebridge is stopping.');
  if (context.vitals.databaseLost()) say('database', 'The database does not answer; Casebridge waits for it.');
  for (const side of sides) {
    const state: SideVitals = context.vitals.side(side);
    const because = state.text === null ? '' : `: ${state.text}`;
    if (state.state === 'unauthorised')
      say('side-unauthorised', `${sideNames[side]} lets us in no more${because}`, side);
    else if (state.state === 'paused') say('side-paused', `${sideNames[side]} stands still${because}`, side);
    else if (isLate(context, side)) say('side-late', `${sideNames[side]} was not read for longer than planned.`, side);
    else if (state.state === 'starting') say('starting', `${sideNames[side]} was not asked yet.`, side);
  }
  for (const pause of pauses) say('pair-paused', `${describePause(pause)}.`, null, pause.pair);
  return problems;
}

/** Everything the first page shows. */
export function statusView(context: AdminContext, seen: Look): Omit<Status, 'refused' | 'missing'> {
  const { engine, vitals, daemon } = context;
  const paces = daemon.paces();
  const problems = problemsOf(context, seen.pauses);
  const { totals } = daemon;
  return {
    healthy: problems.length === 0,
    problems,
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
    runId: context.runner.live(),
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
