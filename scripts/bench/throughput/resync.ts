import { type Side, sides } from '../../../src/core/side.ts';
import { pairsOf } from './bursts.ts';
import { runCommand } from './daemon.ts';
import { objects, per1000, texts } from './measure.ts';
import { costOf } from './process-cost.ts';
import type { Round } from './round.ts';

export interface Resync {
  readonly links: number;
  readonly drifted: number;
  readonly code: number;
  readonly seconds: number;
  readonly callsPer1000: Readonly<Record<Side, number>>;
  readonly cpuMsPerLink: number;
  readonly databaseCpuMsPerLink: number;
  readonly peakMb: number;
}

/** Long ago, where no poll looks. */
const longAgoMs = 60 * 60 * 1000;

/** `casebridge resync` beside the daemon, after one ticket in a thousand was changed, half on each side, behind the polls' back. */
export async function runResync({ desks, daemon, dataDir }: Round): Promise<Resync> {
  const pairs = await pairsOf(desks, Number.POSITIVE_INFINITY);
  const drifted = pairs.filter((_, at) => at % 1000 === 500);
  for (const [at, side] of sides.entries()) {
    const edits = drifted
      .filter((_, index) => index % 2 === at)
      .map(({ ids }) => ({ id: ids[side], fields: { [texts[side]]: `Drifted ${ids[side]}` } }));
    await desks[side].ask({ do: 'edit', object: objects[side], edits, clock: Date.now() - longAgoMs });
  }
  const before = daemon.cost();
  const since = Date.now();
  let own = { cpuMs: 0, peakMb: 0 };
  const { code, stdout, stderr } = await runCommand(dataDir, desks, ['resync', '--json'], (pid) => {
    const cost = costOf(pid, 'no database');
    if (cost.cpuMs > 0) own = cost;
  });
  if (stdout === '') throw new Error(`resync ended with ${code}: ${stderr}`);
  const { durationMs } = JSON.parse(stdout) as { durationMs: number };
  const after = daemon.cost();
  const calls = await Promise.all(sides.map((side) => desks[side].ask({ do: 'calls', since })));
  return {
    links: pairs.length,
    drifted: drifted.length,
    code,
    seconds: durationMs / 1000,
    callsPer1000: per1000(
      calls.map((each) => each.calls),
      pairs.length,
    ),
    cpuMsPerLink: (own.cpuMs + after.cpuMs - before.cpuMs) / pairs.length,
    databaseCpuMsPerLink: (after.databaseCpuMs - before.databaseCpuMs) / pairs.length,
    peakMb: own.peakMb,
  };
}
