import { type Side, sides } from '../../core/side.ts';
import { describePause } from '../../observability/describe-standing.ts';
import { counted, sideNames } from '../../observability/words.ts';
import type { Look, Poll } from '../../operate/look.ts';
import type { AdminContext } from '../context.ts';
import type { HealthProblem } from '../schemas/status.ts';

/** What is late is judged by the gap in force and this much time for a slow answer. */
const graceMs = 60_000;
/** A walk that goes on is not late while its pages come in; after this long what it has not reached yet is. */
const longWalkMs = 30 * 60_000;
/** Work that waits for so long, with nothing done meanwhile, has nobody who does it. */
export const stuckMs = 5 * 60_000;

export type Seen = Pick<Look, 'pauses' | 'polls' | 'queue'>;

/** Nothing read for longer than the gap in force explains. A long walk is not late while its pages come in. */
export function isLate({ daemon, engine, vitals }: AdminContext, side: Side): boolean {
  const gaps = daemon.paces().flatMap((pace) => (pace.side === side && pace.gapMs !== null ? [pace.gapMs] : []));
  const latest = Math.max(vitals.side(side).heardAt ?? 0, daemon.lastComplete()[side] ?? 0, vitals.startedAt);
  return engine.clock.now() - latest > Math.max(0, ...gaps) + graceMs;
}

/** What keeps the service from being healthy; nothing where it is. */
export function problemsOf(context: AdminContext, seen: Seen): readonly HealthProblem[] {
  const own: HealthProblem[] = [];
  if (context.stopping()) own.push(problem('stopping', 'Casebridge is stopping.'));
  if (context.vitals.databaseLost())
    own.push(problem('database', 'The database does not answer; Casebridge waits for it.'));
  return [
    ...own,
    ...sides.flatMap((side) => sideProblems(context, side, seen)),
    ...queueProblems(context, seen),
    ...seen.pauses.map((pause) => problem('pair-paused', `${describePause(pause)}.`, null, pause.pair)),
  ];
}

/** What stands still though nothing says so: pairs that are not walked to their end, a queue that nobody works on. */
export function stallsOf(context: AdminContext, seen: Seen): readonly HealthProblem[] {
  return problemsOf(context, seen).filter(({ code }) => code === 'pair-late' || code === 'queue-stuck');
}

/** A side that does not answer is told once: that none of its pairs is read follows from it. */
function sideProblems(context: AdminContext, side: Side, seen: Seen): readonly HealthProblem[] {
  const { state, text } = context.vitals.side(side);
  const because = text === null ? '' : `: ${text}`;
  if (state === 'unauthorised')
    return [problem('side-unauthorised', `${sideNames[side]} lets us in no more${because}`, side)];
  if (state === 'paused') return [problem('side-paused', `${sideNames[side]} stands still${because}`, side)];
  if (isLate(context, side))
    return [problem('side-late', `${sideNames[side]} was not read for longer than planned.`, side)];
  if (state === 'starting') return [problem('starting', `${sideNames[side]} was not asked yet.`, side)];
  const standing = new Set(seen.pauses.map(({ pair }) => pair));
  return seen.polls
    .filter((poll) => poll.side === side && !standing.has(poll.pair) && isBehind(context, poll))
    .map(({ pair, walking }) =>
      problem(
        'pair-late',
        walking
          ? `${pair}: a walk of ${sideNames[side]} has gone on for more than ${longWalkMs / 60_000} minutes and is not at its end.`
          : `${pair}: ${sideNames[side]} was not read to its end for longer than planned; the log says why.`,
        side,
        pair,
      ),
    );
}

/** A pair that was not walked to its end, by this process or another one, for longer than the gap in force explains. */
function isBehind({ daemon, engine, vitals }: AdminContext, { pair, side, completeAt, walking }: Poll): boolean {
  const now = engine.clock.now();
  const pace = daemon.paces().find((one) => one.pair === pair && one.side === side);
  const elsewhere = completeAt === null ? 0 : Date.parse(completeAt) - engine.offsets[side];
  const silent = now - Math.max(pace?.completeAt ?? 0, elsewhere, vitals.startedAt);
  const pageAt = vitals.pageAt(pair, side);
  const moving = walking && pageAt !== null && now - pageAt <= graceMs;
  return silent > (moving ? longWalkMs : (pace?.gapMs ?? 0) + graceMs);
}

function queueProblems({ engine, vitals }: AdminContext, { queue }: Seen): readonly HealthProblem[] {
  const waiting = queue.waiting + queue.active;
  const still = engine.clock.now() - vitals.workedAt();
  if (waiting === 0 || still <= stuckMs) return [];
  const text = `${counted(waiting, 'ticket')} in the queue, and none was worked on for ${Math.floor(still / 60_000)} minutes; the log says why, a restart may help.`;
  return [problem('queue-stuck', text)];
}

function problem(
  code: HealthProblem['code'],
  text: string,
  side: Side | null = null,
  pair: string | null = null,
): HealthProblem {
  return { code, side, pair, text };
}
