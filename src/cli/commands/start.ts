import type { Command } from 'commander';
import { deskUrls } from '../../admin/desk-urls.ts';
import { createDaemon, type Daemon } from '../../engine/daemon.ts';
import { meetInstances } from '../../engine/life/instances.ts';
import type { Log } from '../../observability/logger.ts';
import { oneLine } from '../../observability/words.ts';
import { systemClock } from '../../system.ts';
import { keepHeapSmall } from '../../tidy-memory.ts';
import { createRelay, openAdminPort } from '../admin-port.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { patiently } from '../patience.ts';
import { type Flags, type OpenedApp, type Session, withSoundMapping } from '../session.ts';
import { openWatching } from '../watching.ts';
import type { World } from '../world.ts';
import { setGoing } from './sync.ts';

interface StartFlags extends Flags {
  readonly yes?: boolean;
}

export function startCommand(world: World): Command {
  return command('start', 'keep both sides in step until stopped', {
    examples: ['start', 'LOG_FORMAT=json casebridge start', 'start --yes'],
    exits: [0, 2, 3, 4, 5, 130],
  })
    .option('--yes', 'create as many tickets as are found, and set pairs going that stopped at too many')
    .action((flags: StartFlags) =>
      act(world, flags, (session) => {
        const relay = createRelay();
        const yes = flags.yes === true;
        return patiently(session, systemClock, (begun) =>
          withSoundMapping(session, (opened) => serve(session, opened, { relay, yes, begun }), relay.emit),
        );
      }),
    );
}

interface Serving {
  readonly relay: ReturnType<typeof createRelay>;
  readonly yes: boolean;
  /** Told once both sides have answered: from here on a busy side is the engine's to wait for. */
  readonly begun: () => void;
}

const dayMs = 86_400_000;

async function serve(session: Session, opened: OpenedApp, { relay, yes, begun }: Serving): Promise<ExitCode> {
  const { app, settings, log } = opened;
  const { interrupt } = session.world;
  keepHeapSmall();
  if (yes) await setGoing(session, app.engine.store);
  await meetInstances(app.engine);
  begun();
  const daemon = createDaemon(app.engine, {
    cron: settings.poll.cron,
    idleMaxMs: settings.poll.idleMaxSeconds * 1000,
    unlimitedCreates: yes,
    sweepMs: settings.sweepHours * 3_600_000,
    keep: { historyMs: settings.keep.historyDays * dayMs, conflictsMs: settings.keep.conflictDays * dayMs },
  });
  const admin = await openAdminPort({
    engine: app.engine,
    daemon,
    config: opened.config,
    settings,
    urls: deskUrls(settings),
    terminal: session.world.terminal,
    // Where nobody reads along, the log stays JSON; no token is part of the line then.
    tell: (text) => (session.world.terminal ? session.out.note(text) : log('info', 'admin', { text })),
    onError: (error) =>
      log('error', 'admin.error', { error: error.name, text: oneLine(error.message, 200), stack: error.stack }),
  });
  relay.to(admin.hear);
  try {
    await daemon.start();
    const watching = openWatching({
      engine: app.engine,
      settings,
      standing: () => admin.standing(),
      note: (note) => admin.note(note),
      log,
    });
    log('info', 'started', { admin: admin.url, text: `Started; Ctrl-C stops. Health: ${admin.url}/readyz` });
    await stopAsked(interrupt.signal);
    log('info', 'stopping', { by: interrupt.by(), text: 'Stopping …' });
    // What stands still from here on is meant to.
    await watching.stop();
    await stop(daemon, log);
  } finally {
    await admin.stop();
  }
  // A service manager's SIGTERM is the ordinary end of a service; Ctrl-C breaks a command off.
  return interrupt.by() === 'SIGTERM' ? exitCodes.done : exitCodes.interrupted;
}

async function stop(daemon: Daemon, log: Log): Promise<void> {
  const left = await daemon.stop();
  if (left === null)
    return log('warn', 'stopped', { text: 'Stopped. What is left could not be counted: the database is gone.' });
  const { waiting, active, inDoubt } = left;
  const rest = waiting + active;
  const parts = [
    rest === 0 ? 'nothing left to do' : `${rest} left for next time`,
    ...(inDoubt === 0 ? [] : [`${inDoubt} writes in doubt`]),
  ];
  return log('info', 'stopped', { waiting, active, inDoubt, text: `Stopped: ${parts.join(', ')}.` });
}

function stopAsked(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
