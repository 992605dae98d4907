import type { Clock } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import { ConnectorError } from './errors.ts';
import type { CallDay } from './gate-day.ts';

/** The one door to a side in this process: so many requests at once, and none while the side asked us to wait. */
export interface Gate {
  /**
   * Runs `work` when its turn has come and no pause stands. Rejects with the signal's reason if aborted before that, and with
   * ConnectorError (`Unavailable`, cause `lease-lost`) where the lease on our lanes ran out meanwhile.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** No request leaves before `ms` from now have passed; a longer pause stands. */
  pauseFor(ms: number): void;
  /** Milliseconds since the epoch; 0 when open. */
  pausedUntil(): number;
  /** How many requests may run at once now; 0 while there are none. */
  lanes(): number;
  /** What is known of the day's calls; left out where nobody shares them. */
  readonly day?: CallDay;
}

/** How many requests may run at once, and until when that holds. */
export interface Lanes {
  /** 0 while there are none: everybody waits. */
  free(): number;
  /** True when the lease has run out: what waits was decided under it, and must not go out late. */
  lost(): boolean;
  /** Told after each request: how many still run. */
  ended(running: number): void;
}

export interface GateOptions {
  readonly concurrency: number;
  readonly clock: Clock;
  readonly side?: Side;
  /** Leased lanes, shared with other replicas. Left out: all of `concurrency` is ours. */
  readonly lanes?: Lanes;
  readonly day?: CallDay;
  /** Told when a side asked us to wait, until when. */
  readonly onPause?: (until: number) => void;
}

/** A gate and the way in for what other replicas have heard. */
export interface OpenGate extends Gate {
  /** As `pauseFor`, without telling anybody. */
  hearPause(ms: number): void;
  /** Lets in who may go now: there may be more lanes. */
  look(): void;
  running(): number;
}

interface Waiter {
  readonly go: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** Timers overflow at 2^31 ms; a pause is waited out in pieces, which also notices a clock that was set. */
const longestSleep = 60_000;

export function createGate(options: GateOptions): OpenGate {
  const { clock } = options;
  const lanes = options.lanes ?? { free: () => options.concurrency, lost: () => false, ended: () => undefined };
  let waiting: readonly Waiter[] = [];
  let running = 0;
  let until = 0;
  let asleep = false;

  function look(): void {
    if (waiting.length > 0 && lanes.lost()) return refuseAll();
    while (waiting.length > 0 && running < lanes.free()) {
      if (until > clock.now()) return lookLater();
      const [first, ...rest] = waiting;
      waiting = rest;
      running += 1;
      void first?.go().finally(() => {
        running -= 1;
        lanes.ended(running);
        look();
      });
    }
  }

  function refuseAll(): void {
    const late = waiting;
    waiting = [];
    for (const { refuse } of late) {
      refuse(
        new ConnectorError('Unavailable', {
          side: options.side ?? 'servicenow',
          executed: 'no',
          cause: 'lease-lost',
        }),
      );
    }
  }

  function lookLater(): void {
    if (asleep) return;
    asleep = true;
    void clock.sleep(Math.min(until - clock.now(), longestSleep)).then(() => {
      asleep = false;
      look();
    });
  }

  const hearPause = (ms: number): void => {
    if (Number.isFinite(ms)) until = Math.max(until, clock.now() + ms);
  };

  return {
    run: (work, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal));
        const giveUp = (): void => {
          waiting = waiting.filter((other) => other !== waiter);
          if (signal !== undefined) reject(reasonOf(signal));
          look();
        };
        const waiter: Waiter = {
          go: async () => {
            signal?.removeEventListener('abort', giveUp);
            try {
              resolve(await work());
            } catch (error) {
              reject(error);
            }
          },
          refuse: (error) => {
            signal?.removeEventListener('abort', giveUp);
            reject(error);
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting = [...waiting, waiter];
        look();
      }),
    pauseFor: (ms) => {
      const before = until;
      hearPause(ms);
      if (until > before) options.onPause?.(until);
    },
    pausedUntil: () => (until > clock.now() ? until : 0),
    lanes: () => lanes.free(),
    hearPause,
    look,
    running: () => running,
    ...(options.day === undefined ? {} : { day: options.day }),
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
