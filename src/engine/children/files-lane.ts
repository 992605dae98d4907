import type { ChildRow } from '../../core/children.ts';
import type { FileStep } from '../../core/files/steps.ts';
import { numberIn } from '../../core/files/steps.ts';
import type { Link } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Engine } from '../engine.ts';
import type { Moving } from './files-bytes.ts';
import { sendFile } from './files-send.ts';
import { detachFile, tellOfFile } from './files-tell.ts';

/** Something to move for one file. Its row stands in the ledger already. */
export interface FileJob {
  readonly link: Link;
  readonly pair: PairRules;
  readonly row: ChildRow;
  readonly act: Exclude<FileStep['act'], { readonly kind: 'note' }>;
}

/**
 * Moves files beside the reconciles, a few at once, small ones first: no ticket waits for a file. It holds nothing that the ledger
 * does not: after a crash the rows are due again by themselves.
 */
export interface FileLane {
  /** A file that waits already is replaced; one under way is looked at again, and its step taken if nobody has. */
  offer(jobs: readonly FileJob[]): void;
  /** Resolves when nothing waits and nothing runs. Never rejects. */
  idle(): Promise<void>;
  /** Ends what runs and forgets what waits; resolves when all of it has ended. */
  stop(): Promise<void>;
  /** Files that wait, and files under way. */
  depth(): { readonly waiting: number; readonly active: number };
}

export interface FileLaneOptions {
  readonly atOnce: number;
  /** Called every few megabytes: what was read so far can be let go of. */
  readonly tidy?: () => void;
}

export function createFileLane(engine: Engine, options: FileLaneOptions): FileLane {
  const tidy = options.tidy ?? (() => undefined);
  const stopping = new AbortController();
  const waiting = new Map<string, FileJob>();
  const running = new Map<string, Promise<void>>();
  let whenIdle: (() => void)[] = [];

  function next(): FileJob | undefined {
    const jobs = [...waiting.values()].filter((job) => !running.has(job.row.id));
    return jobs.reduce<FileJob | undefined>(
      (best, job) => (best === undefined || sizeOf(job) < sizeOf(best) ? job : best),
      undefined,
    );
  }

  function start(): void {
    while (running.size < options.atOnce) {
      const job = next();
      if (job === undefined) break;
      waiting.delete(job.row.id);
      const done = run(engine, job, { signal: stopping.signal, tidy })
        .catch((error: unknown) => {
          // The ledger could not be written: it says what is known, and the row is due again.
          engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
        })
        .finally(() => {
          running.delete(job.row.id);
          start();
        });
      running.set(job.row.id, done);
    }
    if (running.size + waiting.size > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  return {
    offer: (jobs) => {
      if (stopping.signal.aborted) return;
      for (const job of jobs) waiting.set(job.row.id, job);
      start();
    },
    idle: () =>
      running.size + waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve)),
    stop: async () => {
      stopping.abort(new Error('stopping'));
      waiting.clear();
      await Promise.all(running.values());
    },
    depth: () => ({ waiting: waiting.size, active: running.size }),
  };
}

/** A comment or a deletion is one small call. */
function sizeOf(job: FileJob): number {
  return job.act.kind === 'carry' ? numberIn(job.row, 'size') : 0;
}

async function run(engine: Engine, job: FileJob, moving: Moving): Promise<void> {
  switch (job.act.kind) {
    case 'carry':
      return sendFile(engine, job, job.act, moving);
    case 'tell':
      return tellOfFile(engine, job, job.act.on);
    case 'detach':
      return detachFile(engine, job, job.act);
  }
}
