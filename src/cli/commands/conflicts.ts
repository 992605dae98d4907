import { Command } from 'commander';
import type { SettledValue } from '../../core/plan.ts';
import { type Side, sides } from '../../core/side.ts';
import { describeConflict } from '../../observability/describe-change.ts';
import { counted, pairName } from '../../observability/words.ts';
import { decideConflict } from '../../operate/conflicts.ts';
import { namesOf } from '../../operate/names-of.ts';
import type { ConflictRow } from '../../store/store.ts';
import { askForConflicts } from '../ask-daemon.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime } from '../output.ts';
import { type Flags, type Session, storeSettings, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

interface ListFlags extends Flags {
  readonly all?: boolean;
  readonly pair?: string;
}

interface ResolveFlags extends Flags {
  readonly take?: string;
  readonly value?: string;
}

export function conflictsCommand(world: World): Command {
  const list = command('list', 'list fields that both sides changed and that wait for a person', {
    examples: ['conflicts list', 'conflicts list --all --json'],
    exits: [0, 2, 3, 4],
  })
    .option('--all', 'those that are settled, too')
    .option('--pair <name>', 'only of this pair of tables')
    .action((flags: ListFlags) => act(world, flags, (session) => listConflicts(session, flags)));

  const resolve = command('resolve', 'decide a conflict', {
    examples: [
      'conflicts resolve 0192… --take salesforce',
      'conflicts resolve 0192… --take servicenow --value "Printer on floor 3"',
    ],
    exits: [0, 2, 3, 4],
  })
    .argument('<id>', 'id of the conflict')
    .option('--take <side>', 'whose value stands: servicenow or salesforce')
    .option('--value <value>', "a third value instead, in ServiceNow's terms")
    .action((id: string, flags: ResolveFlags) => act(world, flags, (session) => resolveConflict(session, id, flags)));

  return new Command('conflicts')
    .summary('fields that both sides changed')
    .description('Fields that both sides changed')
    .addCommand(list)
    .addCommand(resolve);
}

/** One line of `conflicts list --json`, values in full. */
export function conflictLine(row: ConflictRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    ...namesOf(row),
    field: row.field,
    base: row.base,
    servicenow: row.values.servicenow,
    salesforce: row.values.salesforce,
    winner: row.winner,
    rule: row.rule,
    status: row.status,
    at: row.at,
    why: row.why,
    linkId: row.linkId,
    settledAt: row.settledAt,
  };
}

const pageSize = 500;

async function listConflicts(session: Session, { all = false, pair }: ListFlags): Promise<ExitCode> {
  const { out } = session;
  const filter = { all, ...(pair === undefined ? {} : { pair }), limit: pageSize };
  return withStore(session, async (store) => {
    let count = 0;
    for (let after: string | undefined; ;) {
      const page = after === undefined ? filter : { ...filter, after };
      const rows = await store.transaction((tx) => tx.listConflicts(page));
      if (out.json) for (const row of rows) await out.line(conflictLine(row));
      else if (rows.length > 0)
        await tell(session, rows, await askForConflicts(session.flags, storeSettings(session), page));
      count += rows.length;
      after = rows.at(-1)?.id;
      if (rows.length < pageSize) break;
    }
    out.note(count === 0 ? 'No conflicts.' : `${counted(count, 'conflict')}.`);
    return exitCodes.done;
  });
}

/** A line each: in the words of a running daemon, which knows people by their names, else with their ids. */
async function tell({ out }: Session, rows: readonly ConflictRow[], named: ReadonlyMap<string, string>): Promise<void> {
  for (const row of rows) {
    const text = named.get(row.id) ?? `${pairName(row)}: ${describeConflict(row)}`;
    await out.text(`${row.id}  ${shortTime(row.at)}  ${row.status.padEnd(7)}  ${text}`);
  }
}

async function resolveConflict(session: Session, id: string, flags: ResolveFlags): Promise<ExitCode> {
  const decision = decisionOf(flags);
  const row = await withStore(session, (store) => decideConflict(operatorOf(session, store), id, decision));
  if (session.out.json) await session.out.line(conflictLine(row));
  else
    await session.out.text(`${pairName(row)}: decided. The running daemon, or the next "sync --once", carries it out.`);
  return exitCodes.done;
}

function decisionOf({ take, value }: ResolveFlags): SettledValue {
  const side: Side | undefined = sides.find((known) => known === take);
  if (take !== undefined && side === undefined)
    throw new UsageError(`--take is servicenow or salesforce, not "${take}".`);
  if (value !== undefined) return { kind: 'value', value };
  if (side === undefined)
    throw new UsageError('Say whose value stands: --take servicenow or --take salesforce, or give one with --value.');
  return { kind: 'take', side };
}
