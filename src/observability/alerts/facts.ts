import type { Side } from '../../core/side.ts';
import type { PairPause } from '../../store/store.ts';

/** How one side stands. */
export interface SideFacts {
  readonly state: 'starting' | 'running' | 'paused' | 'unauthorised';
  /** What it said last, where it does not run. */
  readonly text: string | null;
  /** Since an answer of it was read, or since we started. */
  readonly silentSeconds: number;
  /** Since it was last read to its end; null before the first time. */
  readonly lagSeconds: number | null;
  /** Part of the calls that is left, of everybody or of our share, whichever is less; null where the vendor tells nothing. */
  readonly budgetLeft: number | null;
  /** While few calls are left: how many times longer the gaps between polls are, and the part of our share that is left. */
  readonly stretch?: { readonly times: number; readonly left: number } | null;
  /** When a login ends that nobody but a person can renew; null where we renew it ourselves. ISO 8601. */
  readonly tokenEndsAt: string | null;
}

/** How everything stands, for those who watch. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly healthy: boolean;
  readonly sides: Readonly<Record<Side, SideFacts>>;
  readonly quarantined: number;
  readonly pauses: readonly PairPause[];
  /** What stands still though nothing says so: a pair that is not read to its end, a queue that nobody works on. */
  readonly stalls?: readonly { readonly name: string; readonly text: string }[];
}
