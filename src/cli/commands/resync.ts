import type { Command } from 'commander';
import { meetInstances } from '../../engine/life/instances.ts';
import type { EngineEvent } from '../../engine/events.ts';
import { resync, type Resynced } from '../../engine/resync.ts';
import { sideNames } from '../../observability/words.ts';
import { readOnly } from '../../operate/read-only.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';
import { type Flags, type Session, withSoundMapping } from '../session.ts';
import { timeFlag } from '../time-flag.ts';
import type { World } from '../world.ts';
import { printPlan } from './plan.ts';
import { foundSomething, noteStanding, printSummary } from './sync.ts';

interface ResyncFlags extends Flags {
  readonly pair?: string;
  readonly since?: string;
  readonly dryRun?: boolean;
}

export function resyncCommand(world: World): Command {
  return command('resync', 'compare every record in scope on both sides, and repair what differs', {
    examples: ['resync', 'resync --since 2026-03-01', 'resync --dry-run', 'resync --pair incident-case --json'],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--pair <name>', 'only this pair of tables')
    .option('--since <time>', 'only records changed since: 2026-03-01 or 2026-03-01T08:00:00Z')
    .option('--dry-run', 'show what would be written, and write nothing')
    .action((flags: ResyncFlags) => act(world, flags, (session) => run(session, flags)));
}

async function run(session: Session, flags: ResyncFlags): Promise<ExitCode> {
  const { out, world } = session;
  const { signal } = world.interrupt;
  const options = {
    dryRun: flags.dryRun === true,
    signal,
    ...(flags.pair === undefined ? {} : { pair: flags.pair }),
    ...(flags.since === undefined ? {} : { since: timeFlag('--since', flags.since) }),
  };
  const progress = createProgress({ stream: world.stderr, terminal: world.terminal && !out.json, now: world.now });
  const result = await withSoundMapping(
    session,
    async ({ app }) => {
      if (!options.dryRun) await meetInstances(app.engine);
      return resync(options.dryRun ? readOnly(app.engine) : app.engine, options).finally(() => progress.end());
    },
    (event) => show(event, progress.show),
  );
  return report(session, result, options.dryRun);
}

function show(event: EngineEvent, tell: (label: string, share: number) => void): void {
  if (event.type === 'resync.page') tell(`${event.pair} ${sideNames[event.side]}`, event.share);
}

async function report({ out }: Session, result: Resynced, dryRun: boolean): Promise<ExitCode> {
  if (result.resumed) out.note('Went on where the last resync stopped.');
  if (dryRun) await printPlan(out, result.planned);
  else await printSummary(out, result);
  noteStanding(out, result);
  if (result.stopped) {
    out.note('Stopped; "resync" goes on from here.');
    return exitCodes.interrupted;
  }
  return !dryRun && foundSomething(result) ? exitCodes.found : exitCodes.done;
}
