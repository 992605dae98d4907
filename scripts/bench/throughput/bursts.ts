import { otherSide, type Side } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import { type Burst, objects, texts, timeoutMs } from './measure.ts';
import { moreDetail } from '../../../src/cli/commands/demo/texts.ts';
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
    watch: (desks, ids) => {
      const expected = Object.fromEntries(ids.map((id, at) => [id, tickets[at]?.[texts[from]] ?? '']));
      return desks[to].ask({
        do: 'watch',
        object: objects[to],
        key: stamps[to],
        field: texts[to],
        expected,
        timeoutMs,
      });
    },
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
    act: (desks) => {
      const clock = sameStamp ? { clock: Date.now() } : {};
      return desks[from].ask({ do: 'edit', object: objects[from], edits, ...clock });
    },
    watch: (desks) => {
      const expected = Object.fromEntries(pairs.map(({ ids, text }, at) => [ids[to], longer(text, round, at)]));
      return desks[to].ask({ do: 'watch', object: objects[to], key: 'id', field: texts[to], expected, timeoutMs });
    },
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

/** One comment on each ticket, in turn for customers and for the desk alone. */
export function commented(from: Side, pairs: readonly Pair[], round: string): Burst {
  const to = otherSide(from);
  const said = (at: number): string => `Said ${at + 1}${round}: ${moreDetail[at % moreDetail.length] ?? ''}`;
  const comments = pairs.map(({ ids }, at) => ({
    id: ids[from],
    text: said(at),
    channel: at % 2 === 0 ? ('public' as const) : ('internal' as const),
  }));
  return {
    from,
    act: (desks) => desks[from].ask({ do: 'comment', object: objects[from], comments }),
    watch: (desks) => {
      const expected = Object.fromEntries(pairs.map(({ ids }, at) => [ids[to], said(at)]));
      return desks[to].ask({ do: 'watch-comments', expected, timeoutMs });
    },
  };
}

/** One small file on each ticket. */
export function filed(from: Side, pairs: readonly Pair[]): Burst {
  const to = otherSide(from);
  const ids = pairs.map((pair) => pair.ids[from]);
  const object = objects[from];
  return {
    from,
    act: async (desks) => {
      await desks[from].ask({ do: 'attach', object, ids, bytes: 4096, times: 1 });
      return { ids, at: Date.now(), busy: false };
    },
    watch: async (desks) => {
      const expected: Record<string, string> = {};
      for (const pair of pairs) {
        const files = await desks[from].ask({ do: 'files', object, ids: [pair.ids[from]] });
        expected[pair.ids[to]] = files.at(-1)?.split(' ').at(-1) ?? '';
      }
      return desks[to].ask({ do: 'watch-files', object: objects[to], expected, timeoutMs });
    },
  };
}
