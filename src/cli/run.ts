import { type Environment, processEnvironment, startedByNpm } from '../config/environment.ts';
import { onInterrupt } from './interrupt.ts';
import { runCommandLine } from './program.ts';
import { exitCodes } from './exit-codes.ts';
import { projectFolder, realWorld } from './world.ts';

/** Runs a command line of the real program to its end. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  const env = processEnvironment();
  // A promise that nobody waits for ends here, too. Nothing goes on half alive: the next start makes right what is left.
  process.on('uncaughtException', (error) => void crash(error, env));
  try {
    await runCommandLine(args, realWorld(env, onInterrupt({ npm: startedByNpm(env) })));
  } catch (error) {
    await crash(error, env);
  }
}

/** Ends the process as soon as its last words are out. What makes them is loaded only now: a command that ends well never needs it. */
async function crash(error: unknown, env: Environment): Promise<void> {
  const { lastWords } = await import('./crash.ts');
  const words = lastWords(error, { env, folder: projectFolder, terminal: process.stderr.isTTY, now: Date.now() });
  process.stderr.write(words, () => process.exit(exitCodes.found));
}

/** Ends the process once its words are out: everything is closed by now, and an idle connection kept alive must not hold us. */
export async function end(): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit();
}
