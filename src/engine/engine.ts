import type { TicketSystem } from '../connectors/ticket-system.ts';
import type { Clock, Ids } from '../core/clock.ts';
import type { PairRules } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { Store } from '../store/store.ts';
import type { FileLane } from './children/files-lane.ts';
import type { EventSink } from './events.ts';
import type { PeopleCache } from './people/cache.ts';
import type { SeenRows } from './seen-rows.ts';
import type { Tracer } from './trace.ts';

/** Waiting times, in milliseconds. Each has its reason in `defaultTimes`. */
export interface EngineTimes {
  readonly settle: number;
  readonly betweenProbes: number;
  readonly overlap: number;
  readonly wideOverlap: number;
  readonly widePollEvery: number;
  /** Two looks at a record that no answer holds count as two only if they are so far apart. */
  readonly missingLook?: number;
}

export const defaultTimes: EngineTimes = {
  // A ServiceNow transaction may run for 60 s (default quota rule), plus read lag and a margin.
  settle: 75_000,
  betweenProbes: 5_000,
  // Salesforce rows were measured to become visible 1 to 3 s late.
  overlap: 15_000,
  // The margin that others who read these APIs keep.
  wideOverlap: 300_000,
  widePollEvery: 300_000,
  // An access rule or a slow index is usually mended within the hour.
  missingLook: 3_600_000,
};

/** Everything the engine works with. Nothing in it is global. */
export interface Engine {
  readonly store: Store;
  readonly systems: Readonly<Record<Side, TicketSystem>>;
  readonly pairs: readonly PairRules[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly emit: EventSink;
  readonly times: EngineTimes;
  /** Most rows a poll asks for at once. */
  readonly pageSize: number;
  /** Each server's clock less ours, in milliseconds, as last seen. Kept by polls, used to date conflicts. */
  readonly offsets: Record<Side, number>;
  /** Id of the run that history rows name. */
  readonly runId: string;
  /** People and teams that were looked up lately; without it every batch asks anew. */
  readonly people?: PeopleCache;
  /** Rows that polls need not look at again; without it they look at every row they list. */
  readonly seen?: SeenRows;
  /** Where files are moved, beside the tickets; without one they are moved by the reconcile that finds them. */
  readonly files?: FileLane;
  /** Follows changes on their way, where somebody watches. */
  readonly tracer?: Tracer;
}

/** The rules of a pair by name; undefined for a pair that the mapping file no longer has. */
export function pairOf(engine: Engine, name: string): PairRules | undefined {
  return engine.pairs.find((pair) => pair.name === name);
}
