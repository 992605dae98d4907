import type { Command } from 'commander';
import { createDaemon, type Daemon } from '../../engine/daemon.ts';
import { meetInstances } from '../../engine/life/instances.ts';
import { startHealth } from '../../observability/health.ts';
import type { Log } from '../../observability/logger.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Flags, type OpenedApp, type Session, withSoundMapping } from '../session.ts';
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
      act(world, flags, (session) => withSoundMapping(session, (opened) => serve(session, opened, flags.yes === true))),
    );
}

async function serve(session: Session, { app, settings, log }: OpenedApp, yes: boolean): Promise<ExitCode> {
  const { interrupt, now } = session.world;
  if (yes) await setGoing(session, app.engine.store);
  await meetInstances(app.engine);
  const daemon = createDaemon(app.engine, {
    cron: settings.poll.cron,
    idleMaxMs: settings.poll.idleMaxSeconds * 1000,
    unlimitedCreates: yes,
  });
  const startedAt = now();
  const health = await startHealth({
    host: settings.admin.host,
    port: settings.admin.port,
    ready: () => isReady(app, daemon, { now: now(), startedAt, idleMaxMs: settings.poll.idleMaxSeconds * 1000 }),
  });
  try {
    await daemon.start();
    log('info', 'started', { health: health.url, text: `Started; Ctrl-C stops. Health: ${health.url}/readyz` });
    await stopAsked(interrupt.signal);
    log('info', 'stopping', { by: interrupt.by(), text: 'Stopping …' });
    await stop(daemon, log);
  } finally {
    await health.stop();
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

/** A side that was not walked to its end for this long is late: its widest gap, and time for a slow walk. */
const graceMs = 120_000;

async function isReady(
  app: OpenedApp['app'],
  daemon: Daemon,
  times: { readonly now: number; readonly startedAt: number; readonly idleMaxMs: number },
): Promise<boolean> {
  await app.engine.store.ping();
  const latest = times.now - times.idleMaxMs - graceMs;
  return Object.values(daemon.lastComplete()).every((at) => at !== null && Math.max(at, times.startedAt) >= latest);
}

function stopAsked(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
