import { setTimeout as delay } from 'node:timers/promises';
import type { Side } from '../../../src/core/side.ts';
import type { Round } from './round.ts';

export interface Idle {
  readonly seconds: number;
  readonly polls: Readonly<Record<Side, number>>;
  /** Of so many polls a side as were asked for. */
  readonly calls: Readonly<Record<Side, number>>;
  readonly cpuShare: number;
  readonly databaseCpuShare: number;
  readonly peakMb: number;
}

/** Nothing happens for a while. What the polls of that time cost is told for `polls` of them. */
export async function runIdle({ desks, daemon }: Round, seconds: number, polls: number): Promise<Idle> {
  daemon.forgetPeak();
  const before = daemon.cost();
  const since = Date.now();
  await delay(seconds * 1000);
  const after = daemon.cost();
  const [servicenow, salesforce] = await Promise.all([
    desks.servicenow.ask({ do: 'calls', since }),
    desks.salesforce.ask({ do: 'calls', since }),
  ]);
  return {
    seconds,
    polls: { servicenow: servicenow.rounds, salesforce: salesforce.rounds },
    calls: {
      servicenow: (servicenow.calls / servicenow.rounds) * polls,
      salesforce: (salesforce.calls / salesforce.rounds) * polls,
    },
    cpuShare: (after.cpuMs - before.cpuMs) / (seconds * 1000),
    databaseCpuShare: (after.databaseCpuMs - before.databaseCpuMs) / (seconds * 1000),
    peakMb: after.peakMb,
  };
}
