import type { Which } from '../engine/ticker.ts';
import type { AdminContext } from './context.ts';

/** What becomes of a wake-up. */
export type Woken =
  /** Polled now, or together with others within a second. */
  | 'now'
  /** Polled at its time: few of its calls are left today, and a chatty desk must not spend them. */
  | 'in-time';

/** However many wake-ups come, a side is polled no more often than this for them. */
const gapMs = 1000;

/** Takes wake-ups together: the first is carried out at once, those within a second of it in one poll after that second. */
export function createWaker({ engine, daemon }: Pick<AdminContext, 'engine' | 'daemon'>): (which: Which) => Woken {
  const { clock } = engine;
  const waiting = new Map<string, Which>();
  let polledAt = Number.NEGATIVE_INFINITY;
  let later: Promise<void> | null = null;

  const poll = (): void => {
    polledAt = clock.now();
    const asked = [...waiting.values()];
    waiting.clear();
    for (const which of asked) void daemon.syncNow(which);
  };
  const pollLater = async (): Promise<void> => {
    await clock.sleep(Math.max(0, polledAt + gapMs - clock.now()));
    later = null;
    poll();
  };

  return (which) => {
    const meant = daemon.paces().filter((one) => concerns(which, one));
    if (meant.length > 0 && meant.every(({ times }) => times > 1)) return 'in-time';
    waiting.set(`${which.pair ?? ''} ${which.side ?? ''}`, which);
    if (clock.now() - polledAt >= gapMs) poll();
    else later ??= pollLater();
    return 'now';
  };
}

function concerns({ pair, side }: Which, one: { readonly pair: string; readonly side: string }): boolean {
  return (pair ?? one.pair) === one.pair && (side ?? one.side) === one.side;
}
