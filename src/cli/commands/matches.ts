import { Command } from 'commander';
import { findMatches, type FoundMatches } from '../../engine/match/find.ts';
import { describeMatch } from '../../observability/describe-match.ts';
import { counted, pairName, sideNames } from '../../observability/words.ts';
import { namesOf } from '../../operate/names-of.ts';
import { decideProposal } from '../../operate/proposals.ts';
import type { ProposalRow, ProposalStatus } from '../../store/matching.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime } from '../output.ts';
import { createProgress } from '../progress.ts';
import { readOnly } from '../../operate/read-only.ts';
import { type Flags, type Session, withSoundMapping, withStore } from '../session.ts';
import type { World } from '../world.ts';
import { describeFigures, matchFigures } from './plan-match.ts';

interface ListFlags extends Flags {
  readonly all?: boolean;
  readonly pair?: string;
}

interface FindFlags extends Flags {
  readonly pair?: string;
}

export function matchesCommand(world: World): Command {
  const list = command('list', 'list tickets that may be one, and wait for a person', {
    examples: ['matches list', 'matches list --all --json'],
    exits: [0, 2, 3, 4],
  })
    .option('--all', 'with those that were decided')
    .option('--pair <name>', 'only of this pair of tables')
    .action((flags: ListFlags) => act(world, flags, (session) => listMatches(session, flags)));

  const group = new Command('matches')
    .summary('tickets that may be one')
    .description('Tickets on both desks that may be one: a person says yes or no');
  group.addCommand(list);
  for (const [name, status, summary] of decisions) {
    group.addCommand(
      command(name, summary, { examples: [`matches ${name} 0197…`], exits: [0, 2, 3, 4] })
        .argument('<id>', 'id as listed')
        .action((id: string, flags: Flags) => act(world, flags, (session) => decide(session, id, status))),
    );
  }
  return group.addCommand(
    command('find', 'look through both desks for tickets that are there twice; writes nothing to either', {
      examples: ['matches find', 'matches find --pair incident-case --json'],
      exits: [0, 1, 2, 3, 4, 5, 130],
    })
      .option('--pair <name>', 'only this pair of tables')
      .action((flags: FindFlags) => act(world, flags, (session) => find(session, flags))),
  );
}

const decisions = [
  ['accept', 'accepted', 'say that two tickets are one: they are paired'],
  ['reject', 'rejected', 'say that two tickets are not one: they are never proposed again'],
] as const satisfies readonly (readonly [string, ProposalStatus, string])[];

/** One line of `matches list --json`. */
function matchLine(row: ProposalRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    ...namesOf(row),
    why: row.why,
    text: describeMatch(row.why),
    status: row.status,
    at: row.at,
    decidedAt: row.decidedAt,
  };
}

const pageSize = 500;

async function listMatches(session: Session, flags: ListFlags): Promise<ExitCode> {
  const { out } = session;
  return withStore(session, async (store) => {
    const filter = {
      ...(flags.all === true ? {} : { status: 'open' as const }),
      ...(flags.pair === undefined ? {} : { pair: flags.pair }),
    };
    let count = 0;
    for (let after: string | undefined; ;) {
      const from = after === undefined ? {} : { after };
      const rows = await store.transaction((tx) => tx.listProposals({ ...filter, ...from, limit: pageSize }));
      for (const row of rows) await tell(session, row);
      count += rows.length;
      after = rows.at(-1)?.id;
      if (rows.length < pageSize) break;
    }
    out.note(count === 0 ? 'No tickets are proposed as one.' : `${counted(count, 'proposal')}.`);
    return exitCodes.done;
  });
}

async function tell({ out }: Session, row: ProposalRow): Promise<void> {
  if (out.json) return out.line(matchLine(row));
  const status = row.status === 'open' ? `since ${shortTime(row.at)} UTC` : row.status;
  return out.text(`${row.id}  ${pairName(row)}  ${describeMatch(row.why)}  ${status}`);
}

async function decide(session: Session, id: string, status: Exclude<ProposalStatus, 'open'>): Promise<ExitCode> {
  const { out } = session;
  const row = await withStore(session, (store) => decideProposal(operatorOf(session, store), id, status));
  const what = status === 'accepted' ? 'paired' : 'kept apart, and never proposed again';
  if (out.json) await out.line(matchLine(row));
  else await out.text(`${pairName(row)}: ${what}, by the running daemon or the next "sync --once".`);
  return exitCodes.done;
}

async function find(session: Session, flags: FindFlags): Promise<ExitCode> {
  const { out, world } = session;
  const { signal } = world.interrupt;
  const progress = createProgress({ stream: world.stderr, terminal: world.terminal && !out.json, now: world.now });
  const options = { signal, ...(flags.pair === undefined ? {} : { pair: flags.pair }) };
  const found = await withSoundMapping(
    session,
    ({ app }) => findMatches(readOnly(app.engine), options).finally(() => progress.end()),
    (event) => {
      if (event.type === 'resync.page') progress.show(`${event.pair} ${sideNames[event.side]}`, event.share);
    },
  );
  await report(session, found);
  return found.stopped ? exitCodes.interrupted : found.proposals.length > 0 ? exitCodes.found : exitCodes.done;
}

async function report(session: Session, { planned, proposals }: FoundMatches): Promise<void> {
  const { out } = session;
  const figures = matchFigures(planned);
  if (out.json) await out.line({ ...figures, proposals: proposals.length });
  else for (const row of proposals) await out.text(`${pairName(row)}  ${describeMatch(row.why)}`);
  out.note(describeFigures(figures) ?? 'Every ticket in scope has its counterpart.');
  if (proposals.length > 0) out.note('"matches list" names the proposals; accept or reject them.');
}
