import { type Life, live } from './life.ts';
import type { Script } from './script.ts';

const mostLives = 400;

/** The shortest script found that breaks the same promise: steps are left out as long as it still does. */
export async function shrink(script: Script, broken: Life): Promise<{ readonly script: Script; readonly life: Life }> {
  let best = { script, life: broken };
  let lives = 0;
  const attempt = async (candidate: Script): Promise<boolean> => {
    lives += 1;
    const life = await live(candidate);
    if (life.violation?.invariant !== broken.violation?.invariant) return false;
    best = { script: candidate, life };
    return true;
  };
  for (let size = Math.ceil(script.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.script.steps.length && lives < mostLives;) {
      const { steps } = best.script;
      const gone = steps.slice(at, at + size).reduce((sum, { afterMs }) => sum + afterMs, 0);
      const rest = steps.slice(at + size);
      // Time that passed in between passes all the same, so that what follows happens when it did.
      const [next, ...others] = rest;
      const kept = next === undefined ? [] : [{ ...next, afterMs: next.afterMs + gone }, ...others];
      if (!(await attempt({ ...best.script, steps: [...steps.slice(0, at), ...kept] }))) at += size;
    }
  }
  if (best.script.weather.replicas > 1) {
    await attempt({ ...best.script, weather: { ...best.script.weather, replicas: 1 } });
  }
  if (best.script.weather.lossy.length > 0) {
    await attempt({ ...best.script, weather: { ...best.script.weather, lossy: [] } });
  }
  return best;
}
