import type { Command } from 'commander';
import type { Link } from '../../core/link.ts';
import { fieldLabel, pairName } from '../../observability/words.ts';
import { linkByHand } from '../../operate/link-by-hand.ts';
import { relink, unlink } from '../../operate/links.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { linkLine } from '../link-line.ts';
import { operatorOf } from '../operator.ts';
import { type Flags, type Session, withApp, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

interface DryFlags extends Flags {
  readonly dryRun?: boolean;
}

interface RelinkFlags extends DryFlags {
  readonly servicenow?: string;
  readonly salesforce?: string;
  readonly pair?: string;
}

const named = 'link id, or id or number of either record';
const dryRun = ['--dry-run', 'say what would be done, and change nothing'] as const;

export function unlinkCommand(world: World): Command {
  return command('unlink', 'end a pair: its two records are never matched or created from again', {
    examples: ['links unlink INC0010042', 'links unlink 00001007 --dry-run'],
    exits: [0, 2, 3, 4],
  })
    .argument('<id>', named)
    .option(...dryRun)
    .action((id: string, flags: DryFlags) => act(world, flags, (session) => end(session, id, flags.dryRun === true)));
}

export function relinkCommand(world: World): Command {
  return command('relink', 'take up a pair again that was ended, or pair two tickets by hand', {
    examples: ['links relink INC0010042', 'links relink --servicenow INC0010042 --salesforce 00001007 --dry-run'],
    exits: [0, 2, 3, 4, 5],
  })
    .argument('[id]', named)
    .option('--servicenow <ticket>', 'id or number of a ticket that has no pair')
    .option('--salesforce <ticket>', 'id or number of the one that belongs to it')
    .option('--pair <name>', 'which pair of tables, where there are several')
    .option(...dryRun)
    .action((id: string | undefined, flags: RelinkFlags) =>
      act(world, flags, (session) => takeUpOrPair(session, id, flags)),
    );
}

async function end(session: Session, id: string, dry: boolean): Promise<ExitCode> {
  const link = await withStore(session, (store) => unlink(operatorOf(session, store), id, dry));
  const text = 'Both tickets stay as they are; "links relink" takes the pair up again.';
  return told(session, link, dry ? `Would unlink ${pairName(link)}. ${text}` : `Unlinked. ${text}`);
}

async function takeUpOrPair(session: Session, id: string | undefined, flags: RelinkFlags): Promise<ExitCode> {
  const { servicenow, salesforce, pair } = flags;
  const dry = flags.dryRun === true;
  if (id !== undefined && servicenow === undefined && salesforce === undefined) return takeUp(session, id, dry);
  if (id !== undefined || servicenow === undefined || salesforce === undefined)
    throw new UsageError('Name the pair that was ended, or two tickets with --servicenow and --salesforce.');
  const asked = { servicenow, salesforce, ...(pair === undefined ? {} : { pair }) };
  return withApp(session, async ({ app }) => {
    const { link, differing } = await linkByHand(operatorOf(session, app.engine.store), app.engine, asked, dry);
    const where = differing.length === 0 ? 'Both say the same.' : `They differ in ${differing.map(label).join(', ')}.`;
    const what = dry ? `Would pair ${pairName(link)}.` : `${pairName(link)}: paired.`;
    return told(
      session,
      link,
      `${what} ${where}${differing.length === 0 ? '' : ' The rules decide; what loses is kept.'}`,
    );
  });
}

function label(field: string): string {
  return fieldLabel(field, 'servicenow');
}

async function takeUp(session: Session, id: string, dry: boolean): Promise<ExitCode> {
  const link = await withStore(session, (store) => relink(operatorOf(session, store), id, dry));
  const text = 'The running daemon, or the next "sync --once", brings both into step.';
  return told(session, link, dry ? `Would link ${pairName(link)} again. ${text}` : `Linked again. ${text}`);
}

async function told({ out }: Session, link: Link, text: string): Promise<ExitCode> {
  if (out.json) await out.line(linkLine(link));
  else await out.text(text);
  return exitCodes.done;
}
