import { Command } from 'commander';
import { describeReason } from '../../observability/describe-standing.ts';
import { oneLine } from '../../observability/words.ts';
import { namesOf } from '../../operate/names-of.ts';
import { dropSetAside, mostSetAside, retrySetAside } from '../../operate/quarantine.ts';
import type { QuarantineRow } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

interface RetryFlags extends Flags {
  readonly all?: boolean;
  readonly unseen?: boolean;
}

export function quarantineCommand(world: World): Command {
  const list = command('list', 'list records that are set aside, with the reason', {
    examples: ['quarantine list', 'quarantine list --json'],
    exits: [0, 2, 3, 4],
  }).action((flags: Flags) => act(world, flags, listQuarantine));

  const retry = command('retry', 'try a record again now', {
    examples: ['quarantine retry INC0010042', 'quarantine retry --all'],
    exits: [0, 2, 3, 4],
  })
    .argument('[id]', 'key as listed, or id or number of the record')
    .option('--all', 'every one of them')
    .option('--unseen', 'create it although nothing can be seen across: you have looked, and it is not there')
    .action((id: string | undefined, flags: RetryFlags) =>
      act(world, flags, (session) => retryRows(session, id, flags)),
    );

  const drop = command('drop', 'forget a record that is set aside; its next change is looked at again', {
    examples: ['quarantine drop INC0010042'],
    exits: [0, 2, 3, 4],
  })
    .argument('<id>', 'key as listed, or id or number of the record')
    .action((id: string, flags: Flags) => act(world, flags, (session) => dropRows(session, id)));

  const group = new Command('quarantine')
    .summary('records set aside')
    .description('Records that are set aside, with the reason');
  for (const sub of [list, retry, drop]) group.addCommand(sub);
  return group;
}

function quarantineLine(row: QuarantineRow): Readonly<Record<string, unknown>> {
  return {
    key: row.key,
    ...namesOf(row),
    reason: row.reason,
    why: describeReason(row.reason),
    attempts: row.attempts,
    firstAt: row.firstAt,
    nextAt: row.nextAt,
  };
}

async function listQuarantine(session: Session): Promise<ExitCode> {
  const { out } = session;
  const rows = await withStore(session, (store) => store.transaction((tx) => tx.listQuarantine(mostSetAside)));
  for (const row of rows) {
    if (out.json) await out.line(quarantineLine(row));
    else
      await out.text(
        `${nameOf(row)}  since ${shortTime(row.firstAt)}, tried ${row.attempts}×, again ${shortTime(row.nextAt)} UTC\n  ${describeReason(row.reason)}\n  ${row.key}`,
      );
  }
  out.note(rows.length === 0 ? 'Nothing is set aside.' : `${rows.length} set aside.`);
  return exitCodes.done;
}

async function retryRows(session: Session, id: string | undefined, flags: RetryFlags): Promise<ExitCode> {
  if ((id === undefined) !== (flags.all === true)) throw new UsageError('Name one record, or say --all.');
  const selection = id === undefined ? ({ kind: 'all' } as const) : ({ kind: 'record', search: id } as const);
  const rows = await withStore(session, (store) =>
    retrySetAside(operatorOf(session, store), selection, { unseen: flags.unseen === true }),
  );
  return told(session, rows, 'queued for the running daemon, or the next "sync --once".');
}

async function dropRows(session: Session, id: string): Promise<ExitCode> {
  const rows = await withStore(session, (store) =>
    dropSetAside(operatorOf(session, store), { kind: 'record', search: id }),
  );
  return told(session, rows, 'forgotten until it changes again.');
}

async function told({ out }: Session, rows: readonly QuarantineRow[], what: string): Promise<ExitCode> {
  for (const row of rows) {
    if (out.json) await out.line(quarantineLine(row));
    else await out.text(`${nameOf(row)}: ${what}`);
  }
  if (rows.length === 0) out.note('Nothing is set aside.');
  return exitCodes.done;
}

function nameOf(row: QuarantineRow): string {
  const names = [row.numbers.servicenow ?? row.ids.servicenow, row.numbers.salesforce ?? row.ids.salesforce];
  return names
    .filter((name) => name !== null)
    .map((name) => oneLine(name))
    .join(' ↔ ');
}
