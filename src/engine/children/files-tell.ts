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
  const error = await desk.post([request]).then(
    ([result]) => (result?.kind === 'failed' ? result.error : null),
    (failure: unknown) => failure,
  );
  if (error === null) return;
  if (!(error instanceof ConnectorError)) throw error;
  const passes = !error.inDoubt && error.kind !== 'Rejected';
  if (passes) await engine.store.transaction((tx) => tx.swapChild(dueAgain(engine, told), told.updatedAt));
  engine.emit({ type: 'file.failed', pair: pair.name, link, row: told, error });
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
  const error = await desk.detach(pair.objects[on], { recordId: link.ids[on], id }).then(
    () => null,
    (failure: unknown) => failure,
  );
  if (error === null) {
    const gone = advanced(row, engine.clock.now(), { state: 'withheld', detail: withDetail(row, { why: 'vanished' }) });
    await engine.store.transaction((tx) => tx.swapChild(gone, row.updatedAt));
    return;
  }
  if (!(error instanceof ConnectorError)) throw error;
  const again = withDetail(row, { detached: null, missingAt: new Date(engine.clock.now()).toISOString() });
  await engine.store.transaction((tx) =>
    tx.swapChild(advanced(row, engine.clock.now(), { detail: again }), row.updatedAt),
  );
  engine.emit({ type: 'file.failed', pair: pair.name, link, row, error });
}
