import type { Side } from '../core/side.ts';
import type { Engine } from './engine.ts';
import { reserve, shareLeft } from './pace.ts';

const lookEveryMs = 15_000;

/** The figures come with answers: after this long one more call goes through and says how it stands. */
const longestMs = 15 * 60_000;

/** Waits while the calls that are left today are kept for live changes, and says so once. Aborted: returns at once. */
export async function waitForCalls(
  engine: Engine,
  side: Side,
  run: 'resync' | 'verify',
  signal: AbortSignal | undefined,
): Promise<void> {
  const left = (): number => shareLeft(engine.systems[side].allowance?.() ?? null);
  const until = engine.clock.now() + longestMs;
  for (let told = false; left() < reserve && engine.clock.now() < until && signal?.aborted !== true; told = true) {
    if (!told) engine.emit({ type: 'run.waits', run, side, left: left() });
    await engine.clock.sleep(lookEveryMs, signal).catch((reason: unknown) => {
      if (signal?.aborted !== true) throw reason;
    });
  }
}
