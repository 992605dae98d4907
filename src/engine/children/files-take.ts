import type { ChildRow } from '../../core/children.ts';
import type { FileStep } from '../../core/files/steps.ts';
import { textIn } from '../../core/files/steps.ts';
import type { Tx } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import { groupBy, type LinkWork } from '../work.ts';
import type { FileJob } from './files-lane.ts';

interface Wanted {
  readonly work: LinkWork;
  readonly steps: readonly FileStep[];
}

/**
 * Writes the steps of a batch into the ledger, in one transaction, and returns those that have something to move. A link whose ledger
 * has changed since it was read (an upload that ended meanwhile) is looked at once more instead: what was planned may be its echo.
 * Rejects with JobsLost, StoreUnavailable.
 */
export async function takeSteps(engine: Engine, wanted: readonly Wanted[]): Promise<readonly FileJob[]> {
  const taken = await engine.store.transaction(async (tx) => {
    await tx.holdJobs(wanted.map(({ work }) => work.job));
    const rows = groupBy(await tx.childrenOf(wanted.map(({ work }) => work.link.id)), (row) => row.linkId);
    const still = wanted.filter(({ work }) => sameRows(work.children, rows.get(work.link.id) ?? []));
    const moved = wanted.filter((one) => !still.includes(one));
    if (moved.length > 0) await tx.enqueue(moved.map(({ work }) => ({ kind: 'link', linkId: work.link.id })));
    for (const { steps } of still) await write(tx, steps);
    return still;
  });
  for (const event of taken.flatMap(({ work, steps }) => steps.flatMap((step) => eventOf(work, step))))
    engine.emit(event);
  return taken.flatMap(({ work, steps }) => steps.flatMap((step) => jobOf(work, step)));
}

function sameRows(seen: readonly ChildRow[], now: readonly ChildRow[]): boolean {
  const marks = (rows: readonly ChildRow[]): string =>
    rows
      .filter((row) => row.kind === 'file')
      .map((row) => `${row.id} ${row.updatedAt}`)
      .toSorted()
      .join('\n');
  return marks(seen) === marks(now);
}

async function write(tx: Tx, steps: readonly FileStep[]): Promise<void> {
  const fresh = steps.filter((step) => step.seen === null).map((step) => step.row);
  if (fresh.length > 0) await tx.saveChildren(fresh);
  // Compared above, in this transaction; a lane that moves a row on in between wins.
  for (const { row, seen } of steps) if (seen !== null) await tx.swapChild(row, seen);
}

function jobOf(work: LinkWork, step: FileStep): readonly FileJob[] {
  return step.act.kind === 'note' ? [] : [{ link: work.link, pair: work.pair, row: step.row, act: step.act }];
}

function eventOf(work: LinkWork, { row, act }: FileStep): readonly EngineEvent[] {
  const about = { link: work.link, file: row };
  if (row.state === 'withheld' && textIn(row, 'notice') !== 'told') return [{ type: 'file.withheld', ...about }];
  if (act.kind !== 'note' || row.state !== 'carried' || row.detail['missingAt'] !== undefined) return [];
  return [{ type: 'file.carried', ...about, how: row.detail['found'] === true ? 'found' : 'paired', durationMs: 0 }];
}
