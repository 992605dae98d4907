import { ConnectorError, notOurs } from '../connectors/errors.ts';
import type { CreateRequest, Sending, UpdateRequest, WriteResult } from '../connectors/ticket-system.ts';
import { fieldsOf } from '../core/rules.ts';
import { type Side, sides } from '../core/side.ts';
import type { Engine } from './engine.ts';
import { isLinkPlan, isNewPlan, type Noted } from './note.ts';
import type { Decision } from './work.ts';

/** What came of the writes of one piece of work, by side. A side that was not written is not there. */
export type Outcome = Partial<Record<Side, WriteResult>>;

interface Slot<T> {
  readonly key: string;
  readonly request: T;
}

/**
 * Sends every write of the batch: a create call and an update call a side, both sides at once. Never rejects: a call that failed
 * as a whole is the failure of each of its items.
 */
export async function apply(
  engine: Engine,
  decisions: readonly Decision[],
  noted: Noted,
  sending: Sending,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const keep = (key: string, side: Side, result: WriteResult): void => {
    outcomes.set(key, { ...outcomes.get(key), [side]: result });
  };
  await Promise.all(
    sides.flatMap((side) => {
      const creates = createsOn(side, decisions, noted);
      const updates = updatesOn(side, decisions);
      return [
        send(side, creates, sending, (requests) => engine.systems[side].create(requests, sending), keep),
        send(side, updates, sending, (requests) => engine.systems[side].update(requests, sending), keep),
      ];
    }),
  );
  return outcomes;
}

async function send<T>(
  side: Side,
  slots: readonly Slot<T>[],
  sending: Sending,
  call: (requests: readonly T[]) => Promise<readonly WriteResult[]>,
  keep: (key: string, side: Side, result: WriteResult) => void,
): Promise<void> {
  if (slots.length === 0) return;
  const asked = async (): Promise<readonly WriteResult[]> => {
    if (!(await sending.stillOurs())) throw notOurs(side);
    return call(slots.map((slot) => slot.request));
  };
  const results = await asked().catch((error: unknown) => {
    const failure = asConnectorError(side, error);
    return slots.map((): WriteResult => ({ kind: 'failed', error: failure }));
  });
  slots.forEach((slot, index) => {
    keep(slot.key, side, results[index] ?? { kind: 'failed', error: lostAnswer(side) });
  });
}

/** An error that is no ConnectorError says nothing about whether the request ran, so it counts as in doubt. */
function asConnectorError(side: Side, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'unexpected' }, { cause: error });
}

function lostAnswer(side: Side): ConnectorError {
  return new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'answer-incomplete' });
}

function updatesOn(side: Side, decisions: readonly Decision[]): readonly Slot<UpdateRequest>[] {
  return decisions.flatMap((decision) => {
    if (!isLinkPlan(decision) || decision.plan.kind !== 'write') return [];
    const { work } = decision;
    return decision.plan.writes
      .filter((write) => write.on === side)
      .map((write) => ({
        key: work.key,
        request: {
          object: work.pair.objects[side],
          id: write.id,
          fields: write.fields,
          held: decision.view.now[side].fields,
          readBack: fieldsOf(work.pair, side),
        },
      }));
  });
}

function createsOn(side: Side, decisions: readonly Decision[], noted: Noted): readonly Slot<CreateRequest>[] {
  return decisions.flatMap((decision) => {
    if (!isNewPlan(decision) || decision.plan.kind !== 'create' || decision.plan.on !== side) return [];
    const { work, plan } = decision;
    const intent = noted.intents.get(work.key);
    if (intent === undefined) return [];
    const request: CreateRequest = {
      object: work.pair.objects[side],
      fields: plan.fields,
      readBack: fieldsOf(work.pair, side),
      partnerId: work.origin.id,
      drawnId: intent.drawnId,
    };
    return [{ key: work.key, request }];
  });
}
