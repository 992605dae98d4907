/**
 * The table of docs/performance.md: how fast the daemon moves tickets and what that costs, beside floors that only copy them. Daemon
 * and desks are processes of their own.
 * Run: npm run bench -- [--only changed,lag] [--latency 0,20,100,realistic] [--tickets 5000] [--quick] [--profile folder] [--write-docs]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type BurstResult, burstScenarios, runBurst } from './throughput/burst-scenarios.ts';
import { parseLatency } from './throughput/latency.ts';
import { type Results, shownTruth, table, writeResults } from './throughput/report.ts';
import { type Round, withRound } from './throughput/round.ts';
import { isWhole } from './throughput/truth.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'created,changed,both' },
    latency: { type: 'string', default: '0,20,100,realistic' },
    tickets: { type: 'string', default: '5000' },
    profile: { type: 'string' },
  },
});
const only = new Set(values.only.split(','));
const tickets = Number(values.tickets);
const latencies = values.latency.split(',');
/** A write takes 120 ms there: more would only take longer. */
const mostRealistic = 500;
/** A side that has been quiet is asked less often by default; here each burst starts at the same pace. */
const poll = { CASEBRIDGE_POLL_IDLE_MAX: '10' };

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function bursts(
  latency: string,
): Promise<{ results: BurstResult[]; readyMs: number; complaints: readonly string[] }> {
  const wanted = burstScenarios.filter(({ group }) => only.has(group));
  const count = latency === 'realistic' ? Math.min(tickets, mostRealistic) : tickets;
  const prepared = only.has('created') ? 0 : count;
  return withRound({ latency, prepared, poll, profileInto: values.profile ?? null }, async (round: Round) => {
    const results: BurstResult[] = [];
    for (const [at, scenario] of wanted.entries()) {
      const result = await runBurst(round, scenario, count, String.fromCharCode(97 + at));
      results.push(result);
      tell(result);
    }
    return { results, readyMs: round.readyMs, complaints: round.complaints() };
  });
}

function tell({ latency, scenario, daemon, equal, truth }: BurstResult): void {
  const speed = `${Math.round(daemon.perSecond)} tickets/s, floor of equal calls ${Math.round(equal?.perSecond ?? 0)}`;
  say(`${latency}: ${scenario}: ${speed}, ${daemon.missing} missing, ${shownTruth(truth)}`);
  for (const example of truth.examples) say(`  ${example}`);
}

async function main(): Promise<void> {
  if (latencies.some((each) => parseLatency(each) === null)) throw new Error(`no latency: ${values.latency}`);
  const loadBefore = loadavg();
  const rounds = [];
  for (const latency of latencies) rounds.push(await bursts(latency));
  const all: Results = {
    tickets,
    bursts: rounds.flatMap((round) => round.results),
    readyMs: rounds.map((round) => round.readyMs),
    complaints: rounds.flatMap((round) => round.complaints),
    loadBefore,
  };
  process.stdout.write(table(all));
  for (const complaint of all.complaints.slice(0, 10)) say(complaint);
  say(`Written to ${await writeResults(all)}`);
  const bad = all.bursts.filter(({ daemon, truth }) => daemon.missing > 0 || !isWhole(truth));
  if (bad.length > 0) {
    say(`Not whole: ${bad.map(({ latency, scenario }) => `${scenario} at ${latency}`).join('; ')}`);
    process.exitCode = 1;
  }
}

await main();
