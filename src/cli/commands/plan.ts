import type { Command } from 'commander';
import { planAll, type PlannedItem } from '../../engine/dry-run.ts';
import { counted } from '../../observability/words.ts';
import { readOnly } from '../../operate/read-only.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { type Flags, type Session, withSoundMapping } from '../session.ts';
import type { World } from '../world.ts';
import { planLine } from './plan-line.ts';
import { describeFigures, matchFigures } from './plan-match.ts';

interface PlanFlags extends Flags {
  readonly pair?: string;
}

export function planCommand(world: World): Command {
  return command('plan', 'show what a sync would write now, field by field; writes nothing', {
    examples: ['plan', 'plan --pair incident-case --json'],
    exits: [0, 2, 3, 4, 5, 130],
  })
    .option('--pair <name>', 'only this pair of tables')
    .action((flags: PlanFlags) => act(world, flags, (session) => plan(session, flags.pair)));
}

async function plan(session: Session, pair: string | undefined): Promise<ExitCode> {
  const { signal } = session.world.interrupt;
  const planned = await withSoundMapping(session, ({ app }) =>
    planAll(readOnly(app.engine), { signal, ...(pair === undefined ? {} : { pair }) }),
  );
  await printPlan(session.out, planned);
  return signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

/** What would be written, a line each. What would be left as it is is only counted. */
export async function printPlan(out: Output, planned: readonly PlannedItem[]): Promise<void> {
  const lines = planned.map(planLine);
  const acting = lines.filter(({ action, conflicts }) => !['none', 'ignore'].includes(action) || conflicts.length > 0);
  for (const line of acting) {
    if (out.json) await out.line(line);
    else await out.text(line.text);
  }
  const figures = describeFigures(matchFigures(planned));
  if (figures !== null) out.note(figures);
  out.note(
    `${counted(acting.length, 'ticket')} would change, ${lines.length - acting.length} would stay. Nothing was written.`,
  );
}
