import { iso } from '../core/clock.ts';
import { JobsLost, StoreUnavailable, type Tx } from '../store/store.ts';
import { lockLinked, refuseCreatedFrom } from './claims.ts';
import type { Engine } from './engine.ts';
import { reportStrangers } from './people/report.ts';
import { quarantineRow } from './quarantine.ts';
import { recordMatches } from './match/record.ts';
import type { Reconciled } from './reconcile.ts';
import type { Settlement } from './settlement.ts';
import { noTotals, type Totals } from './work.ts';

/**
 * One transaction: bases as read back, history, conflicts, jobs completed. If it fails the batch is halved until the bad record
 * stands alone, and is quarantined alone.
 */
export async function record(engine: Engine, settlements: readonly Settlement[]): Promise<Reconciled> {
  const totals = noTotals();
  const ours = await recordHalving(engine, settlements, totals);
  const deferred = ours.filter((settlement) => settlement.deferredBy !== null);
  return {
    totals,
    deferred: deferred.map((settlement) => settlement.work.job),
    error: deferred[0]?.deferredBy ?? null,
  };
}

/** Returns those that are not another worker's by now. */
async function recordHalving(
  engine: Engine,
  settlements: readonly Settlement[],
  totals: Totals,
): Promise<readonly Settlement[]> {
  const only = settlements[0];
  if (only === undefined) return [];
  try {
    await engine.store.transaction(async (tx) => {
      await write(tx, settlements);
      await reportStrangers(tx, settlements, iso(engine.clock.now()));
    });
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    // Another worker has those: it reads the present and our notes, and decides for itself.
    const left = error instanceof JobsLost ? error.stillOurs(settlements, ({ work }) => work.job) : settlements;
    if (left.length < settlements.length) return recordHalving(engine, left, totals);
    if (settlements.length > 1) {
      const middle = Math.ceil(settlements.length / 2);
      const first = await recordHalving(engine, settlements.slice(0, middle), totals);
      return [...first, ...(await recordHalving(engine, settlements.slice(middle), totals))];
    }
    if (error instanceof JobsLost) return [];
    await setAside(engine, only, error, totals);
    return [];
  }
  for (const settlement of settlements) {
    count(totals, settlement);
    for (const event of settlement.events) engine.emit(event);
  }
  return settlements;
}

async function write(tx: Tx, settlements: readonly Settlement[]): Promise<void> {
  const all = <T>(pick: (settlement: Settlement) => readonly T[]): readonly T[] => settlements.flatMap(pick);
  const some = async <T>(rows: readonly T[], store: (rows: readonly T[]) => Promise<unknown>): Promise<void> => {
    if (rows.length > 0) await store(rows);
  };
  await lockLinked(tx, settlements);
  await some(
    all((s) => (s.insert === null ? [] : [s.insert])),
    (links) => tx.insertLinks(links),
  );
  for (const { id, side, recordId } of all((s) => (s.move === undefined ? [] : [s.move])))
    await tx.moveLink(id, side, recordId);
  await refuseCreatedFrom(tx, settlements);
  await some(
    all((s) => (s.reattach === undefined ? [] : [s.reattach])),
    (links) => tx.reattachLinks(links),
  );
  await some(
    all((s) => (s.update === null ? [] : [s.update])),
    (links) => tx.updateLinks(links),
  );
  await some(
    all((s) => s.clearPending),
    (ids) => tx.clearPending(ids),
  );
  await some(
    all((s) => s.keepPending),
    (writes) => tx.savePending(writes),
  );
  await some(
    all((s) => s.conflicts),
    (rows) => tx.noteConflicts(rows),
  );
  for (const settled of all((s) => s.settledConflicts))
    await tx.settleConflicts([settled.id], settled.winner, settled.at);
  await some(
    all((s) => s.history),
    (rows) => tx.addHistory(rows),
  );
  await some(
    all((s) => s.children),
    (rows) => tx.saveChildren(rows),
  );
  await recordMatches(tx, settlements);
  await some(
    all((s) => s.closeIntents),
    (ids) => tx.closeIntents(ids),
  );
  await some(
    all((s) => s.keepIntents ?? []),
    (intents) => tx.saveIntents(intents),
  );
  await some(
    all((s) => (s.quarantine === null ? [] : [s.quarantine])),
    (rows) => tx.saveQuarantine(rows),
  );
  await some(
    all((s) => (s.release === null ? [] : [s.release])),
    (keys) => tx.clearQuarantine(keys),
  );
  await some(
    all((s) => s.enqueue),
    (keys) => tx.enqueue(keys),
  );
  await some(
    all((s) => (s.deferredBy === null ? [s.work.job] : [])),
    (jobs) => tx.completeJobs(jobs),
  );
  // What is tried again has its job still, and must be ours as well for what was written of it.
  await some(
    all((s) => (s.deferredBy === null ? [] : [s.work.job])),
    (jobs) => tx.holdJobs(jobs),
  );
}

/** The store itself refused this one record: it alone waits, with the store's words. */
async function setAside(engine: Engine, settlement: Settlement, error: unknown, totals: Totals): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const row = quarantineRow(engine, settlement.work, { kind: 'record', message: message.slice(0, 500) });
  await engine.store.transaction(async (tx) => {
    await tx.saveQuarantine([row]);
    await tx.completeJobs([settlement.work.job]);
  });
  totals.quarantined += 1;
  engine.emit({ type: 'record.quarantined', row });
}

function count(totals: Totals, settlement: Settlement): void {
  for (const event of settlement.events) {
    if (event.type === 'link.created') totals.created[event.on] += 1;
    if (event.type === 'link.updated')
      for (const side of new Set(event.moves.map((move) => move.to))) totals.updated[side] += 1;
    if (event.type === 'link.unchanged') totals.unchanged += 1;
    if (event.type === 'conflict.noted') totals.conflicts += 1;
    if (event.type === 'record.quarantined') totals.quarantined += 1;
  }
}
