import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { StoreSettings } from '../../config/settings.ts';
import type { LinkStatus } from '../../core/link.ts';
import { describePause } from '../../observability/describe-event.ts';
import { sideNames } from '../../observability/words.ts';
import { look, type Poll } from '../../operate/look.ts';
import type { QueueDepth } from '../../store/queue.ts';
import type { PairPause, Store } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, mappingOf, type Session, storeSettings, withStore } from '../session.ts';
import type { World } from '../world.ts';

interface Status {
  /** True if a daemon answers on the admin port. */
  readonly running: boolean;
  readonly ready: boolean;
  readonly links: Readonly<Record<LinkStatus, number>>;
  readonly polls: readonly Poll[];
  readonly queue: QueueDepth;
  readonly openConflicts: number;
  /** Links with a field that a desk accepts and keeps as it was. */
  readonly refused: number;
  /** Links with a record that no answer holds. */
  readonly missing: number;
  readonly quarantined: number;
  readonly inDoubt: number;
  /** Tickets that may be one, and wait for a person. */
  readonly openProposals: number;
  /** People and teams without a counterpart. */
  readonly unmatched: number;
  readonly pauses: readonly PairPause[];
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
  const [health, known] = await Promise.all([
    daemonHealth(session, settings),
    withStore(session, (store) => kept(store, pairs)),
  ]);
  const status: Status = { ...health, ...known };
  if (session.out.json) await session.out.line(status);
  else await session.out.text(lines(status));
  return status.openConflicts + status.quarantined + status.pauses.length > 0 ? exitCodes.found : exitCodes.done;
}

/** The demo serves no health address; it leaves the id of its process. */
async function daemonHealth({ flags }: Session, settings: StoreSettings): Promise<Pick<Status, 'running' | 'ready'>> {
  if (flags.demo !== true) return askDaemon(settings);
  const running = isAlive(Number(await readFile(join(settings.dataDir, 'demo.pid'), 'utf8').catch(() => '')));
  return { running, ready: running };
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function askDaemon({ admin }: StoreSettings): Promise<Pick<Status, 'running' | 'ready'>> {
  const ask = async (path: string): Promise<boolean> => {
    const response = await fetch(`http://${admin.host}:${admin.port}${path}`, { signal: AbortSignal.timeout(5000) });
    return response.ok;
  };
  const running = await ask('/healthz').catch(() => false);
  return { running, ready: running && (await ask('/readyz').catch(() => false)) };
}

async function kept(store: Store, pairs: readonly string[]): Promise<Omit<Status, 'running' | 'ready'>> {
  const { counts, ...rest } = await look(store, pairs);
  const { refused, missing } = await store.transaction((tx) => tx.countHeld());
  const openConflicts = counts.openConflicts + counts.decidedConflicts;
  return {
    ...rest,
    openConflicts,
    refused,
    missing,
    quarantined: counts.quarantined,
    inDoubt: counts.inDoubt,
    openProposals: counts.openProposals,
    unmatched: counts.unmatched,
  };
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
    `Waiting     ${status.openConflicts} conflicts, ${status.quarantined} set aside, ${status.inDoubt} creates in doubt, ${status.openProposals} possible matches, ${status.unmatched} people unmatched`,
    ...(status.refused + status.missing === 0
      ? []
      : [
          `Held        ${status.refused} with a field that a desk keeps as it was, ${status.missing} with a record not shown`,
        ]),
    'Polled to the end',
    table(['  Pair', 'Side', 'At', ''], polls),
    ...status.pauses.map((pause) => `Stopped     ${describePause(pause)}`),
  ].join('\n');
}
