import { ConnectorError } from '../../connectors/errors.ts';
import { iso } from '../../core/clock.ts';
import { sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import { reserve, shareLeft } from '../pace.ts';
import { sweepPage } from './page.ts';
import {
  type Leases,
  newRound,
  nextPageAt,
  type Round,
  stateOf,
  sweepDuty,
  type Sweeping,
  sweepingOf,
} from './round.ts';

export interface SweepOptions {
  /** How long a round over all links takes, in milliseconds; 0 for none. */
  readonly roundMs: number;
}

export interface Sweep {
  /** Reads the next page if it is due and nobody else does. Rejects with StoreUnavailable. */
  step(): Promise<void>;
}

/** Longer than a page takes; a replica that died with the duty is waited for so long. */
const dutyMs = 5 * 60_000;
const laterMs = 15 * 60_000;

/**
 * Compares the content of every link with what was last agreed, once a round: what changed without a stamp is in no poll. Its place is
 * in the store, so that it goes on where it stopped, whoever goes on.
 */
export function createSweep(engine: Engine, { roundMs }: SweepOptions): Sweep {
  const { clock, store } = engine;
  const holder = engine.runId;
  let lookAt = 0;
  let waiting = false;

  return {
    step: async () => {
      const { leases } = store;
      const now = clock.now();
      if (leases === undefined || roundMs === 0 || now < lookAt) return;
      if (!callsAllow()) {
        lookAt = now + laterMs;
        return;
      }
      const state = await leases.take(sweepDuty, holder, { now: iso(now), until: iso(now + dutyMs) });
      // Somebody else reads this page.
      lookAt = now + dutyMs;
      if (state === null) return;
      try {
        lookAt = await goOn(leases, sweepingOf(state));
      } finally {
        await leases.release(sweepDuty, holder);
      }
    },
  };

  /** Reads what is due; resolves to when the next page is. */
  async function goOn(leases: Leases, { round, last }: Sweeping): Promise<number> {
    const begun = round ?? (await begin());
    if (round === null) await leases.save(sweepDuty, holder, stateOf({ round: begun, last }));
    const due = nextPageAt(begun, roundMs, clock.now());
    if (clock.now() < due) return due;
    try {
      const page = await sweepPage(engine, begun.after);
      const links = begun.links + page.links;
      const drift = begun.drift + page.drift;
      const at = iso(clock.now());
      engine.emit({ type: 'sweep.page', links: page.links, drift: page.drift });
      if (page.next !== null) {
        const later = { ...begun, pageAt: at, after: page.next, links, drift };
        await leases.save(sweepDuty, holder, stateOf({ round: later, last }));
        return nextPageAt(later, roundMs, clock.now());
      }
      const done = { startedAt: begun.startedAt, endedAt: at, links, drift };
      const next = await begin();
      if (await leases.save(sweepDuty, holder, stateOf({ round: next, last: done })))
        engine.emit({ type: 'sweep.done', ...done });
      return nextPageAt(next, roundMs, clock.now());
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      engine.emit({ type: 'sweep.failed', error });
      return clock.now() + laterMs;
    }
  }

  async function begin(): Promise<Round> {
    const counts = await store.transaction((tx) => tx.countLinks());
    return newRound(
      clock.now(),
      Object.values(counts).reduce((sum, count) => sum + count, 0),
    );
  }

  /** False while the calls that are left are kept for live changes; said once. */
  function callsAllow(): boolean {
    const short = sides
      .map((side) => ({ side, left: shareLeft(engine.systems[side].allowance?.() ?? null) }))
      .find(({ left }) => left < reserve);
    if (short !== undefined && !waiting) engine.emit({ type: 'run.waits', run: 'sweep', ...short });
    waiting = short !== undefined;
    return short === undefined;
  }
}
