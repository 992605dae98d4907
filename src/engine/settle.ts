import { iso } from '../core/clock.ts';
import { MappingFault } from '../core/mapping-fault.ts';
import type { Intent } from '../store/store.ts';
import type { Outcome } from './apply.ts';
import { nextLook } from './decide-news.ts';
import type { Engine } from './engine.ts';
import { isLinkPlan, isNewPlan, type Noted } from './note.ts';
import type { EndOutcome } from './life/act.ts';
import { settleLife, settleMissing } from './life/settle.ts';
import { faulty, nothingToRecord, putOff, type Settlement } from './settlement.ts';
import { settleLink } from './settle-link.ts';
import { settleNew } from './settle-new.ts';
import type { Decision, Work } from './work.ts';

/**
 * What is to be recorded about one decision and what came of its writes. A function of the mapping file that fails on what was read
 * back sets that one record aside; the notes of what was sent stay, so that it is known for ours when it works again.
 */
export function settle(
  engine: Engine,
  decision: Decision,
  outcome: Outcome,
  noted: Noted,
  ends: ReadonlyMap<string, EndOutcome> = new Map(),
): Settlement {
  try {
    return settled(engine, decision, outcome, noted, ends);
  } catch (error) {
    if (!(error instanceof MappingFault)) throw error;
    const origin = isNewPlan(decision) ? decision.origin : null;
    return faulty(engine, decision.work, error, origin);
  }
}

function settled(
  engine: Engine,
  decision: Decision,
  outcome: Outcome,
  noted: Noted,
  ends: ReadonlyMap<string, EndOutcome>,
): Settlement {
  if (isLinkPlan(decision)) return settleLink(engine, decision, outcome, noted.conflicts.get(decision.work.key) ?? []);
  if (isNewPlan(decision)) return settleNew(engine, decision, outcome, noted.intents.get(decision.work.key) ?? null);
  if (decision.kind === 'missing') return settleMissing(engine, decision);
  if (decision.kind === 'life') return settleLife(engine, decision, ends.get(decision.work.key));
  if (decision.kind === 'in-doubt') return waitForCreate(engine, decision.work, decision.intent);
  if (decision.kind === 'faulty') return faulty(engine, decision.work, decision.fault, decision.origin);
  throw new Error('a decision of a kind that is not known');
}

function waitForCreate(engine: Engine, work: Work, intent: Intent): Settlement {
  const { pair, origin, originId } = intent;
  return {
    ...nothingToRecord(work),
    release: null,
    quarantine: putOff(work, iso(nextLook(engine, intent))),
    events: [{ type: 'create.in-doubt', pair, origin, originId, until: intent.sentAt }],
  };
}
