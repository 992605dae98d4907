import type { Command } from 'commander';
import type { Resynced } from '../../engine/resync.ts';
import { iso } from '../../core/clock.ts';
import { meetInstances } from '../../engine/life/instances.ts';
import { syncOnce, type Summary } from '../../engine/sync-once.ts';
import { counted } from '../../observability/words.ts';
import { takeUp } from '../../operate/standing.ts';
import type { PairPause } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { type Flags, type Session, withSoundMapping } from '../session.ts';
import type { World } from '../world.ts';

interface SyncFlags extends Flags {
  readonly once?: boolean;
  readonly yes?: boolean;
}

export function syncCommand(world: World): Command {
  return command('sync', 'poll both sides, bring everything into step, and exit', {
    examples: ['sync --once', 'sync --once --yes', 'sync --once --json'],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--once', 'once, which is what this command does; "start" keeps on')
    .option('--yes', 'create as many tickets as are found, and set pairs going that stopped at too many')
    .action((flags: SyncFlags) => act(world, flags, (session) => sync(session, flags.yes === true)));
}

async function sync(session: Session, yes: boolean): Promise<ExitCode> {
  return withSoundMapping(session, async ({ app }) => {
    const { engine } = app;
    if (yes) await setGoing(session, engine.store);
    await meetInstances(engine);
    const summary = await syncOnce(engine, { unlimitedCreates: yes, signal: session.world.interrupt.signal });
    await printSummary(session.out, summary);
    noteStanding(session.out, summary);
    if (session.world.interrupt.by() !== null) return exitCodes.interrupted;
    return foundSomething(summary) ? exitCodes.found : exitCodes.done;
  });
}

const waitsForYes: ReadonlySet<PairPause['reason']> = new Set(['too-many-creates', 'too-many-deletes']);

/** A pair that stopped at too many creates or deletions was waiting for this very word. */
export async function setGoing({ out, world: { now } }: Session, store: SyncStore): Promise<void> {
  const pauses = await store.transaction((tx) => tx.pauses());
  for (const pause of pauses.filter(({ reason }) => waitsForYes.has(reason))) {
    const { pair } = pause;
    await store.transaction(async (tx) => {
      await takeUp(tx, pause, { ends: true }, iso(now()));
      await tx.resumePair(pair);
    });
    out.note(`${pair} goes on.`);
  }
}

type SyncStore = Parameters<typeof syncOnce>[0]['store'];

export function noteStanding(out: Output, { paused }: Pick<Summary, 'paused'>): void {
  for (const pair of paused) out.note(`${pair} stands still and was left out; "casebridge status" tells why.`);
}

export function foundSomething(summary: Summary): boolean {
  return summary.conflicts + summary.quarantined + summary.paused.length > 0;
}

/** The result of `sync` and `resync`: one JSON document, or a few lines. */
export async function printSummary(out: Output, summary: Summary | Resynced): Promise<void> {
  const { polled, created, updated, unchanged, conflicts, quarantined, apiCalls, durationMs } = summary;
  if (out.json) await out.line({ polled, created, updated, unchanged, conflicts, quarantined, apiCalls, durationMs });
  await out.text(
    [
      `Polled   ServiceNow ${polled.servicenow}, Salesforce ${polled.salesforce}`,
      `Created  ServiceNow ${created.servicenow}, Salesforce ${created.salesforce}`,
      `Updated  ServiceNow ${updated.servicenow}, Salesforce ${updated.salesforce}`,
      `Left     ${unchanged} in step, ${counted(conflicts, 'conflict')}, ${quarantined} set aside`,
      `Calls    ServiceNow ${apiCalls.servicenow}, Salesforce ${apiCalls.salesforce}, in ${(durationMs / 1000).toFixed(1)} s`,
    ].join('\n'),
  );
  if (conflicts > 0)
    out.note(
      '"casebridge conflicts list --all" shows both values of each; without --all, those that wait for a person.',
    );
  if (quarantined > 0) out.note('"casebridge quarantine list" shows why.');
}
