import { ConnectorError } from '../../connectors/errors.ts';
import { noticeText } from '../../core/files/notice.ts';
import { advanced, withDetail } from '../../core/files/steps.ts';
import type { Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { FileJob } from './files-lane.ts';

/**
 * Posts the one internal comment about a file that stays at home. The ledger says that it was told before it is: one whose answer is
 * lost is not told again.
 */
export async function tellOfFile(engine: Engine, job: FileJob, on: Side): Promise<void> {
  const { link, pair } = job;
  const desk = engine.systems[on].children;
  if (desk === undefined) return;
  const told = advanced(job.row, engine.clock.now(), { detail: withDetail(job.row, { notice: 'told' }) });
  if (!(await engine.store.transaction((tx) => tx.swapChild(told, job.row.updatedAt)))) return;
  const request = {
    object: pair.objects[on],
    recordId: link.ids[on],
    channel: 'internal' as const,
    text: noticeText(told),
  };
  const error = await failureOf(async () => {
    const [result] = await desk.post([request]);
    if (result?.kind === 'failed') throw result.error;
  });
  if (error === null) return;
  const passes = !error.inDoubt && error.kind !== 'Rejected';
  if (passes) await engine.store.transaction((tx) => tx.swapChild(dueAgain(engine, told), told.updatedAt));
  engine.emit({ type: 'file.failed', link, file: told, error });
}

function dueAgain(engine: Engine, row: FileJob['row']): FileJob['row'] {
  return advanced(row, engine.clock.now(), { detail: withDetail(row, { notice: 'due' }) });
}

/** Takes a counterpart off its ticket. Its row says so already; a side that does not answer is tried at the next look. */
export async function detachFile(
  engine: Engine,
  job: FileJob,
  { on, id }: { readonly on: Side; readonly id: string },
): Promise<void> {
  const { link, pair, row } = job;
  const desk = engine.systems[on].children;
  if (desk === undefined) return;
  const error = await failureOf(() => desk.detach(pair.objects[on], { recordId: link.ids[on], id }));
  if (error === null) {
    const gone = advanced(row, engine.clock.now(), { state: 'withheld', detail: withDetail(row, { why: 'vanished' }) });
    await engine.store.transaction((tx) => tx.swapChild(gone, row.updatedAt));
    return;
  }
  const again = withDetail(row, { detached: null, missingAt: new Date(engine.clock.now()).toISOString() });
  await engine.store.transaction((tx) =>
    tx.swapChild(advanced(row, engine.clock.now(), { detail: again }), row.updatedAt),
  );
  engine.emit({ type: 'file.failed', link, file: row, error });
}

/** Null if it worked. Rejects for what is no ConnectorError. */
async function failureOf(call: () => Promise<void>): Promise<ConnectorError | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}
