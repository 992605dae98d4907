import { allowedByPerson } from '../engine/life/brake.ts';
import type { PairPause, QuarantineRow, Tx } from '../store/store.ts';
import { Refused } from './refused.ts';

/** What a person says yes to when a pair is set going. */
export interface Consent {
  /** The deletions, merges and departures that stopped the pair are right: carry out what follows from them. Others are asked anew. */
  readonly ends?: boolean;
  /** The instance that answers now holds the tickets that the links were made with. */
  readonly instance?: boolean;
}

/** More than this set aside means that something else is wrong; the rest comes due by itself. */
const most = 10_000;

/**
 * Takes up what was set aside while a pair stood still, after its pause is gone. Another instance is taken for the right one only
 * where a person says so: throws Refused otherwise.
 */
export async function takeUp(tx: Tx, pause: PairPause, consent: Consent, at: string): Promise<void> {
  if (pause.reason === 'instance-changed') {
    if (consent.instance !== true) throw new Refused({ kind: 'instance-changed', pause });
    const { side, is } = pause.detail;
    if ((side === 'servicenow' || side === 'salesforce') && typeof is === 'string') await tx.saveIdentity(side, is);
  }
  const rows = (await tx.listQuarantine(most)).filter((row) => row.pair === pause.pair);
  if (rows.length === 0) return;
  await tx.saveQuarantine(rows.map((row) => ({ ...row, reason: reasonOf(row, consent), nextAt: at })));
}

function reasonOf(row: QuarantineRow, { ends }: Consent): QuarantineRow['reason'] {
  const stopped = row.reason.kind === 'plan' && row.reason.why === 'too-many-deletes';
  return stopped && ends === true ? { kind: 'plan', why: allowedByPerson } : row.reason;
}
