import { setTimeout as delay } from 'node:timers/promises';
import { type Side, sides } from '../../../src/core/side.ts';
import { pairsOf } from './bursts.ts';
import { type Percentiles, per1000, percentiles, timeoutMs } from './measure.ts';
import type { Round } from './round.ts';

export interface Hot {
  readonly edits: number;
  readonly missing: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
  readonly cpuMsPerEdit: number;
  readonly databaseCpuMsPerEdit: number;
  readonly peakMb: number;
  /** Texts that the Case ever showed: edits between two polls travel as one. */
  readonly versionsSeen: number;
  readonly latencyMs: Percentiles;
}

/** One incident edited again and again. An edit counts as visible when its text, or that of a later one, is. */
export async function runHot({ desks, daemon }: Round, edits: number, gapMs: number): Promise<Hot> {
  const [pair] = await pairsOf(desks, 1);
  const { servicenow: id, salesforce: caseId } = pair?.ids ?? { servicenow: '', salesforce: '' };
  daemon.forgetPeak();
  const before = daemon.cost();
  const since = Date.now();
  const until = hotText(edits);
  const field = 'Description';
  const tracing = desks.salesforce.ask({ do: 'trace', object: 'Case', id: caseId, field, until, timeoutMs });
  const made: number[] = [];
  for (let n = 1; n <= edits; n += 1) {
    const fields = { description: hotText(n) };
    const done = await desks.servicenow.ask({ do: 'edit', object: 'incident', edits: [{ id, fields }] });
    made.push(done.at);
    await delay(gapMs);
  }
  const trace = await tracing;
  await delay(700);
  const after = daemon.cost();
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since })));
  const waits = made.flatMap((at, index) => {
    const seen = trace.find((step) => editOf(step.text) >= index + 1);
    return seen === undefined ? [] : [seen.at - at];
  });
  return {
    edits,
    missing: edits - waits.length,
    callsPer1000: per1000(
      calls.map((each) => each.calls),
      edits,
    ),
    cpuMsPerEdit: (after.cpuMs - before.cpuMs) / edits,
    databaseCpuMsPerEdit: (after.databaseCpuMs - before.databaseCpuMs) / edits,
    peakMb: after.peakMb,
    versionsSeen: trace.filter((step) => editOf(step.text) > 0).length,
    latencyMs: percentiles(waits),
  };
}

function hotText(edit: number): string {
  return `Edit ${edit}`;
}

function editOf(text: string): number {
  return Number(/^Edit (\d+)$/.exec(text)?.[1] ?? 0);
}
