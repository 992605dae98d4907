import type { Command } from 'commander';
import type { HealthProblem, SideStatus } from '../../admin/schemas/status.ts';
import type { LinkStatus } from '../../core/link.ts';
import { type Side, sides } from '../../core/side.ts';
import { describePause } from '../../observability/describe-standing.ts';
import { counted, sideNames } from '../../observability/words.ts';
import { type Sweeping, sweepDuty, sweepingOf } from '../../engine/sweep/round.ts';
import { type CommentCounts, commentCounts } from '../../operate/comment-counts.ts';
import { look, type Poll } from '../../operate/look.ts';
import { type RunThatWrote, runsThatWrote } from '../../operate/runs-that-wrote.ts';
import type { QueueDepth } from '../../store/queue.ts';
import type { PairPause, Store } from '../../store/store.ts';
import { askDaemon } from '../ask-daemon.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, mappingOf, type Session, storeSettings, withStore } from '../session.ts';
import type { World } from '../world.ts';

/** What only a running daemon knows. */
interface Health {
  /** True if a daemon answers on the admin port. */
  readonly running: boolean;
  readonly ready: boolean;
  /** Null where the daemon does not know our token, or none runs. */
  readonly healthy: boolean | null;
  readonly problems: readonly HealthProblem[];
  readonly sides: Readonly<Record<Side, SideStatus>> | null;
}

interface Status extends Health {
  readonly links: Readonly<Record<LinkStatus, number>>;
  readonly polls: readonly Poll[];
  readonly queue: QueueDepth;
  readonly openConflicts: number;
  /** Links with a field that a desk accepts and keeps as it was. */
  readonly refused: number;
  /** Links with a record that no answer holds. */
  readonly missing: number;
  readonly quarantined: number;
  readonly comments: CommentCounts;
  readonly inDoubt: number;
  /** Tickets that may be one, and wait for a person. */
  readonly openProposals: number;
  /** People and teams without a counterpart. */
  readonly unmatched: number;
  readonly pauses: readonly PairPause[];
  /** The run begun last that wrote something. */
  readonly lastRun: RunThatWrote | null;
  /** Where the comparison of all links' contents stands. */
  readonly sweep: Sweeping;
}

export function statusCommand(world: World): Command {
  return command('status', 'show how a running daemon is doing', {
    examples: ['status', 'status --json', 'status --demo'],
    exits: [0, 1, 3, 4],
  }).action((flags: Flags) => act(world, flags, show));
}

async function show(session: Session): Promise<ExitCode> {
  const settings = storeSettings(session);
  const pairs = (await mappingOf(session, settings)).pairs.map((pair) => pair.name);
  const [{ status: said, ...health }, known] = await Promise.all([
    askDaemon(session.flags, settings),
    withStore(session, (store) => kept(store, pairs)),
  ]);
  const { healthy = null, problems = [], sides: standing = null } = said ?? {};
  const status: Status = { ...health, healthy, problems, sides: standing, ...known };
  if (session.out.json) await session.out.line(status);
  else await session.out.text(lines(status));
  if (status.running && status.sides === null)
    session.out.note('The daemon does not know our token, so that it tells no more; set CASEBRIDGE_ADMIN_TOKEN.');
  return status.openConflicts + status.quarantined + status.pauses.length > 0 ? exitCodes.found : exitCodes.done;
}

async function kept(store: Store, pairs: readonly string[]): Promise<Omit<Status, keyof Health>> {
  const { counts, ...rest } = await look(store, pairs);
  const { held, children } = await store.transaction(async (tx) => ({
    held: await tx.countHeld(),
    children: await tx.countChildren(),
  }));
  const [lastRun] = await runsThatWrote(store, 1);
  const sweep = sweepingOf((await store.leases?.look(sweepDuty)) ?? {});
  const openConflicts = counts.openConflicts + counts.decidedConflicts;
  return {
    ...rest,
    lastRun: lastRun ?? null,
    sweep,
    openConflicts,
    ...held,
    comments: commentCounts(children),
    quarantined: counts.quarantined,
    inDoubt: counts.inDoubt,
    openProposals: counts.openProposals,
    unmatched: counts.unmatched,
  };
}

function commentsLine({ comments }: Status): readonly string[] {
  const { carried, inDoubt, withheld, refused } = comments;
  if (carried + inDoubt + withheld.public + withheld.internal + refused === 0) return [];
  return [
    `Comments    ${carried} carried, ${withheld.internal} internal and ${withheld.public} public ones withheld, ${refused} refused, ${inDoubt} in doubt`,
  ];
}

function lines(status: Status): string {
  const { links, queue } = status;
  const daemon = status.running ? (status.ready ? 'running' : 'running, but not ready') : 'not running here';
  const polls = status.polls.map(({ pair, side, completeAt, walking }) => [
    `  ${pair}`,
    sideNames[side],
    completeAt === null ? 'never' : `${shortTime(completeAt)} UTC`,
    walking ? 'walk under way' : '',
  ]);
  return [
    `Daemon      ${daemon}`,
    `Links       ${
      Object.entries(links)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ') || 'none'
    }`,
    `Queue       ${queue.waiting} waiting, ${queue.active} being worked on`,
    `Waiting     ${counted(status.openConflicts, 'conflict')}, ${status.quarantined} set aside, ${status.inDoubt} creates in doubt, ${status.openProposals} possible matches, ${status.unmatched} people unmatched`,
    ...(status.refused + status.missing === 0
      ? []
      : [
          `Held        ${status.refused} with a field that a desk keeps as it was, ${status.missing} with a record not shown`,
        ]),
    ...commentsLine(status),
    ...sideLines(status),
    'Polled to the end',
    table(['  Pair', 'Side', 'At', ''], polls),
    ...lastRunLine(status),
    ...sweepLine(status),
    ...status.pauses.map((pause) => `Stopped     ${describePause(pause)}`),
  ].join('\n');
}

function lastRunLine({ lastRun: run }: Status): readonly string[] {
  if (run === null) return [];
  const what = `${run.more ? 'more than ' : ''}${counted(run.values, 'value')} on ${counted(run.tickets, 'ticket')}`;
  return [`Last run    ${run.runId}, ${what}, until ${shortTime(run.lastAt)} UTC`];
}

/** Changes that moved no stamp: when all links were last compared, and how far it is now. */
function sweepLine({ sweep: { round, last } }: Status): readonly string[] {
  if (round === null) return [];
  const ended =
    last === null
      ? 'not yet through'
      : `${counted(last.links, 'link')} until ${shortTime(last.endedAt)} UTC, ${last.drift} changed without a stamp or gone`;
  const now = round.links === 0 ? '' : `; now at ${counted(round.links, 'link')}, ${round.drift} of them`;
  return [`Sweep       ${ended}${now}`];
}

function sideLines({ sides: known, problems }: Status): readonly string[] {
  if (known === null) return [];
  return [
    ...sides.map((side) => `${sideNames[side].padEnd(12)}${sideLine(known[side])}`),
    ...problems.map(({ text }) => `Problem     ${text}`),
  ];
}

function sideLine({ state, gapSeconds, lagSeconds, calls, budget }: SideStatus): string {
  return [
    state,
    ...(lagSeconds === null ? [] : [`read to the end ${lagSeconds} s ago`]),
    ...(gapSeconds === null ? [] : [`asked every ${gapSeconds} s`]),
    `${calls.lastHour} calls in the last hour`,
    ...(budget === null ? [] : [`${budget.used ?? '?'} of ${budget.limit ?? '?'} used by everybody`]),
  ].join(', ');
}
