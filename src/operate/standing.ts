import { allowedByPerson } from '../engine/life/brake.ts';
import type { PairPause, Tx } from '../store/store.ts';
import { Refused } from './refused.ts';

/** What a person says yes to when a pair is set going. */
export interface Consent {
  /** The deletions, merges and departures that stopped the pair are right: carry out what follows from them. Others are asked anew. */
  readonly ends?: boolean;
  /** The instance that answers now holds the tickets that the links were made with. */
  readonly instance?: boolean;
}

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
  await tx.releaseQuarantine(
    pause.pair,
    at,
    consent.ends === true ? { of: 'too-many-deletes', is: allowedByPerson } : null,
  );
}
