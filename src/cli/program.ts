import { Command, CommanderError } from 'commander';
import { authCommand } from './commands/auth.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { conflictsCommand } from './commands/conflicts.ts';
import { dbCommand } from './commands/db.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { keygenCommand } from './commands/keygen.ts';
import { linksCommand } from './commands/links.ts';
import { matchesCommand } from './commands/matches.ts';
import { migrateCommand } from './commands/migrate.ts';
import { pairsCommand } from './commands/pairs.ts';
import { peopleCommand } from './commands/people.ts';
import { planCommand } from './commands/plan.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { resyncCommand } from './commands/resync.ts';
import { runsCommand } from './commands/runs.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { tokensCommand } from './commands/tokens.ts';
import { undoCommand } from './commands/undo.ts';
import { verifyCommand } from './commands/verify.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import type { World } from './world.ts';

const factories = [
  demoCommand,
  startCommand,
  syncCommand,
  resyncCommand,
  planCommand,
  verifyCommand,
  statusCommand,
  linksCommand,
  pairsCommand,
  conflictsCommand,
  matchesCommand,
  quarantineCommand,
  runsCommand,
  undoCommand,
  peopleCommand,
  configCommand,
  initCommand,
  doctorCommand,
  authCommand,
  migrateCommand,
  tokensCommand,
  dbCommand,
  keygenCommand,
  completionCommand,
];

/** The whole tree of commands. */
export function createProgram(world: World): Command {
  const program = new Command('casebridge')
    .description('Keeps support tickets in ServiceNow and Salesforce in step, both ways.')
    .addHelpText(
      'after',
      `\n${[
        'Examples:',
        '  npm run demo                                 both desks and real data, on this machine alone',
        '  npm run casebridge -- config check           settings and mapping, also against both systems',
        '  npm run casebridge -- sync --once            one round, then exit',
        '  npm start                                    the service',
      ].join('\n')}\n\n${exitCodeHelp([0, 1, 2, 3, 4, 5, 130])}`,
    );
  for (const make of factories) program.addCommand(make(world));
  configure(program, world);
  return program;
}

/** Help goes to standard output, everything else to standard error; nothing ends the process from inside. */
function configure(command: Command, world: World): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void world.stdout.write(text),
    writeErr: (text) => void world.stderr.write(text),
  });
  command.showHelpAfterError('(--help shows what there is)').showSuggestionAfterError();
  for (const sub of command.commands) configure(sub, world);
}

/** Runs one command line, without the program's name. Leaves the exit code with the world. */
export async function runCommandLine(args: readonly string[], world: World): Promise<void> {
  try {
    await createProgram(world).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const help = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    world.exit(help ? exitCodes.done : exitCodes.usage);
  }
}
