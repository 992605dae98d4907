import { Command } from 'commander';
import type { Link, LinkStatus } from '../../core/link.ts';
import { describeSeen } from '../../observability/describe-life.ts';
import { pagesOfLinks } from '../../operate/links.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { linkLine } from '../link-line.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { forgetCommand } from './links-forget.ts';
import { relinkCommand, unlinkCommand } from './links-relink.ts';
import { showLink } from './links-show.ts';

const statuses: readonly LinkStatus[] = ['synced', 'pending', 'conflict', 'quarantined', 'detached'];

interface ListFlags extends Flags {
  readonly pair?: string;
  readonly status?: string;
  readonly search?: string;
}

export function linksCommand(world: World): Command {
  const list = command('list', 'list pairs of tickets', {
    examples: ['links list', 'links list --status conflict', 'links list --json | jq .servicenowNumber'],
    exits: [0, 2, 3, 4],
  })
    .option('--pair <name>', 'only of this pair of tables')
    .option('--status <status>', `only ${statuses.join(', ')}`)
    .option('--search <text>', 'link id, or id or number of either record')
    .action((flags: ListFlags) => act(world, flags, (session) => listLinks(session, flags)));

  const show = command('show', 'show both sides of a pair, what they last agreed on, and its history', {
    examples: ['links show INC0010042', 'links show 00001007 --json'],
    exits: [0, 2, 3, 4],
  })
    .argument('<id>', 'link id, or id or number of either record')
    .action((id: string, flags: Flags) => act(world, flags, (session) => showLink(session, id)));

  const group = new Command('links').summary('pairs of tickets').description('Pairs of tickets: the link table');
  for (const sub of [list, show, unlinkCommand(world), relinkCommand(world), forgetCommand(world)])
    group.addCommand(sub);
  return group;
}

async function listLinks(session: Session, flags: ListFlags): Promise<ExitCode> {
  const status = statuses.find((known) => known === flags.status);
  if (flags.status !== undefined && status === undefined) {
    throw new UsageError(`There is no status "${flags.status}"; it is one of ${statuses.join(', ')}.`);
  }
  const { out } = session;
  return withStore(session, async (store) => {
    let count = 0;
    const filter = {
      ...(flags.pair === undefined ? {} : { pair: flags.pair }),
      ...(status === undefined ? {} : { status }),
      ...(flags.search === undefined ? {} : { search: flags.search }),
    };
    for await (const page of pagesOfLinks(store, filter)) {
      count += page.length;
      if (out.json) for (const link of page) await out.line(linkLine(link));
      else await out.text(linkTable(page));
    }
    out.note(count === 0 ? 'No links.' : `${count} link${count === 1 ? '' : 's'}.`);
    return exitCodes.done;
  });
}

function linkTable(links: readonly Link[]): string {
  return table(
    ['ServiceNow', 'Salesforce', 'Status', 'Last synced (UTC)', 'Pair', 'Link'],
    links.map((link) => [
      link.numbers.servicenow ?? link.ids.servicenow,
      link.numbers.salesforce ?? link.ids.salesforce,
      link.life === null ? link.status : `${link.status}: ${describeSeen(link.life)}`,
      shortTime(link.lastSyncedAt),
      link.pair,
      link.id,
    ]),
  );
}
