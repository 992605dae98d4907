import { Command } from 'commander';
import { act, command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Flags, storeSettings } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { backupCommand, restoreCommand } from './db-backup.ts';

export function dbCommand(world: World): Command {
  const url = command('url', 'print an address for psql', {
    examples: ['db url', 'db url --demo', 'db url --json'],
    exits: [0, 2, 3, 4],
  }).action((flags: Flags) =>
    act(world, flags, async (session) => {
      const settings = storeSettings(session);
      const address = settings.databaseUrl?.reveal() ?? (await world.runningDatabase(settings));
      if (address === null) {
        throw new UsageError(
          `No database is running in ${settings.dataDir}: it lives as long as "start", "demo" or another command. Start one first.`,
        );
      }
      if (session.out.json) await session.out.line({ url: address });
      else await session.out.text(address);
      return exitCodes.done;
    }),
  );
  return new Command('db')
    .summary('the database')
    .description('The database')
    .addCommand(url)
    .addCommand(backupCommand(world))
    .addCommand(restoreCommand(world));
}
