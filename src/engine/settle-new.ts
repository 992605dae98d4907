import { iso } from '../core/clock.ts';
import type { Link, WorkKey } from '../core/link.ts';
import { movesOfCreate, newLink, type NewLinkInput, overtakenAtCreate } from '../core/new-link.ts';
import type { SourceRecord } from '../core/record.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { Intent } from '../store/store.ts';
import type { Outcome } from './apply.ts';
import { firstChildRows } from './children/first-rows.ts';
import { carriesChildren } from './children/plan.ts';
import type { Engine } from './engine.ts';
import { proposalRows, proposed } from './match/proposals.ts';
import {
  foundCreateRows,
  historyRows,
  isRecordFault,
  nothingToRecord,
  putOff,
  refused,
  setAside,
  type Settlement,
} from './settlement.ts';
import type { NewDecision, NewWork } from './work.ts';

type Planned = Extract<NewDecision, { kind: 'plan' }>;

/** What is to be recorded about a record that had no link: the link, an intent that stays open, or why it was left alone. */
export function settleNew(engine: Engine, decision: Planned, outcome: Outcome, intent: Intent | null): Settlement {
  const { work, plan, origin } = decision;
  switch (plan.kind) {
    case 'ignore':
      // What is being linked with it may fail to be recorded: looked at once more, which then finds the link.
      return {
        ...nothingToRecord(work),
        ...closed(work.intent),
        enqueue: plan.why === 'taken-up' ? [work.origin] : [],
      };
    case 'wait':
      return { ...nothingToRecord(work), release: null };
    case 'quarantine':
      return setAside(engine, work, plan.why, origin, plan.others);
    case 'propose':
      return proposed(engine, work, origin, plan.candidates);
    case 'adopt':
      return adopted(engine, work, plan);
    case 'create':
      return created(engine, work, origin, plan, outcome, intent);
  }
}

function adopted(
  engine: Engine,
  work: NewWork,
  { records, by }: Extract<Planned['plan'], { kind: 'adopt' }>,
): Settlement {
  const how = work.intent === null ? 'adopt' : 'recover';
  const link = linkFrom(engine, work, records, how);
  const base = nothingToRecord(work);
  return {
    ...base,
    insert: link,
    ...closed(work.intent),
    keepPending: overtakenAtCreate(work.pair, records[otherSide(work.origin.side)], work.sent).map((write) => ({
      ...write,
      linkId: link.id,
    })),
    enqueue: lookAgain(work, link),
    children: firstChildRows(engine, work.pair, link, how),
    history: foundCreateRows(engine, link.id, work),
    events: [...base.events, { type: 'link.adopted', link, by }],
  };
}

function created(
  engine: Engine,
  work: NewWork,
  origin: SourceRecord | null,
  plan: Extract<Planned['plan'], { kind: 'create' }>,
  outcome: Outcome,
  intent: Intent | null,
): Settlement {
  const result = outcome[plan.on];
  if (result === undefined || intent === null || origin === null)
    throw new Error(`a create of ${work.key} was planned and never sent`);
  if (result.kind === 'written') return linked(engine, work, origin, plan, result.record, intent);
  const { error } = result;
  if (error.inDoubt) {
    const until = iso(engine.clock.now() + engine.times.settle);
    const { pair, origin: side, originId } = intent;
    return {
      ...nothingToRecord(work),
      release: null,
      quarantine: putOff(work, until),
      events: [{ type: 'create.in-doubt', pair, origin: side, originId, until }],
    };
  }
  if (isRecordFault(error)) return { ...refused(engine, work, error, origin), ...notSent(work, intent) };
  return { ...nothingToRecord(work), release: null, events: [], ...notSent(work, intent), deferredBy: error };
}

/** Nothing came of this sending. An earlier one stays in doubt, with its id and with what it carried: it may stand there, hidden. */
function notSent(
  work: NewWork,
  intent: Intent,
): Pick<Settlement, 'closeIntents' | 'clearPending' | 'keepPending' | 'keepIntents'> {
  if (work.intent === null) return { ...closed(intent), keepPending: [] };
  return { closeIntents: [], clearPending: [intent.id], keepPending: work.sent, keepIntents: [work.intent] };
}

function linked(
  engine: Engine,
  work: NewWork,
  origin: SourceRecord,
  plan: Extract<Planned['plan'], { kind: 'create' }>,
  across: SourceRecord,
  intent: Intent,
): Settlement {
  const records = { [work.origin.side]: origin, [otherSide(work.origin.side)]: across } as Record<Side, SourceRecord>;
  const link = linkFrom(engine, work, records, 'create');
  const at = link.lastSyncedAt;
  const base = nothingToRecord(work);
  return {
    ...base,
    insert: link,
    ...closed(intent),
    proposals: proposalRows(engine, work, origin, plan.near ?? []),
    enqueue: lookAgain(work, link),
    children: firstChildRows(engine, work.pair, link, 'create'),
    history: historyRows(engine, link.id, movesOfCreate(work.pair, origin), () => origin.updatedBy, at),
    events: [
      ...base.events,
      { type: 'link.created', link, on: plan.on, holds: plan.holds },
      ...plan.holds.map((hold) => ({ type: 'link.held' as const, link, hold })),
    ],
  };
}

function linkFrom(
  engine: Engine,
  work: NewWork,
  records: Readonly<Record<Side, SourceRecord>>,
  how: NewLinkInput['how'],
): Link {
  return newLink({
    id: engine.ids.next(),
    pair: work.pair,
    origin: work.origin.side,
    records,
    how,
    sent: work.sent,
    at: iso(engine.clock.now()),
  });
}

/** A link whose sides differ from the first, or on which something hangs: the next look decides. */
function lookAgain(work: NewWork, link: Link): readonly WorkKey[] {
  return link.status === 'synced' && !carriesChildren(work.pair) ? [] : [{ kind: 'link', linkId: link.id }];
}

/** An intent ends together with the note of what its create carried. */
function closed(intent: Intent | null): Pick<Settlement, 'closeIntents' | 'clearPending'> {
  const ids = intent === null ? [] : [intent.id];
  return { closeIntents: ids, clearPending: ids };
}
