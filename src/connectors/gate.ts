import type { Clock } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import { ConnectorError } from './errors.ts';
import type { CallDay } from './gate-day.ts';
import type { Patience } from './patience.ts';
import { afterSign, type Width, type WidthReason, type WidthSign } from './gate-width.ts';

/** What goes through: a file holds its lane for as long as it takes, and never the last one that tickets wait for. */
export type Load = 'ticket' | 'file';

/** The one door to a side in this process: so many requests at once, and none while the side asked us to wait. */
export interface Gate {
  /**
   * Runs `work` when its turn has come and no pause stands. Rejects with the signal's reason if aborted before that, and with
   * ConnectorError: `Unavailable`, cause `lease-lost`, where the lease on our lanes ran out meanwhile, and what `patience` says to a
   * pause, as soon as there is one. `work` may tell how long the side kept it waiting for a thread, in milliseconds.
   */
  run<T>(
    work: (waited: (ms: number) => void) => Promise<T>,
    signal?: AbortSignal,
    load?: Load,
    patience?: Patience,
  ): Promise<T>;
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
  /** On how many of them files may be moved. */
  files(): number;
  /** True when the lease has run out: what waits was decided under it, and must not go out late. */
  lost(): boolean;
  /** Told after each request: how many still run. */
  ended(running: number): void;
  /** Told when a file has to wait. */
  fileWaits(): void;
  /** Told when anything has to wait. */
  waits(): void;
}

/** How many requests at once a side bears has changed. */
export interface WidthChange {
  readonly lanes: number;
  readonly most: number;
  readonly reason: WidthReason;
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
  readonly onWidth?: (change: WidthChange) => void;
}

/** A gate and the way in for what other replicas have heard. */
export interface OpenGate extends Gate {
  /** As `pauseFor`, without telling anybody. */
  hearPause(ms: number): void;
  /** Lets in who may go now: there may be more lanes. */
  look(): void;
  running(): number;
  waiting(): number;
  /** Nothing runs, nothing waits, and the side bears all that is set. */
  quiet(): boolean;
  /** Files that are moved or wait to be. */
  files(): number;
  /** Files that are moved. */
  moving(): number;
  /** How many requests at once the side bears, at most `concurrency`. */
  width(): number;
}

interface Waiter {
  readonly load: Load;
  readonly patience: Patience;
  readonly go: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** Timers overflow at 2^31 ms; a pause is waited out in pieces, which also notices a clock that was set. */
const longestSleep = 60_000;

export function createGate(options: GateOptions): OpenGate {
  const { clock } = options;
  const most = options.concurrency;
  const lanes = options.lanes ?? ownLanes(most);
  let waiting: readonly Waiter[] = [];
  const running: Record<Load, number> = { ticket: 0, file: 0 };
  let width: Width = { lanes: most, since: clock.now() };
  let until = 0;
  let asleep = false;

  const free = (): number => Math.min(lanes.free(), width.lanes);
  const inAll = (): number => running.ticket + running.file;

  function mayGo({ load }: Waiter): boolean {
    if (inAll() >= free()) return false;
    if (load === 'ticket') return true;
    // The only lane there is.
    if (most === 1 || width.lanes === 1) return waiting.every((other) => other.load === 'file');
    return running.file < Math.min(lanes.files(), width.lanes - 1);
  }

  function look(): void {
    if (waiting.length > 0 && lanes.lost()) return refuseAll();
    for (let next = waiting.find(mayGo); next !== undefined; next = waiting.find(mayGo)) {
      if (until > clock.now()) return lookLater();
      const { load, go } = next;
      waiting = waiting.filter((other) => other !== next);
      running[load] += 1;
      void go().finally(() => {
        running[load] -= 1;
        lanes.ended(inAll());
        look();
      });
    }
    if (waiting.some(({ load }) => load === 'file')) lanes.fileWaits();
    if (waiting.length > 0) lanes.waits();
  }

  function heed(sign: WidthSign): void {
    const after = afterSign(width, sign, { most, now: clock.now() });
    width = after.width;
    if (after.reason === null) return;
    options.onWidth?.({ lanes: width.lanes, most, reason: after.reason });
    look();
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

  /** Those who do not wait so long are told at once. */
  function refuseHasty(): void {
    const pauseMs = until - clock.now();
    if (pauseMs <= 0) return;
    for (const waiter of waiting) {
      const error = waiter.patience(pauseMs);
      if (error === null) continue;
      waiting = waiting.filter((other) => other !== waiter);
      waiter.refuse(error);
    }
  }

  const hearPause = (ms: number): void => {
    if (!Number.isFinite(ms)) return;
    until = Math.max(until, clock.now() + ms);
    refuseHasty();
  };

  return {
    run: (work, signal, load = 'ticket', patience = endless) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal));
        const giveUp = (): void => {
          waiting = waiting.filter((other) => other !== waiter);
          if (signal !== undefined) reject(reasonOf(signal));
          look();
        };
        const waiter: Waiter = {
          load,
          patience,
          go: async () => {
            signal?.removeEventListener('abort', giveUp);
            let waitedMs = 0;
            try {
              const result = await work((ms) => (waitedMs = ms));
              heed({ kind: 'answered', waitedMs });
              resolve(result);
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
        refuseHasty();
        look();
      }),
    pauseFor: (ms) => {
      const before = until;
      // What comes in while a pause stands was under way when it was asked for.
      if (before <= clock.now()) heed({ kind: 'refused' });
      hearPause(ms);
      if (until > before) options.onPause?.(until);
    },
    pausedUntil: () => (until > clock.now() ? until : 0),
    lanes: free,
    hearPause,
    look,
    running: inAll,
    waiting: () => waiting.length,
    quiet: () => inAll() + waiting.length === 0 && width.lanes === most,
    files: () => running.file + waiting.filter(({ load }) => load === 'file').length,
    moving: () => running.file,
    width: () => {
      // Calm is calm also for who has no calls to make, and by whose word the others go.
      if (until <= clock.now()) heed({ kind: 'answered', waitedMs: 0 });
      return width.lanes;
    },
    ...(options.day === undefined ? {} : { day: options.day }),
  };
}

const endless: Patience = () => null;

/** Nobody shares them. */
function ownLanes(most: number): Lanes {
  return {
    free: () => most,
    files: () => most - 1,
    lost: () => false,
    ended: () => undefined,
    fileWaits: () => undefined,
    waits: () => undefined,
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
