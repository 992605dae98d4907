import type { Command } from 'commander';
import { counted, pairName } from '../../observability/words.ts';
import { forgetLink, linkToForget } from '../../operate/forget.ts';
import type { Forgotten } from '../../store/forgetting.ts';
import { systemClock } from '../../system.ts';
import { agreed } from '../agreed.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import type { World } from '../world.ts';

interface ForgetFlags extends Flags {
  readonly yes?: boolean;
}

export function forgetCommand(world: World): Command {
  return command('forget', 'remove all that is kept of a pair but the ids of its records; changes no ticket', {
    examples: ['links forget INC0010042', 'links forget 00001007 --yes --json'],
    exits: [0, 1, 2, 3, 4, 130],
  })
    .argument('<id>', 'link id, or id or number of either record')
    .option('--yes', 'do it without asking')
    .action((id: string, flags: ForgetFlags) => act(world, flags, (session) => forget(session, id, flags)));
}

async function forget(session: Session, search: string, { yes }: ForgetFlags): Promise<ExitCode> {
  const { out, world } = session;
  return withStore(session, async (store) => {
    const operator = operatorOf(session, store);
    const link = await linkToForget(operator, search);
    out.note(
      `${pairName(link)}: what each side held, the history, conflicts, and what is known of comments and files will be removed. Neither ticket is changed; the two are never paired again. This cannot be undone.`,
    );
    if (yes !== true && !(await agreed(session, 'Forget it?', 'Nothing was removed'))) return exitCodes.found;
    const sleep = (ms: number): Promise<void> => systemClock.sleep(ms, world.interrupt.signal);
    const removed = await forgetLink(operator, link, { sleep });
    if (out.json) await out.line({ id: link.id, pair: link.pair, removed });
    else await out.text(`Forgotten: ${summary(removed)}. Backups made before keep theirs.`);
    return exitCodes.done;
  });
}

function summary({ history, conflicts, children, inDoubt, quarantined, proposals, unmatched }: Forgotten): string {
  const others = inDoubt + quarantined + proposals + unmatched;
  return `${counted(history, 'value')} of the history, ${counted(conflicts, 'conflict')}, ${counted(children, 'row')} about comments and files, ${counted(others, 'other row')}`;
}
