/**
 * Kills, stops, cuts and restarts real processes: the daemon, both local desks and Postgres, while people work at both desks.
 * Run: npm run chaos -- [--per-point 10] [--points N] [--kills 200] [--stops 50] [--restarts 20] [--cuts 20] [--in-doubt 12] [--fresh 20]
 *   [--seed 1] [--worlds 3] [--minutes N] [--results FILE] [--resume] [--table]
 * With --results every round is kept in that file; --resume goes on with what is missing there at this commit, --table only tells
 * what each commit's rounds came to.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { troubleOf } from '../src/cli/commands/demo/texts.ts';
import { chaos } from '../test/chaos/campaign.ts';
import { Results } from '../test/chaos/results.ts';
import { tableOf } from '../test/chaos/table.ts';

const { values } = parseArgs({
  options: {
    'per-point': { type: 'string', default: '10' },
    points: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '200' },
    stops: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '20' },
    cuts: { type: 'string', default: '20' },
    'in-doubt': { type: 'string', default: '12' },
    // In percent: after the others the dead one's leases are ended at once, as ten seconds would end them.
    fresh: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    worlds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '100000' },
    results: { type: 'string' },
    resume: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
});

function whole(name: Exclude<keyof typeof values, 'resume' | 'table'>): number {
  const text = values[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name}: ${text} is not a whole number`);
}

const file = values.results ?? null;
if (file !== null && existsSync(file) && !values.resume && !values.table)
  throw new Error(`${file} is there already: name another file, or go on with it by --resume`);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const results = new Results(file);
if (!values.table) {
  const seed = whole('seed');
  results.add({
    kind: 'run',
    at: new Date().toISOString(),
    commit,
    seed,
    args: process.argv.slice(2).join(' '),
  });
  await chaos(
    {
      commit,
      seed,
      texts: Array.from({ length: 300 }, (_, n) => troubleOf(String(n)).subject),
      counts: {
        perPoint: whole('per-point'),
        points: whole('points'),
        kills: whole('kills'),
        stops: whole('stops'),
        restarts: whole('restarts'),
        cuts: whole('cuts'),
        inDoubt: whole('in-doubt'),
      },
      worlds: Math.max(1, whole('worlds')),
      withinMs: whole('minutes') * 60_000,
      fresh: whole('fresh') / 100,
      say: (line) => console.error(line),
    },
    results,
  );
}
// Rounds at another commit are another campaign: told apart, never added up.
const commits = values.table ? [...new Set(results.lines.map((line) => line.commit))] : [commit];
for (const one of commits) {
  console.log(`commit ${one}`);
  for (const line of tableOf(results, one)) console.log(line);
}
console.log(`${Math.round(performance.now() / 1000)} s in this run`);
process.exitCode = commits.some((one) => results.judged(one).some(({ broken }) => broken.length > 0)) ? 1 : 0;
