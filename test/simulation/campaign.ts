import { type Life, live } from './life.ts';
import { drawScript } from './draw.ts';
import { regressions } from './regressions.ts';
import type { Script } from './script.ts';
import { shrink } from './shrink.ts';
import { createTally, type Tally } from './tally.ts';
import { Violation } from './violation.ts';
import { inWords } from './words.ts';

export interface Failure {
  readonly seed: number;
  readonly script: Script;
  readonly violation: Violation;
  /** What happened in the shortest life that fails in the same way. */
  readonly words: readonly string[];
}

export interface CampaignOptions {
  readonly from: number;
  readonly seeds: number;
  /** Failing lives are made as short as they get, up to so many of them. */
  readonly shrinkAtMost: number;
  /** Aborted: no further seed is begun. */
  readonly signal?: AbortSignal;
  readonly onFailure?: (failure: Failure) => void;
  readonly onProgress?: (done: number) => void;
}

/** One in so many seeds is lived twice: the same seed must give the same life. */
const twiceEvery = 50;

/** Replays the scripts that failed once, then lives through so many seeds. */
export async function campaign(options: CampaignOptions): Promise<{ tally: Tally; failures: readonly Failure[] }> {
  const tally = createTally();
  const failures: Failure[] = [];
  const judge = async (script: Script, life: Life): Promise<void> => {
    if (life.violation === null) return;
    const failure = await failureOf(script, life, failures.length < options.shrinkAtMost);
    failures.push(failure);
    options.onFailure?.(failure);
  };
  for (const { script } of regressions()) await judge(script, await live(script));
  for (let seed = options.from; seed < options.from + options.seeds && options.signal?.aborted !== true; seed += 1) {
    const script = drawScript(seed);
    const life = await liveTwice(script, seed % twiceEvery === 0);
    tally.add(seed, life);
    await judge(script, life);
    options.onProgress?.(seed - options.from + 1);
  }
  return { tally: tally.now, failures };
}

async function liveTwice(script: Script, twice: boolean): Promise<Life> {
  const life = await live(script);
  if (!twice || life.violation !== null) return life;
  const again = await live(script);
  if (again.hash === life.hash) return life;
  return { ...life, violation: new Violation('same seed, same life', `${life.hash}, then ${again.hash}`) };
}

async function failureOf(script: Script, life: Life, shorten: boolean): Promise<Failure> {
  const least = shorten ? await shrink(script, life) : { script, life };
  const violation = least.life.violation ?? life.violation;
  if (violation === null) throw new Error('a life that did not fail');
  return { seed: script.seed, script: least.script, violation, words: inWords(least.life.world) };
}

/** A failure for people: what was broken, what happened, and how to see it again. */
export function failureInWords({ seed, script, violation, words }: Failure): string {
  return [
    `Seed ${seed} broke a promise. ${violation.message}`,
    '',
    `What happened, in ${script.steps.length} steps:`,
    ...words.map((line) => `  ${line}`),
    '',
    `Again: npm run simulate -- --replay ${seed}`,
    `To keep it, save this line as test/simulation/regressions/<what-went-wrong>.json:`,
    JSON.stringify(script),
  ].join('\n');
}
