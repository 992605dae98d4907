/**
 * Plays the demo's real incidents with their comments, work notes and files at both desks while answers are lost, and counts what
 * does not stand across as it should.
 * Run: npm run bench -- whole-ticket [--times 3]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isClean, reportLines } from '../../src/cli/commands/demo/report.ts';
import { runDemo } from '../../src/cli/commands/demo/run.ts';
import type { Desks } from '../../src/cli/commands/demo/check.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '3' } } });
const fired = new Map<string, number>();

/** Answers that never arrive after the work was done, requests that never arrive, and refusals; one at a time, all day long. */
const mischief: readonly { readonly kind: FaultKind; readonly path?: string; readonly method?: string }[] = [
  { kind: 'drop-after', method: 'POST' },
  { kind: 'drop-after', method: 'PATCH' },
  { kind: 'drop-after', path: '/attachment' },
  { kind: 'drop-after', path: '/ContentVersion' },
  { kind: 'drop-before', method: 'POST' },
  { kind: 'error-after', method: 'POST' },
  { kind: 'unavailable' },
  { kind: 'expired-token' },
];

function trouble(desks: Desks): () => void {
  let n = 0;
  const timer = setInterval(() => {
    const desk = n % 2 === 0 ? desks.servicenow : desks.salesforce;
    const fault = mischief[Math.floor(n / 2) % mischief.length];
    n += 1;
    if (fault !== undefined) desk.faults.add({ ...fault, times: 1 });
  }, 400);
  return () => {
    clearInterval(timer);
    for (const desk of [desks.servicenow, desks.salesforce]) {
      desk.faults.clear();
      for (const [kind, count] of Object.entries(desk.faults.fired))
        fired.set(`${desk.side} ${kind}`, (fired.get(`${desk.side} ${kind}`) ?? 0) + count);
    }
  };
}

let clean = true;
for (let run = 1; run <= Number(values.times); run += 1) {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge whole '));
  fired.clear();
  const report = await runDemo({
    folder,
    fast: true,
    once: true,
    signal: new AbortController().signal,
    terminal: false,
    say: () => undefined,
    trouble,
    times: { settle: 6000, betweenProbes: 1000 },
  });
  await rm(folder, { recursive: true, force: true });
  if (report === null) throw new Error('the demo did not end with a report');
  clean &&= isClean(report);
  console.log(`Run ${run}${reportLines(report).join('\n')}`);
  console.log(`Struck      ${[...fired].map(([what, count]) => `${what} ${count}`).join(', ')}\n`);
}
process.exit(clean ? 0 : 1);
