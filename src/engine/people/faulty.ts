import { MappingFault } from '../../core/mapping-fault.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { Faulty, Work } from '../work.ts';

/** What `decide` gives, or the fault of a function of the mapping file: it is this record's alone. */
export function unlessFaulty<T, W extends Work>(work: W, origin: SourceRecord | null, decide: () => T): T | Faulty<W> {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof MappingFault)) throw error;
    return { kind: 'faulty', work, fault: error, origin };
  }
}

/** True for what `unlessFaulty` gives in place of a decision. */
export function isFaulty<T extends object, W extends Work>(decision: T | Faulty<W>): decision is Faulty<W> {
  return 'kind' in decision && decision.kind === 'faulty';
}
