import type { Command } from 'commander';
import { act, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Flags, storeSettings } from '../session.ts';
import type { World } from '../world.ts';

export function migrateCommand(world: World): Command {
  return command('migrate', 'bring the database tables up to date', {
    examples: ['migrate', 'migrate --json'],
    exits: [0, 3, 4],
  }).action((flags: Flags) =>
    act(world, flags, async (session) => {
      const applied = await world.migrate(storeSettings(session));
      if (session.out.json) await session.out.line({ applied });
      else
        await session.out.text(applied.length === 0 ? 'The tables are up to date.' : `Applied: ${applied.join(', ')}`);
      return exitCodes.done;
    }),
  );
}
