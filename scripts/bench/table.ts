/**
 * The table of docs/performance.md: how fast the daemon moves tickets and what that costs, beside floors that only copy them. Daemon
 * and desks are processes of their own.
 * Run: npm run bench -- [--quick] [--only changed,lag] [--latency 0,20,100,realistic] [--tickets 5000] [--write-docs] [--profile folder]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { parseLatency } from './throughput/latency.ts';
import type { Line } from './throughput/line.ts';
import { groups, type PlannedRound, planRounds, type Wish } from './throughput/plan.ts';
import { reportOf, table, writeDocs, writeReport } from './throughput/report.ts';
import { withRound } from './throughput/round.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    latency: { type: 'string' },
    tickets: { type: 'string' },
    profile: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
});

function wishOf(): Wish {
  const only = values.only === undefined ? null : new Set(values.only.split(','));
  const latencies = (values.latency ?? (values.quick ? '20' : '0,20,100,realistic')).split(',');
  const unknown = [...(only ?? [])].filter((group) => !groups.includes(group));
  if (unknown.length > 0) throw new Error(`no scenario: ${unknown.join(', ')}; there are ${groups.join(', ')}`);
  if (latencies.some((each) => parseLatency(each) === null)) throw new Error(`no latency: ${latencies.join(', ')}`);
  const tickets = Number(values.tickets ?? (values.quick ? '1000' : '5000'));
  return { only, latencies, tickets, quick: values.quick, profileInto: values.profile ?? null };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function tell({ latency, scenario, perSecond, verdict }: Line): void {
  say(`${latency}: ${scenario}${perSecond === null ? '' : `: ${Math.round(perSecond)}/s`}: ${verdict}`);
}

interface Run {
  readonly lines: readonly Line[];
  readonly readyMs: number;
  readonly complaints: readonly string[];
}

async function runRound(planned: PlannedRound): Promise<Run> {
  return withRound(planned.options, async (round) => {
    const lines: Line[] = [];
    for (const [at, step] of planned.steps.entries()) {
      const letter = String.fromCharCode(97 + at);
      const measured = await step.run(round, { tickets: planned.tickets, letter, quick: values.quick });
      for (const line of measured) tell(line);
      lines.push(...measured);
    }
    return { lines, readyMs: round.readyMs, complaints: round.complaints() };
  });
}

async function main(): Promise<void> {
  const [startedAt, loadBefore] = [Date.now(), loadavg()];
  const runs: Run[] = [];
  for (const planned of planRounds(wishOf())) runs.push(await runRound(planned));
  const lines = runs.flatMap((run) => run.lines);
  const complaints = runs.flatMap((run) => run.complaints);
  const readyMs = runs.map((run) => run.readyMs);
  const report = reportOf({ lines, complaints, readyMs }, { startedAt, loadBefore });
  process.stdout.write(table(lines));
  for (const complaint of complaints.slice(0, 10)) say(complaint);
  const file = await writeReport(report);
  say(`Written to ${file}`);
  if (values['write-docs']) writeDocs(report, file);
  const bad = lines.filter((line) => line.bad);
  for (const { latency, scenario, verdict, raw } of bad)
    say(`${scenario} at ${latency}: ${verdict} ${examplesOf(raw)}`);
  if (bad.length > 0) process.exitCode = 1;
}

function examplesOf(raw: unknown): string {
  const truth = typeof raw === 'object' && raw !== null && 'truth' in raw ? raw.truth : null;
  return truth === null ? '' : JSON.stringify(truth);
}

await main();
