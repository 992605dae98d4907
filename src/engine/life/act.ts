import { ConnectorError, notOurs } from '../../connectors/errors.ts';
import type { EraseResult, Sending, WriteResult } from '../../connectors/ticket-system.ts';
import type { ChildRow } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import { defaultLife } from '../../core/life/rules.ts';
import type { LifeDone } from '../../core/link.ts';
import { sameVersion, type SourceRecord, valueIn } from '../../core/record.ts';
import { fieldsOf } from '../../core/rules.ts';
import { type Side, sides } from '../../core/side.ts';
import { JobsLost, StoreUnavailable } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { NotedEnd } from './note.ts';
import { postNotices, unsent } from './notices.ts';

/** What came of what was to be done about the ticket across. */
export type EndOutcome =
  | {
      readonly kind: 'done';
      readonly done: LifeDone;
      readonly row: ChildRow | null;
      /** As read back where it was closed. */
      readonly survivor: SourceRecord;
    }
  /** It may or may not have been carried out, or the side does not answer: looked at again. */
  | { readonly kind: 'failed'; readonly error: ConnectorError; readonly row: ChildRow | null };

/**
 * Closes, deletes and tells the tickets across, side by side and a call a kind. Where keys are another worker's by now, nothing is sent:
 * what went out before in the same run may have taken long, and is recorded all the same. Never rejects.
 */
export async function carryOutEnds(
  engine: Engine,
  noted: readonly NotedEnd[],
  sending: Sending,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const outcomes = new Map<string, EndOutcome>();
  if (noted.length === 0) return outcomes;
  if (!(await areOurs(engine, noted))) {
    for (const end of noted)
      outcomes.set(end.key, { kind: 'failed', error: notOurs(end.survivor.side), row: unsent(engine, end) });
    return outcomes;
  }
  await Promise.all(
    sides.map(async (side) => {
      const here = noted.filter(({ survivor }) => survivor.side === side);
      for (const [key, outcome] of await carryOutOn(engine, side, here, sending)) outcomes.set(key, outcome);
    }),
  );
  return outcomes;
}

/** A deletion can't be put back: however lately the notes were renewed, it is asked. */
async function areOurs(engine: Engine, noted: readonly NotedEnd[]): Promise<boolean> {
  try {
    await engine.store.transaction((tx) => tx.holdJobs(noted.map(({ decision }) => decision.work.job)));
    return true;
  } catch (error) {
    // Whether what was sent can be recorded is found out there.
    if (error instanceof JobsLost || error instanceof StoreUnavailable) return false;
    throw error;
  }
}

async function carryOutOn(
  engine: Engine,
  side: Side,
  noted: readonly NotedEnd[],
  sending: Sending,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const outcomes = new Map<string, EndOutcome>();
  const doomed = noted.filter(({ act }) => act === 'delete' && engine.systems[side].erase !== undefined);
  for (const [end, result] of await eraseAll(engine, side, doomed, sending)) {
    outcomes.set(end.key, afterErase(end, result));
    if (result.kind === 'erased') await auditErase(engine, end);
  }
  const closed = await closeAll(
    engine,
    side,
    noted.filter(({ act }) => act === 'close'),
    sending,
  );
  const told: NotedEnd[] = [];
  for (const end of noted.filter((one) => !doomed.includes(one))) {
    const result = closed.get(end);
    if (result?.kind === 'failed') outcomes.set(end.key, { kind: 'failed', error: result.error, row: null });
    else told.push(end);
  }
  const notices = await postNotices(engine, side, told, sending);
  for (const end of told) {
    const notice = notices.get(end.key) ?? { kind: 'none', row: null };
    if (notice.kind === 'failed') {
      outcomes.set(end.key, notice);
      continue;
    }
    const result = closed.get(end);
    const done: LifeDone =
      end.act === 'close' && result !== undefined ? 'closed' : notice.kind === 'posted' ? 'told' : 'nothing';
    const survivor = result?.kind === 'written' ? result.record : end.survivor;
    outcomes.set(end.key, { kind: 'done', done, row: notice.row, survivor });
  }
  return outcomes;
}

