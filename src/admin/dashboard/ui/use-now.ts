import { useEffect, useState } from 'preact/hooks';

const listeners = new Set<() => void>();
let timer: number | undefined;

function tick(): void {
  for (const listener of listeners) listener();
}

/** The time in milliseconds, anew at least every five seconds. One timer serves the whole page. */
export function useNow(): number {
  const [, setTicks] = useState(0);
  useEffect(() => {
    const listener = (): void => setTicks((ticks) => ticks + 1);
    listeners.add(listener);
    timer ??= window.setInterval(tick, 5000);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      window.clearInterval(timer);
      timer = undefined;
    };
  }, []);
  // Not the time of the last tick: what has just happened must not lie in the future.
  return Date.now();
}
