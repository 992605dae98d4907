import type { Command } from 'commander';
import { describeCure, describeWhy, strangerName } from '../../observability/describe-stranger.ts';
import { fieldLabel, sideNames } from '../../observability/words.ts';
import { lookAgain, strangers } from '../../operate/people.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

interface PeopleFlags extends Flags {
  readonly pair?: string;
  readonly again?: boolean;
  readonly all?: boolean;
}

export function peopleCommand(world: World): Command {
  return command('people', 'list people and teams without a counterpart, and how to cure it', {
    examples: ['people', 'people --json', 'people --again'],
    exits: [0, 1, 2, 3, 4],
  })
    .option('--pair <name>', 'of this pair only')
    .option('--again', 'look at the tickets again that wait for somebody; after a cure')
    .option('--all', 'with --again: every ticket, for those that got a default in the meantime')
    .action((flags: PeopleFlags) => act(world, flags, (session) => people(session, flags)));
}

async function people(session: Session, { pair, again, all }: PeopleFlags): Promise<ExitCode> {
  if (again === true) return retry(session, pair, all === true);
  if (all === true) throw new UsageError('--all goes with --again.');
  const { out } = session;
  const rows = await withStore(session, (store) => strangers({ store }, pair));
  for (const row of rows) {
    if (out.json) await out.line({ ...row, reason: describeWhy(row), cure: describeCure(row) });
    else
      await out.text(
        `${strangerName(row)}  ${sideNames[row.side]}, ${fieldLabel(row.field, row.side)}: ${row.times}×, last ${shortTime(row.lastAt)} UTC\n` +
          `  ${describeWhy(row)}; ${describeCure(row)}`,
      );
  }
  out.note(rows.length === 0 ? 'Everybody has a counterpart.' : `${rows.length} without a counterpart.`);
  return rows.length === 0 ? exitCodes.done : exitCodes.found;
}

async function retry(session: Session, pair: string | undefined, all: boolean): Promise<ExitCode> {
  const { out } = session;
  const count = await withStore(session, (store) =>
    lookAgain(operatorOf(session, store), pair, all ? 'all' : 'waiting'),
  );
  if (out.json) await out.line({ queued: count });
  else await out.text(`${count} tickets are queued for the running daemon, or the next "sync --once".`);
  return exitCodes.done;
}
