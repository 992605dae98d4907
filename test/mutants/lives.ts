/**
 * Lives from one seed to another until a promise is broken (any, or the one that is named), and says at which seed and which
 * promise. Run under the hook for a mutant, without it for the sources as they are.
 */
import { live } from '../simulation/life.ts';
import { regressions } from '../simulation/regressions.ts';
import { drawScript } from '../simulation/draw.ts';

const [from = 0, to = 0] = process.argv.slice(2, 4).map(Number);
const promise = process.argv[4];

function counts(invariant: string): boolean {
  return promise === undefined || invariant === promise;
}

async function hunt(): Promise<{ readonly seeds: number; readonly by: string } | null> {
  for (const { script } of from === 0 ? regressions() : []) {
    const { violation } = await live(script);
    if (violation !== null && counts(violation.invariant)) return { seeds: 0, by: violation.invariant };
  }
  for (let seed = from; seed < to; seed += 1) {
    const killed = await live(drawScript(seed)).then(
      ({ violation }) => violation?.invariant ?? null,
      (error: unknown) => `it fell over: ${String(error).slice(0, 80)}`,
    );
    if (killed !== null && counts(killed)) return { seeds: seed + 1, by: killed };
  }
  return null;
}

process.stdout.write(`${JSON.stringify(await hunt())}\n`);
