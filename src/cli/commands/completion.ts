import { join } from 'node:path';
import type { Command } from 'commander';
import { act, command } from '../command.ts';
import { completionScript, shells } from '../completion.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Flags } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { projectFolder, type World } from '../world.ts';

export function completionCommand(world: World): Command {
  return command('completion', 'print a script that makes the shell complete commands and options', {
    examples: ['completion bash', 'completion zsh', 'completion fish'],
    exits: [0, 2],
  })
    .argument('<shell>', shells.join(', '))
    .action((name: string, flags: Flags, own: Command) =>
      act(world, flags, async ({ out }) => {
        const shell = shells.find((known) => known === name);
        if (shell === undefined)
          throw new UsageError(`There is completion for ${shells.join(', ')}; not for "${name}".`);
        const runner = `node '${join(projectFolder, 'scripts', 'run.mjs').replaceAll("'", String.raw`'\''`)}'`;
        const script = completionScript(shell, own.parent ?? own, runner);
        if (out.json) await out.line({ shell, script });
        else await out.text(script);
        return exitCodes.done;
      }),
    );
}
