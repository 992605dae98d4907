import type { Command } from 'commander';
import { meetInstances } from '../../engine/life/instances.ts';
import { drain } from '../../engine/sync-once.ts';
import { describeUndo } from '../../observability/describe-undo.ts';
import { counted } from '../../observability/words.ts';
import { readOnly } from '../../operate/read-only.ts';
import { beginUndo, endUndo, planUndo, type UndoAsk, type Undone, type UndoPlan } from '../../operate/undo.ts';
import { agreed } from '../agreed.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type Flags, type OpenedApp, type Session, withSoundMapping } from '../session.ts';
import { timeFlag } from '../time-flag.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { undoLine } from './undo-line.ts';

interface UndoFlags extends Flags {
  readonly run?: string;
  readonly pair?: string;
  readonly field?: string;
  readonly since?: string;
  readonly until?: string;
  readonly yes?: boolean;
}

export function undoCommand(world: World): Command {
  return command('undo', 'put back what a run overwrote, where nobody has changed it since; shows its plan first', {
    examples: [
      'undo --run 019ab8…',
      'undo --run 019ab8… --pair incident-case --field urgency --yes',
      'undo --run 019ab8… --since 2026-03-01T08:00:00Z --json',
      'runs list                       which runs there are',
    ],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--run <id>', 'the run, as "runs list" or the history of a ticket names it')
    .option('--pair <name>', 'only this pair of tables')
    .option('--field <name>', 'only this field, by its name in the mapping file')
    .option('--since <time>', 'only what was written from then on: 2026-03-01T08:00:00Z')
    .option('--until <time>', 'only what was written before then')
    .option('--yes', 'do it without asking')
    .action((flags: UndoFlags) => act(world, flags, (session) => undo(session, flags)));
}

async function undo(session: Session, flags: UndoFlags): Promise<ExitCode> {
  const ask = askOf(flags);
  const { out, world } = session;
  return withSoundMapping(session, async (opened) => {
    const progress = createProgress({ stream: world.stderr, terminal: world.terminal && !out.json, now: world.now });
    const plan = await planUndo(readOnly(opened.app.engine), ask, (share) => progress.show('reading', share)).finally(
      () => progress.end(),
    );
    await printPlan(out, plan);
    const wanted = plan.items.some(({ judged }) => judged.kind === 'put-back');
    if (!wanted) return plan.items.length === 0 ? exitCodes.done : exitCodes.found;
    if (flags.yes !== true && !(await agreed(session, 'Put them back?', 'Nothing was written'))) return exitCodes.found;
    return carryOut(session, opened, plan);
  });
}

function askOf({ run, pair, field, since, until }: UndoFlags): UndoAsk {
  if (run === undefined) throw new UsageError('Say which run: --run <id>. "runs list" shows them.');
  return {
    run,
    ...(pair === undefined ? {} : { pair }),
    ...(field === undefined ? {} : { field }),
    ...(since === undefined ? {} : { since: timeFlag('--since', since) }),
    ...(until === undefined ? {} : { until: timeFlag('--until', until) }),
  };
}

/** Every value that would be put back, and every one that would not, with the reason. */
async function printPlan(out: Output, { items }: UndoPlan): Promise<void> {
  const sorted = [...items].sort((a, b) => Number(a.judged.kind === 'leave') - Number(b.judged.kind === 'leave'));
  for (const item of sorted) {
    if (out.json) await out.line(undoLine(item));
    else await out.text(describeUndo(item));
  }
  const back = items.filter(({ judged }) => judged.kind === 'put-back');
  const tickets = new Set(back.map(({ was }) => was.linkId)).size;
  out.note(
    `${counted(back.length, 'value')} on ${counted(tickets, 'ticket')} to put back, ${items.length - back.length} to leave. Comments and files that were carried stay.`,
  );
}

async function carryOut(session: Session, { app }: OpenedApp, plan: UndoPlan): Promise<ExitCode> {
  const { engine } = app;
  const operator = operatorOf(session, engine.store);
  await meetInstances(engine);
  const undoing = await beginUndo(engine, operator, plan);
  await drain(engine, session.world.interrupt.signal);
  const undone = await endUndo(engine, operator, undoing);
  const leftAlone = plan.items.length - undoing.values;
  await report(session.out, plan.ask.run, undoing.run.id, undone, leftAlone);
  if (session.world.interrupt.by() !== null) return exitCodes.interrupted;
  return undone.waiting + undone.overtaken + leftAlone > 0 ? exitCodes.found : exitCodes.done;
}

async function report(out: Output, of: string, run: string, undone: Undone, left: number): Promise<void> {
  if (out.json) return out.line({ run, of, ...undone, left });
  await out.text(
    `${counted(undone.putBack, 'value')} put back, ${left + undone.overtaken} left, ${undone.waiting} still to be written. This was run ${run}; undo works on it, too.`,
  );
  if (undone.waiting > 0) out.note('"status" and "quarantine list" tell what the rest waits for.');
}
