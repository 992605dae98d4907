import { sameHold } from '../core/holds.ts';
import type { Hold, Link, LinkStatus } from '../core/link.ts';
import type { ConflictRow } from '../store/store.ts';
import type { EngineEvent } from './events.ts';
import type { Settlement } from './settlement.ts';
import type { LinkWork } from './work.ts';

/** Holds that end only when a person decides, or people make the sides agree. */
function waitsForPerson(hold: Hold): boolean {
  return (
    hold.reason.kind === 'manual-conflict' || hold.reason.kind === 'bouncing' || hold.reason.kind === 'cut-text-edited'
  );
}

/** The status of a pair that was settled: it waits for a person, or is in step. */
export function statusOf(holds: readonly Hold[]): LinkStatus {
  return holds.some(waitsForPerson) ? 'conflict' : 'synced';
}

/** A hold made in this very run learns the id of the conflict that the store has just noted. */
export function named(holds: readonly Hold[], noted: readonly ConflictRow[]): readonly Hold[] {
  return holds.map((hold) => {
    const row = noted.find((candidate) => candidate.field === hold.field);
    if (hold.reason.kind !== 'manual-conflict' || hold.reason.conflictId !== '' || row === undefined) return hold;
    return { field: hold.field, reason: { kind: 'manual-conflict', conflictId: row.id } };
  });
}

/**
 * Conflicts a person decided, open ones whose values have changed since (a newer row stands), and open ones whose field is no
 * longer held because people made the sides agree.
 */
export function finishedConflicts(
  work: LinkWork,
  holds: readonly Hold[],
  noted: readonly ConflictRow[],
  at: string,
): Settlement['settledConflicts'] {
  const held = new Set(holds.filter(waitsForPerson).map((hold) => hold.field));
  const renewed = new Set(noted.filter((row) => row.status === 'open').map((row) => row.field));
  return work.conflicts
    .filter((row) => !noted.some((fresh) => fresh.id === row.id))
    .filter((row) => row.status === 'decided' || !held.has(row.field) || renewed.has(row.field))
    .map((row) => ({ id: row.id, winner: row.decision?.kind === 'take' ? row.decision.side : null, at }));
}

/** Tells of each hold that was not there before; a conflict that waits for a person is told by its own row. */
export function newHolds(link: Link, before: readonly Hold[]): readonly EngineEvent[] {
  return link.holds
    .filter((hold) => hold.reason.kind !== 'manual-conflict' && !before.some((known) => sameHold(hold, known)))
    .map((hold) => ({ type: 'link.held', link, hold }));
}

/** Tells of conflicts as they were noted. */
export function conflictEvents(link: Link, rows: readonly ConflictRow[]): readonly EngineEvent[] {
  return rows.map((conflict) => ({ type: 'conflict.noted', link, conflict }));
}
