import type { WireLife } from './life.ts';
import type { WireScript } from './script.ts';

/** Leaves out of a failing script whatever it fails without. What it breaks is to stay the same promise. */
export async function shorten(
  script: WireScript,
  life: WireLife,
  live: (script: WireScript) => Promise<WireLife>,
): Promise<{ readonly script: WireScript; readonly life: WireLife }> {
  let least = { script, life };
  const promise = promiseOf(life);
  const tried = async (shorter: WireScript): Promise<boolean> => {
    const one = await live(shorter);
    if (promiseOf(one) !== promise) return false;
    least = { script: shorter, life: one };
    return true;
  };
  for (const kind of Object.keys(script.network.shares))
    await tried({ ...least.script, network: { ...least.script.network, shares: without(least.script, kind) } });
  if (script.network.slow > 0) await tried({ ...least.script, network: { ...least.script.network, slow: 0 } });
  for (let at = script.acts.length - 1; at > 0; at -= 1) {
    const acts = least.script.acts;
    const gone = acts[at];
    if (gone === undefined) continue;
    // The time it took stays.
    const rest = acts.flatMap((one, index) => {
      if (index === at) return [];
      return index === at + 1 ? [{ ...one, afterMs: one.afterMs + gone.afterMs }] : [one];
    });
    await tried({ ...least.script, acts: rest });
  }
  return least;
}

function promiseOf(life: WireLife): string | undefined {
  return life.broken[0]?.split(':', 1)[0];
}

function without(script: WireScript, kind: string): WireScript['network']['shares'] {
  return Object.fromEntries(Object.entries(script.network.shares).filter(([name]) => name !== kind));
}
