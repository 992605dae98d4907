import type { Command } from 'commander';
import { iso } from '../../core/clock.ts';
import { planAll, type PlannedItem } from '../../engine/dry-run.ts';
import { counted } from '../../observability/words.ts';
import { readOnly } from '../../operate/read-only.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Output, table } from '../output.ts';
import { planReport } from '../report/plan-report.ts';
import { writeReport } from '../report/write.ts';
import { type Flags, type Session, withSoundMapping } from '../session.ts';
import type { World } from '../world.ts';
import { acts, planRow } from './plan-line.ts';
import { describeFigures, matchFigures } from './plan-match.ts';

interface PlanFlags extends Flags {
  readonly pair?: string;
  readonly html?: string;
}

export function planCommand(world: World): Command {
  return command('plan', 'show what a sync would write now, field by field; writes nothing', {
    examples: ['plan', 'plan --pair incident-case --json', 'plan --html plan.html'],
    exits: [0, 2, 3, 4, 5, 130],
  })
    .option('--pair <name>', 'only this pair of tables')
    .option('--html <file>', 'also as a page that stands alone')
    .action((flags: PlanFlags) => act(world, flags, (session) => plan(session, flags)));
}

async function plan(session: Session, { pair, html }: PlanFlags): Promise<ExitCode> {
  const { signal } = session.world.interrupt;
  const planned = await withSoundMapping(session, ({ app }) =>
    planAll(readOnly(app.engine), { signal, ...(pair === undefined ? {} : { pair }) }),
  );
  await printPlan(session.out, planned);
  await writeReport(session.out, html, () => planReport(planned, iso(session.world.now())));
  return signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

/** What would be written, a line each. What would be left as it is is only counted. */
export async function printPlan(out: Output, planned: readonly PlannedItem[]): Promise<void> {
  const rows = planned.map(planRow);
  const acting = rows.filter(({ line }) => acts(line));
  if (out.json) for (const { line } of acting) await out.line(line);
  else if (acting.length > 0)
    await out.text(
      table(
        ['Tickets', 'Does', 'What'],
        acting.map(({ line, tickets, what }) => [tickets, line.action, what]),
      ),
    );
  const figures = describeFigures(matchFigures(planned));
  if (figures !== null) out.note(figures);
  out.note(
    `${counted(acting.length, 'ticket')} would change, ${rows.length - acting.length} would stay. Nothing was written.`,
  );
}
