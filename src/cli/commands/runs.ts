import { Command } from 'commander';
import { counted } from '../../observability/words.ts';
import { type RunThatWrote, runsThatWrote } from '../../operate/runs-that-wrote.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

interface ListFlags extends Flags {
  readonly limit?: string;
}

export function runsCommand(world: World): Command {
  const list = command('list', 'list the runs that wrote something, the latest first', {
    examples: ['runs list', 'runs list --limit 5 --json'],
    exits: [0, 2, 3, 4],
  })
    .option('--limit <count>', 'most runs to show', '20')
    .action((flags: ListFlags) => act(world, flags, (session) => listRuns(session, limitOf(flags))));
  return new Command('runs')
    .summary('runs and what each of them wrote')
    .description('Runs and what each of them wrote: a daemon from start to stop, a sync, a resync, an undo')
    .addCommand(list);
}

function limitOf({ limit = '20' }: ListFlags): number {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new UsageError(`--limit is a number from 1 to 1000, not "${limit}".`);
  return count;
}

async function listRuns(session: Session, limit: number): Promise<ExitCode> {
  const { out } = session;
  const runs = await withStore(session, (store) => runsThatWrote(store, limit));
  if (out.json) for (const run of runs) await out.line(run);
  else if (runs.length > 0)
    await out.text(table(['Run', 'Kind', 'First write (UTC)', 'Last write', 'Tickets', 'Values'], runs.map(cells)));
  out.note(runs.length === 0 ? 'No run has written anything.' : `${counted(runs.length, 'run')}.`);
  return exitCodes.done;
}

function cells(run: RunThatWrote): readonly string[] {
  const kind = run.kind ?? 'start or sync';
  return [
    run.runId,
    run.undoes === null ? kind : `undo of ${run.undoes}`,
    shortTime(run.firstAt),
    shortTime(run.lastAt),
    `${run.tickets}${run.more ? '+' : ''}`,
    `${run.values}${run.more ? '+' : ''}`,
  ];
}
