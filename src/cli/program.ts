import { Command, CommanderError, Option } from 'commander';
import { commandList, type ListedCommand } from './command-list.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import type { World } from './world.ts';

/** The tree of commands. Those that `wanted` does not name stand in it as the help shows them, and cannot be run. */
export async function createProgram(world: World, wanted: 'all' | readonly string[] = 'all'): Promise<Command> {
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
  const isWanted = ({ name }: ListedCommand): boolean => wanted === 'all' || wanted.includes(name);
  for (const listed of commandList)
    program.addCommand(isWanted(listed) ? (await listed.load())(world) : asListed(listed));
  configure(program, world);
  return program;
}

function asListed({ name, summary, takes }: ListedCommand): Command {
  const command = new Command(name).summary(summary);
  if (takes !== undefined) command.addOption(new Option('--json'));
  return takes === '<shell>' ? command.argument(takes) : command;
}

/** Which commands a command line may be about: whatever it names, wherever it stands. Completion tells of all of them. */
function namedIn(args: readonly string[]): 'all' | readonly string[] {
  return args.includes('completion') ? 'all' : args;
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
    const program = await createProgram(world, namedIn(args));
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const help = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    world.exit(help ? exitCodes.done : exitCodes.usage);
  }
}
