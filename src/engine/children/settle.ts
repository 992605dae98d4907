import type { Settlement } from '../settlement.ts';
import type { ChildOutcome } from './plan.ts';

/** What is to be recorded about a ticket and what hangs on it, in one transaction. */
export function withChildren(settlement: Settlement, carried: ChildOutcome): Settlement {
  return {
    ...settlement,
    children: [...settlement.children, ...carried.rows],
    history: [...settlement.history, ...carried.history],
    events: [...settlement.events, ...carried.events],
    deferredBy: settlement.deferredBy ?? carried.deferredBy,
  };
}
