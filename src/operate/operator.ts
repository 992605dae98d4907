import type { AdminRecords, AuditRow, Store } from '../store/store.ts';

/** A person or a program that acts, and what on. */
export interface Operator {
  readonly store: Store;
  /** `cli:<user>`, or the name of a token. */
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where tokens, sessions and the trail are kept; the store's own where left out. */
  readonly records?: AdminRecords;
}

/** The time of an act, ISO 8601. */
export function timeOf({ now }: Pick<Operator, 'now'>): string {
  return new Date(now()).toISOString();
}

/** Leaves a row in the audit trail. A store that keeps none has nobody to answer to. */
export async function note(
  operator: Operator,
  action: string,
  target: string | null,
  detail: AuditRow['detail'] = {},
): Promise<void> {
  const records = operator.records ?? operator.store.admin;
  await records?.addAudit({ at: timeOf(operator), actor: operator.actor, action, target, detail });
}