/** The one act that nothing of ours can put back: it leaves a trail, as a person's does. */
async function auditErase(engine: Engine, { survivor, life, decision }: NotedEnd): Promise<void> {
  const { side, id, number } = survivor;
  const row = {
    at: iso(engine.clock.now()),
    actor: 'casebridge',
    action: 'ticket.delete',
    target: decision.work.link.id,
    detail: { side, id, number, because: `${life.kind} in ${life.side}` },
  };
  await engine.store.admin?.addAudit(row).catch((error: unknown) => {
    engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
  });
}

/** Deleting what is not there any more comes to the same. */
function afterErase(end: NotedEnd, result: EraseResult): EndOutcome {
  const { survivor } = end;
  if (result.kind === 'erased') return { kind: 'done', done: 'deleted', row: null, survivor };
  if (result.error.kind === 'NotFound') return { kind: 'done', done: 'nothing', row: null, survivor };
  return { kind: 'failed', error: result.error, row: null };
}

async function eraseAll(
  engine: Engine,
  side: Side,
  ends: readonly NotedEnd[],
  sending: Sending,
): Promise<readonly (readonly [NotedEnd, EraseResult])[]> {
  const results: (readonly [NotedEnd, EraseResult])[] = [];
  for (const [object, group] of Map.groupBy(ends, ({ survivor }) => survivor.object)) {
    const unseen = await editedSince(engine, side, object, group);
    for (const end of unseen) results.push([end, { kind: 'failed', error: changed(side) }]);
    const rest = group.filter((end) => !unseen.includes(end));
    if (rest.length === 0) continue;
    const ids = rest.map(({ survivor }) => survivor.id);
    const answers = await (engine.systems[side].erase?.(object, ids, sending) ?? Promise.resolve([])).catch(
      (error: unknown): readonly EraseResult[] =>
        ids.map(() => ({ kind: 'failed', error: asConnectorError(side, error) })),
    );
    rest.forEach((end, index) => results.push([end, answers[index] ?? { kind: 'failed', error: lost(side) }]));
  }
  return results;
}

/** Deleting takes an edit with it that nobody has seen, so each ticket is looked at once more, right before. */
async function editedSince(
  engine: Engine,
  side: Side,
  object: string,
  ends: readonly NotedEnd[],
): Promise<readonly NotedEnd[]> {
  const fields = [...new Set(ends.flatMap(({ survivor }) => Object.keys(survivor.fields)))];
  const ids = ends.map(({ survivor }) => survivor.id);
  const now = await engine.systems[side].read(object, ids, fields).catch(() => null);
  return ends.filter(({ survivor }, index) => {
    const result = now?.[index];
    if (result?.kind === 'deleted') return false;
    return result?.kind !== 'found' || !isSame(result.record, survivor);
  });
}

/** A stamp of whole seconds alone does not tell two saves apart. */
function isSame(a: SourceRecord, b: SourceRecord): boolean {
  return (
    sameVersion(a.version, b.version) && Object.keys(b.fields).every((name) => valueIn(a, name) === valueIn(b, name))
  );
}

function changed(side: Side): ConnectorError {
  return new ConnectorError('Unavailable', { side, executed: 'no', cause: 'changed-meanwhile' });
}

/** Null fields, or none that differ: it is closed already, or the mapping knows no way to close it. */
async function closeAll(
  engine: Engine,
  side: Side,
  ends: readonly NotedEnd[],
  sending: Sending,
): Promise<ReadonlyMap<NotedEnd, WriteResult>> {
  const results = new Map<NotedEnd, WriteResult>();
  const asks = ends.flatMap((end) => {
    const { pair } = end.decision.work;
    const fields = (pair.life ?? defaultLife).closing(end.survivor);
    if (fields === null) return [];
    if (Object.keys(fields).length === 0) {
      results.set(end, { kind: 'written', record: end.survivor, before: null });
      return [];
    }
    const { object, id } = end.survivor;
    return [{ end, request: { object, id, fields, readBack: fieldsOf(pair, side) } }];
  });
  if (asks.length === 0) return results;
  const answers = await engine.systems[side]
    .update(
      asks.map(({ request }) => request),
      sending,
    )
    .catch((error: unknown): readonly WriteResult[] =>
      asks.map(() => ({ kind: 'failed', error: asConnectorError(side, error) })),
    );
  asks.forEach(({ end }, index) => results.set(end, answers[index] ?? { kind: 'failed', error: lost(side) }));
  return results;
}

function asConnectorError(side: Side, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'unexpected' }, { cause: error });
}

function lost(side: Side): ConnectorError {
  return new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'answer-incomplete' });
}
