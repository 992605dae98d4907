import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { act, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Flags } from '../session.ts';
import type { World } from '../world.ts';

export function keygenCommand(world: World): Command {
  return command('keygen', 'print a new CASEBRIDGE_SECRET_KEY', { examples: ['keygen'], exits: [0] }).action(
    (flags: Flags) =>
      act(world, flags, async ({ out }) => {
        const key = randomBytes(32).toString('base64');
        await out.text(key);
        if (out.json) await out.line({ key });
        out.note(
          'Put it into .env as CASEBRIDGE_SECRET_KEY and keep a copy: without it the stored tokens cannot be read.',
        );
        return exitCodes.done;
      }),
  );
}
