/**
 * Kills, stops, cuts and restarts real processes: the daemon, both local desks and Postgres, while people work at both desks.
 * Run: npm run chaos -- [--per-point 10] [--points N] [--kills 200] [--stops 50] [--restarts 20] [--cuts 20] [--fresh 20] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { troubleOf } from '../src/cli/commands/demo/texts.ts';
import { chaos } from '../test/chaos/campaign.ts';

const { values } = parseArgs({
  options: {
    'per-point': { type: 'string', default: '10' },
    points: { type: 'string' },
    kills: { type: 'string', default: '200' },
    stops: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '20' },
    cuts: { type: 'string', default: '20' },
    // In percent: after the others the dead one's leases are ended at once, as ten seconds would end them.
    fresh: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});

function whole(name: keyof typeof values): number {
  const text = values[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name}: ${text} is not a whole number`);
}

function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(numbers.length * share) - 1)] ?? 0;
}

const startedAt = performance.now();
const texts = Array.from({ length: 300 }, (_, n) => troubleOf(String(n)).subject);
const report = await chaos({
  seed: whole('seed'),
  texts,
  perPoint: whole('per-point'),
  ...(values.points === undefined ? {} : { points: whole('points') }),
  kills: whole('kills'),
  stops: whole('stops'),
  databaseRestarts: whole('restarts'),
  cuts: whole('cuts'),
  fresh: whole('fresh') / 100,
  say: (line) => console.error(line),
});
for (const row of report.rows) {
  console.log(`${row.what.padEnd(24)} ${String(row.rounds).padStart(5)} rounds   broken promises ${row.broken.length}`);
  for (const { what, about } of row.broken.slice(0, 20)) console.log(`    ${what}: ${about}`);
}
const { tickets, edits, comments, recoveries, points, pointsFired } = report;
console.log(
  `${tickets} tickets, ${edits} edits and ${comments} comments by people; ${points.length} points, ${pointsFired} kills at them`,
);
console.log(
  `start to first complete poll of every stream: p50 ${percentile(recoveries, 0.5)} ms, p95 ${percentile(recoveries, 0.95)} ms of ${recoveries.length}`,
);
console.log(`${Math.round((performance.now() - startedAt) / 1000)} s`);
const unexpected = new Map<string, number>();
for (const text of report.said) unexpected.set(text.slice(0, 160), (unexpected.get(text.slice(0, 160)) ?? 0) + 1);
for (const [text, times] of [...unexpected].toSorted((a, b) => b[1] - a[1]).slice(0, 12))
  console.error(`${times}× ${text}`);
process.exitCode = report.rows.some((row) => row.broken.length > 0) ? 1 : 0;
