import { Command, Option } from 'commander';
import { type ExitCode, exitCodeHelp, exitCodes } from './exit-codes.ts';
import { hideSecrets, stackOf } from './hide.ts';
import { reportError } from './report-error.ts';
import { createSession, type Flags, type Session } from './session.ts';
import type { World } from './world.ts';

/** What `--help` shows below the options. */
export interface Help {
  readonly examples: readonly string[];
  readonly exits: readonly ExitCode[];
}

/** A command with the options that all have, and a help text with examples and exit codes. */
export function command(name: string, summary: string, help: Help): Command {
  const examples = ['Examples:', ...help.examples.map((example) => `  casebridge ${example}`)].join('\n');
  return new Command(name)
    .summary(summary)
    .description(summary)
    .addOption(new Option('--json', 'machine-readable output on stdout'))
    .addOption(new Option('--demo', 'work on the database and the desks of the demo'))
    .addHelpText('after', `\n${examples}\n\n${exitCodeHelp(help.exits)}`);
}

/** Runs a command's work and leaves its exit code to the process; every failure becomes a sentence on standard error. */
export async function act(world: World, flags: Flags, work: (session: Session) => Promise<ExitCode>): Promise<void> {
  const session = createSession(world, flags);
  try {
    world.exit(await work(session));
  } catch (error) {
    const interrupted = world.interrupt.by() !== null;
    if (interrupted && !isWorthTelling(error)) return world.exit(exitCodes.interrupted);
    const { text, exitCode } = reportError(error);
    session.out.note(hideSecrets(world, text));
    if (world.env['LOG_LEVEL'] === 'debug') session.out.note(stackOf(world, error));
    world.exit(interrupted ? exitCodes.interrupted : exitCode);
  }
}

/** Work that was broken off says so by its abort; anything else went wrong on its own. */
function isWorthTelling(error: unknown): boolean {
  return (
    !(error instanceof Error) || !(error.name === 'AbortError' || /abort|interrupted|cancell?ed/i.test(error.message))
  );
}
