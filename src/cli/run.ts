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
