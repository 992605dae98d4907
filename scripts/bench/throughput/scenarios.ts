import { setTimeout as delay } from 'node:timers/promises';
import { type Side, sides } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import { type Burst, measure, type Measured, objects, per1000, percentiles, type Subject, texts } from './measure.ts';
import { cases, incidents, longer } from './tickets.ts';

export const names = [
  'created in ServiceNow',
  'created in Salesforce',
  'changed in ServiceNow',
  'changed in Salesforce',
  'changed on both sides, half each',
] as const;
export type ScenarioName = (typeof names)[number];

/** Opens tickets at both desks, then changes them this way, that way and both ways. `each` hears of every result. */
export async function runBursts(
  desks: Desks,
  subject: Subject,
  tickets: number,
  each: (name: ScenarioName, measured: Measured) => void,
): Promise<void> {
  const run = async (name: ScenarioName, bursts: readonly Burst[]): Promise<void> =>
    each(name, await measure(desks, subject, bursts));
  await run('created in ServiceNow', [opened('servicenow', tickets)]);
  await run('created in Salesforce', [opened('salesforce', tickets)]);
  const caseOf = await desks.salesforce.ask({ do: 'column', object: 'Case', key: 'ServiceNow_Id__c', field: 'id' });
  const text = await desks.servicenow.ask({ do: 'column', object: 'incident', key: 'id', field: 'description' });
  const pairs = Object.entries(caseOf)
    .filter(([incident]) => incident in text)
    .map(([incident, caseId]) => ({ ids: { servicenow: incident, salesforce: caseId }, text: text[incident] ?? '' }))
    .slice(0, tickets);
  await run('changed in ServiceNow', [edited('servicenow', pairs, 'a')]);
  await run('changed in Salesforce', [edited('salesforce', pairs, 'b')]);
  const half = Math.floor(pairs.length / 2);
  await run('changed on both sides, half each', [
    edited('servicenow', pairs.slice(0, half), 'c'),
    edited('salesforce', pairs.slice(half), 'd'),
  ]);
}

interface Pair {
  readonly ids: Readonly<Record<Side, string>>;
  readonly text: string;
}

function opened(from: Side, count: number): Burst {
  const tickets = from === 'servicenow' ? incidents(count) : cases(count);
  return {
    from,
    act: (desks) => desks[from].ask({ do: 'open', object: objects[from], tickets }),
    key: from === 'servicenow' ? 'ServiceNow_Id__c' : 'correlation_id',
    expected: (ids) => Object.fromEntries(ids.map((id, at) => [id, tickets[at]?.[texts[from]] ?? ''])),
  };
}

function edited(from: Side, pairs: readonly Pair[], round: string): Burst {
  const to: Side = from === 'servicenow' ? 'salesforce' : 'servicenow';
  const change = from === 'servicenow' ? { urgency: '1' } : { Priority: 'Low' };
  const edits = pairs.map(({ ids, text }, at) => ({
    id: ids[from],
    fields: { ...change, [texts[from]]: longer(text, round, at) },
  }));
  return {
    from,
    act: (desks) => desks[from].ask({ do: 'edit', object: objects[from], edits }),
    key: 'id',
    expected: () => Object.fromEntries(pairs.map(({ ids, text }, at) => [ids[to], longer(text, round, at)])),
  };
}

export interface Hot {
  readonly edits: number;
  readonly gapMs: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
  readonly cpuMsPerEdit: number;
  /** Texts that the Case ever showed: edits between two polls travel as one. */
  readonly versionsSeen: number;
  /** The last edit, from made to visible on the other side, in milliseconds. */
  readonly lastMs: number;
  readonly latencyMs: Measured['latencyMs'];
}

/** One incident edited again and again. An edit counts as visible when its text, or that of a later one, is. */
export async function runHot(desks: Desks, subject: Subject, edits: number, gapMs: number): Promise<Hot> {
  await delay(1100);
  const before = subject.cost();
  const since = Date.now();
  const [id = '', caseId = ''] =
    Object.entries(
      await desks.salesforce.ask({ do: 'column', object: 'Case', key: 'ServiceNow_Id__c', field: 'id' }),
    )[0] ?? [];
  const made: number[] = [];
  const tracing = desks.salesforce.ask({
    do: 'trace',
    object: 'Case',
    id: caseId,
    field: 'Description',
    until: hotText(edits),
    timeoutMs: 60_000,
  });
  for (let n = 1; n <= edits; n += 1) {
    const done = await desks.servicenow.ask({
      do: 'edit',
      object: 'incident',
      edits: [{ id, fields: { description: hotText(n) } }],
    });
    made.push(done.at);
    await delay(gapMs);
  }
  const trace = await tracing;
  await delay(700);
  const after = subject.cost();
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since })));
  const waits = made.flatMap((at, index) => {
    const seen = trace.find((step) => editOf(step.text) >= index + 1);
    return seen === undefined ? [] : [seen.at - at];
  });
  return {
    edits,
    gapMs,
    callsPer1000: per1000(
      calls.map((each) => each.calls),
      edits,
    ),
    cpuMsPerEdit: (after.cpuMs - before.cpuMs) / edits,
    versionsSeen: trace.length,
    lastMs: waits.length < edits ? Number.NaN : (waits.at(-1) ?? Number.NaN),
    latencyMs: percentiles(waits),
  };
}

function hotText(edit: number): string {
  return `Edit ${edit}`;
}

function editOf(text: string): number {
  return Number(/^Edit (\d+)$/.exec(text)?.[1] ?? 0);
}

export interface Idle {
  readonly seconds: number;
  readonly calls: Readonly<Record<Side, number>>;
  readonly cpuShare: number;
  readonly databaseCpuShare: number;
  readonly peakMb: number;
}

/** Nothing happens for a while. */
export async function runIdle(desks: Desks, subject: Subject, seconds: number): Promise<Idle> {
  subject.forgetPeak();
  const before = subject.cost();
  const since = Date.now();
  await delay(seconds * 1000);
  const after = subject.cost();
  const [servicenow, salesforce] = await Promise.all([
    desks.servicenow.ask({ do: 'calls', since }),
    desks.salesforce.ask({ do: 'calls', since }),
  ]);
  return {
    seconds,
    calls: { servicenow: servicenow.calls, salesforce: salesforce.calls },
    cpuShare: (after.cpuMs - before.cpuMs) / (seconds * 1000),
    databaseCpuShare: (after.databaseCpuMs - before.databaseCpuMs) / (seconds * 1000),
    peakMb: after.peakMb,
  };
}
