import type { Command } from 'commander';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Flags, Session } from '../session.ts';
import type { World } from '../world.ts';

interface DemoFlags extends Flags {
  readonly fast?: boolean;
  readonly once?: boolean;
}

export function demoCommand(world: World): Command {
  return command('demo', 'both desks on this machine, real data, and Casebridge between them', {
    examples: ['demo', 'demo --fast --once', 'links list --demo   (in a second terminal)'],
    exits: [0, 1, 2, 4, 130],
  })
    .option('--fast', 'as fast as the machine can, instead of at a speed one can watch')
    .option('--once', 'end with the log, with totals and a verification')
    .action((flags: DemoFlags) => act(world, flags, (session) => play(session, flags)));
}

async function play({ world, out }: Session, flags: DemoFlags): Promise<ExitCode> {
  // Loaded here: the desks and their data are heavy, and no other command needs them.
  const { runDemo } = await import('./demo/run.ts');
  const { isClean, reportLines } = await import('./demo/report.ts');
  const report = await runDemo({
    folder: world.folder,
    fast: flags.fast === true,
    once: flags.once === true,
    signal: world.interrupt.signal,
    terminal: world.terminal,
    say: (line) => out.note(line),
  });
  if (report === null) return world.interrupt.by() === null ? exitCodes.done : exitCodes.interrupted;
  if (out.json) await out.line(report);
  else await out.text(reportLines(report).join('\n'));
  return isClean(report) ? exitCodes.done : exitCodes.found;
}
