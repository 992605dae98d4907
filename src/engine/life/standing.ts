import { iso } from '../../core/clock.ts';
import { formatKey, type Link, type WorkKey } from '../../core/link.ts';
import { bothSides } from '../../core/side.ts';
import type { Job } from '../../store/queue.ts';
import type { PairPause, QuarantineRow, Tx } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { longestBackOffSeconds } from '../quarantine.ts';

/** What is set aside because its pair stands still. */
export const pairStandsStill = 'pair-stands-still';

/** Pauses in which nothing at all may be written. Under the others what is queued is still worked off. */
const holding: ReadonlySet<PairPause['reason']> = new Set(['instance-changed', 'too-many-deletes', 'side-blind']);

/** Pairs for which nothing may be written until a person has said so. */
export async function standingPairs(tx: Tx): Promise<ReadonlySet<string>> {
  return new Set((await tx.pauses()).filter((pause) => holding.has(pause.reason)).map((pause) => pause.pair));
}

interface Held {
  readonly job: Job;
  readonly row: QuarantineRow;
}

/**
 * Sets the jobs of standing pairs aside until they are resumed, and returns the others. A job cannot wait in the queue: it would be
 * handed out again and again.
 */
export async function holdStanding(engine: Engine, tx: Tx, jobs: readonly Job[]): Promise<readonly Job[]> {
  const standing = await standingPairs(tx);
  if (standing.size === 0) return jobs;
  const ids = jobs.flatMap(({ key }) => (key.kind === 'link' ? [key.linkId] : []));
  const links = new Map((await tx.linksById(ids)).map((link) => [link.id, link]));
  const rows = new Map((await tx.quarantined(jobs.map(({ key }) => formatKey(key)))).map((row) => [row.key, row]));
  const held = jobs.flatMap((job): readonly Held[] => {
    const link = job.key.kind === 'link' ? links.get(job.key.linkId) : undefined;
    const pair = job.key.kind === 'link' ? link?.pair : job.key.pair;
    if (pair === undefined || !standing.has(pair)) return [];
    return [{ job, row: rowOf(engine, job.key, pair, link, rows.get(formatKey(job.key))) }];
  });
  if (held.length === 0) return jobs;
  await tx.saveQuarantine(held.map(({ row }) => row));
  await tx.completeJobs(held.map(({ job }) => job));
  const gone = new Set(held.map(({ job }) => job));
  return jobs.filter((job) => !gone.has(job));
}

/** What was set aside before keeps its reason. */
function rowOf(
  engine: Engine,
  key: WorkKey,
  pair: string,
  link: Link | undefined,
  before: QuarantineRow | undefined,
): QuarantineRow {
  const now = engine.clock.now();
  const nextAt = iso(now + longestBackOffSeconds * 1000);
  if (before !== undefined) return { ...before, nextAt };
  return {
    key: formatKey(key),
    pair,
    ids: link?.ids ?? bothSides((side) => (key.kind === 'new' && key.side === side ? key.id : null)),
    numbers: link?.numbers ?? bothSides(() => null),
    reason: { kind: 'plan', why: pairStandsStill },
    attempts: 0,
    firstAt: iso(now),
    nextAt,
  };
}
