import { processEnvironment, startedByNpm } from '../config/environment.ts';
import { onInterrupt } from './interrupt.ts';
import { runCommandLine } from './program.ts';
import { reportError } from './report-error.ts';
import { realWorld } from './world.ts';

/** Runs a command line of the real program to its end. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  const env = processEnvironment();
  try {
    await runCommandLine(args, realWorld(env, onInterrupt({ npm: startedByNpm(env) })));
  } catch (error) {
    const { text, exitCode } = reportError(error);
    console.error(text);
    process.exitCode = exitCode;
  }
}

/** Ends the process once its words are out: everything is closed by now, and an idle connection kept alive must not hold us. */
export async function end(): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit();
}
