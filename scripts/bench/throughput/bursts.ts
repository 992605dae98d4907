import { otherSide, type Side } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import { type Burst, objects, texts } from './measure.ts';
import { cases, incidents, longer } from './tickets.ts';

/** A ticket on both sides. */
export interface Pair {
  readonly ids: Readonly<Record<Side, string>>;
  readonly text: string;
}

/** The column across that names the ticket a row was made from. */
const stamps: Readonly<Record<Side, string>> = { servicenow: 'correlation_id', salesforce: 'ServiceNow_Id__c' };

export function opened(from: Side, count: number, round: string): Burst {
  const tickets = from === 'servicenow' ? incidents(count, round) : cases(count, round);
  const to = otherSide(from);
  return {
    from,
    act: (desks) => desks[from].ask({ do: 'open', object: objects[from], tickets }),
    object: objects[to],
    key: stamps[to],
    field: texts[to],
    expected: (ids) => Object.fromEntries(ids.map((id, at) => [id, tickets[at]?.[texts[from]] ?? ''])),
  };
}

export function edited(from: Side, pairs: readonly Pair[], round: string, sameStamp = false): Burst {
  const to = otherSide(from);
  const edits = pairs.map(({ ids, text }, at) => ({
    id: ids[from],
    fields: { ...levelOf(from, round), [texts[from]]: longer(text, round, at) },
  }));
  return {
    from,
    act: (desks) => desks[from].ask({ do: 'edit', object: objects[from], edits, sameStamp }),
    object: objects[to],
    key: 'id',
    field: texts[to],
    expected: () => Object.fromEntries(pairs.map(({ ids, text }, at) => [ids[to], longer(text, round, at)])),
  };
}

/** A level that changes with the round, so that each edit is one of two fields. */
function levelOf(side: Side, round: string): Readonly<Record<string, string>> {
  const high = round.charCodeAt(0) % 2 === 0;
  return side === 'servicenow' ? { urgency: high ? '1' : '3' } : { Priority: high ? 'High' : 'Low' };
}

/** Pairs that stand on both sides, in the order in which ServiceNow holds them. */
export async function pairsOf(desks: Desks, most: number): Promise<readonly Pair[]> {
  const [caseOf, text] = await Promise.all([
    desks.salesforce.ask({ do: 'column', object: 'Case', key: 'ServiceNow_Id__c', field: 'id' }),
    desks.servicenow.ask({ do: 'column', object: 'incident', key: 'id', field: 'description' }),
  ]);
  return Object.entries(text)
    .flatMap(([incident, description]): Pair[] => {
      const caseId = caseOf[incident];
      return caseId === undefined ? [] : [{ ids: { servicenow: incident, salesforce: caseId }, text: description }];
    })
    .slice(0, most);
}
