import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseKey, formatKey, type WorkKey } from '../../core/link.ts';
import { iso } from '../../core/clock.ts';
import { counted } from '../../observability/words.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { onNamedFile } from '../named-file.ts';
import { shortTime } from '../output.ts';
import { type Flags, type Session, storeSettings } from '../session.ts';
import type { World } from '../world.ts';

export function backupCommand(world: World): Command {
  return command('backup', 'write everything the database holds into one file, while the service runs on', {
    examples: ['db backup casebridge.backup', 'db backup /var/backups/casebridge-$(date +%F).backup --json'],
    exits: [0, 1, 2, 3, 4],
  })
    .argument('<file>', 'where to; a file of that name is replaced once the new one is complete')
    .action((file: string, flags: Flags) => act(world, flags, (session) => makeBackup(session, file)));
}

export function restoreCommand(world: World): Command {
  return command('restore', 'fill an empty database with what a backup holds; all of it or nothing', {
    examples: [
      'db restore casebridge.backup',
      'sync --once            afterwards: catches up with what happened since',
    ],
    exits: [0, 1, 2, 3, 4],
  })
    .argument('<file>', 'a file that "db backup" wrote')
    .action((file: string, flags: Flags) => act(world, flags, (session) => fillFrom(session, file)));
}

async function makeBackup(session: Session, name: string): Promise<ExitCode> {
  const { out, world } = session;
  const file = resolve(name);
  const { backup } = await import('../../store/prisma/backup.ts');
  const figures = await onNamedFile(file, () =>
    withUrl(session, (database) => backup(database.url, file, iso(world.now()))),
  );
  if (out.json) await out.line({ file, ...figures });
  else
    await out.text(
      `${file}: ${counted(figures.links, 'link')}, ${counted(figures.rows, 'row')}. It holds what tickets say, and sealed tokens: keep it as you keep those.`,
    );
  return exitCodes.done;
}

async function fillFrom(session: Session, name: string): Promise<ExitCode> {
  const { out } = session;
  const file = resolve(name);
  const { restore } = await import('../../store/prisma/backup.ts');
  const done = await onNamedFile(file, () =>
    withUrl(session, ({ url, store }) =>
      restore(url, file, {
        enqueue: (keys) => store.transaction((tx) => tx.enqueue(keys.flatMap(keyOf))),
      }),
    ),
  );
  if (out.json) await out.line({ file, ...done });
  else
    await out.text(
      `Restored ${counted(done.links, 'link')} as of ${shortTime(done.at)} UTC. "sync --once", or "start", catches up with what happened since.`,
    );
  return exitCodes.done;
}

/** What was queued, checked: a file may have been written by anybody. */
function keyOf(json: string): readonly WorkKey[] {
  const said: unknown = JSON.parse(json);
  const parts = typeof said === 'object' && said !== null ? (said as WorkKey) : null;
  const key = parts === null ? null : parseKey(formatKey(parts));
  return key === null ? [] : [key];
}

interface Opened {
  readonly url: string;
  readonly store: Awaited<ReturnType<World['openDatabase']>>['store'];
}

async function withUrl<T>(session: Session, use: (database: Opened) => Promise<T>): Promise<T> {
  const database = await session.world.openDatabase(storeSettings(session), () => undefined);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
