import { iso } from '../../core/clock.ts';
import type { Candidate } from '../../core/match/rules.ts';
import type { SourceRecord } from '../../core/record.ts';
import { bothSides } from '../../core/side.ts';
import type { ProposalRow } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { nothingToRecord, type Settlement } from '../settlement.ts';
import type { NewWork } from '../work.ts';

/** It may be there across already: nothing is created, and a person is asked. */
export function proposed(
  engine: Engine,
  work: NewWork,
  origin: SourceRecord | null,
  candidates: readonly Candidate[],
): Settlement {
  const base = nothingToRecord(work);
  const proposals = proposalRows(engine, work, origin, candidates);
  return {
    ...base,
    proposals,
    events: [
      ...base.events,
      ...proposals
        .filter((_, at) => candidates[at]?.known !== true)
        .map((proposal) => ({ type: 'match.proposed' as const, proposal })),
    ],
  };
}

export function proposalRows(
  engine: Engine,
  { origin: { side, id }, pair }: Pick<NewWork, 'origin' | 'pair'>,
  origin: SourceRecord | null,
  candidates: readonly Candidate[],
): readonly ProposalRow[] {
  return candidates.map((candidate) => ({
    id: engine.ids.next(),
    pair: pair.name,
    ids: bothSides((on) => (on === side ? id : candidate.id)),
    numbers: bothSides((on) => (on === side ? (origin?.number ?? null) : candidate.number)),
    why: candidate.why,
    status: 'open',
    at: iso(engine.clock.now()),
    decidedAt: null,
  }));
}
