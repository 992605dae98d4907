import { iso } from '../../core/clock.ts';
import { planFiles } from '../../core/files/plan.ts';
import { bothSides } from '../../core/side.ts';
import { JobsLost } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { LinkWork } from '../work.ts';
import { createFileLane, type FileJob } from './files-lane.ts';
import { takeSteps } from './files-take.ts';
import { wholeHistory } from './first-rows.ts';
import { type ChildOutcome, type ChildrenNow, type FilePlan, noFiles, type ToCarry } from './plan.ts';

/** Decides about the files of one link. */
export function decideFiles(engine: Engine, work: LinkWork, now: ChildrenNow): FilePlan {
  const rules = work.pair.files;
  if (rules === undefined) return noFiles;
  const rows = work.children.filter((row) => row.kind === 'file');
  const created = rows.some((row) => row.sourceId === wholeHistory);
  // Desks keep whole seconds: what was added in the second of the link is younger than the link.
  const from = Math.max(Date.parse(work.link.createdAt), Date.parse(rules.startsAt));
  const steps = planFiles(
    {
      linkId: work.link.id,
      since: created ? null : bothSides((side) => iso(Math.floor((from + engine.offsets[side]) / 1000) * 1000)),
      rows,
      now: { servicenow: now.servicenow?.files ?? null, salesforce: now.salesforce?.files ?? null },
    },
    rules,
    { now: engine.clock.now(), settleMs: engine.times.settle, newId: () => engine.ids.next() },
  );
  return { steps };
}

/**
 * Takes the steps of a batch: the ledger says so, and what has bytes to move goes into the lane, which no ticket waits for. Without a
 * lane they are moved here and now. Rejects with StoreUnavailable.
 */
export async function carryFiles(
  engine: Engine,
  batch: readonly ToCarry[],
): Promise<ReadonlyMap<string, ChildOutcome>> {
  const wanted = batch.flatMap(({ work, plan, down }) => {
    const steps = plan.files.steps.filter(({ act }) => act.kind !== 'carry' || !down.has(act.to));
    return steps.length === 0 ? [] : [{ work, steps }];
  });
  if (wanted.length === 0) return new Map();
  const jobs = await takeSteps(engine, wanted).catch((error: unknown): readonly FileJob[] => {
    // Another worker has the link: it decides for itself.
    if (error instanceof JobsLost) return [];
    throw error;
  });
  const lane = engine.files ?? createFileLane(engine, { atOnce: 1 });
  lane.offer(jobs);
  if (engine.files === undefined) await lane.idle();
  return new Map();
}
