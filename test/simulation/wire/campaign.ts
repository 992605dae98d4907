import './virtual-time.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { troubleOf } from '../../../src/cli/commands/demo/texts.ts';
import { liveOnTheWire, type WireLife } from './life.ts';
import { scriptsIn } from '../regressions.ts';
import { drawWireScript, type WireScript } from './script.ts';
import { shorten } from './shorten.ts';

/** What people write: real tickets' words. */
const texts = Array.from({ length: 300 }, (_, no) => troubleOf(String(no)).subject);

export interface WireFailure {
  readonly life: WireLife;
  /** The shortest script found that breaks the same promise. */
  readonly script: WireScript;
}

export interface WireTally {
  readonly lives: number;
  readonly requests: number;
  readonly tickets: number;
  readonly edits: number;
  readonly comments: number;
  readonly files: number;
  readonly struck: Readonly<Record<string, number>>;
}

export interface WireCampaignOptions {
  readonly from: number;
  readonly seeds: number;
  readonly shortenAtMost: number;
  readonly signal?: AbortSignal;
  readonly onFailure?: (failure: WireFailure) => void;
  readonly onProgress?: (done: number) => void;
}

/** One in so many seeds is lived twice: the same seed must give the same life. */
const twiceEvery = 25;

/** Lives through one script on the wire, with real tickets' words. */
export function liveScript(script: WireScript): Promise<WireLife> {
  return liveOnTheWire(script, texts);
}

/** Scripts that failed once, shortened. */
export function wireRegressions(): readonly { readonly name: string; readonly script: WireScript }[] {
  const folder = join(import.meta.dirname, 'regressions');
  return existsSync(folder) ? scriptsIn(folder) : [];
}

/** Replays the scripts that failed once, then lives through so many seeds. */
export async function wireCampaign(
  options: WireCampaignOptions,
): Promise<{ readonly tally: WireTally; readonly failures: readonly WireFailure[] }> {
  const failures: WireFailure[] = [];
  let tally: WireTally = { lives: 0, requests: 0, tickets: 0, edits: 0, comments: 0, files: 0, struck: {} };
  const judged = async (script: WireScript, life: WireLife): Promise<void> => {
    if (life.broken.length === 0) return;
    const least = failures.length < options.shortenAtMost ? await shorten(script, life, liveScript) : { script, life };
    failures.push(least);
    options.onFailure?.(least);
  };
  for (const { script } of wireRegressions()) await judged(script, await liveScript(script));
  for (let no = 0; no < options.seeds && options.signal?.aborted !== true; no += 1) {
    const script = drawWireScript(options.from + no);
    const life = await liveTwice(script, no % twiceEvery === 0);
    tally = withLife(tally, life);
    await judged(script, life);
    options.onProgress?.(no + 1);
  }
  return { tally, failures };
}

async function liveTwice(script: WireScript, twice: boolean): Promise<WireLife> {
  const life = await liveScript(script);
  if (!twice || life.broken.length > 0) return life;
  const again = await liveScript(script);
  if (again.hash === life.hash) return life;
  return { ...life, broken: [`same seed, same life: ${life.hash}, then ${again.hash}`] };
}

function withLife(tally: WireTally, life: WireLife): WireTally {
  const struck = { ...tally.struck };
  for (const [name, times] of Object.entries(life.struck)) struck[name] = (struck[name] ?? 0) + times;
  return {
    lives: tally.lives + 1,
    requests: tally.requests + life.requests,
    tickets: tally.tickets + life.tickets,
    edits: tally.edits + life.edits,
    comments: tally.comments + life.comments,
    files: tally.files + life.files,
    struck,
  };
}

/** A failure for people: what was broken, what happened, and how to see it again. */
export function wireFailureInWords({ life, script }: WireFailure): string {
  return [
    `Seed ${life.seed} broke a promise on the wire.`,
    ...life.broken.slice(0, 10).map((line) => `  ${line}`),
    '',
    `What happened, in ${script.acts.length} steps:`,
    ...life.diary.map((line) => `  ${line}`),
    '',
    `Again: npm run simulate -- --wire --replay ${life.seed}`,
    'To keep it, save this line as test/simulation/wire/regressions/<what-went-wrong>.json:',
    JSON.stringify(script),
  ].join('\n');
}

/** The tally for people: a line a fact. */
export function wireTallyInWords(
  tally: WireTally,
  failures: readonly WireFailure[],
  seconds: number,
): readonly string[] {
  const broken = new Map<string, number>();
  for (const what of failures.flatMap(({ life }) => life.broken.map((line) => line.split(':', 1)[0] ?? line)))
    broken.set(what, (broken.get(what) ?? 0) + 1);
  return [
    `${tally.lives} seeds in ${seconds.toFixed(0)} s: ${tally.requests} requests, ${tally.tickets} tickets, ${tally.edits} edits, ${tally.comments} comments and ${tally.files} files by people`,
    'Struck:',
    ...Object.entries(tally.struck)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, times]) => `  ${String(times).padStart(8)}  ${name}`),
    'Violations:',
    ...[...broken].map(([name, times]) => `  ${String(times).padStart(8)}  ${name}`),
    `${failures.length} of ${tally.lives} seeds broke a promise.`,
  ];
}
