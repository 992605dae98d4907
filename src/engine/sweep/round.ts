import { iso } from '../../core/clock.ts';
import type { Store } from '../../store/store.ts';

export type Leases = NonNullable<Store['leases']>;
export type LeaseState = NonNullable<Awaited<ReturnType<Leases['look']>>>;

/** One walk over all links, page by page, spread over its time. Times are ISO 8601. */
export interface Round {
  readonly startedAt: string;
  /** When its last page was read; its start before the first. */
  readonly pageAt: string;
  /** Pages it was expected to take when it began. */
  readonly pages: number;
  /** The last link looked at; empty before the first page. */
  readonly after: string;
  readonly links: number;
  readonly drift: number;
}

/** A round that came to its end. */
export interface RoundDone {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly links: number;
  readonly drift: number;
}

/** Where the sweep stands. Shared by all replicas. */
export interface Sweeping {
  readonly round: Round | null;
  readonly last: RoundDone | null;
}

/** As many links as one call reads on either side. */
export const pageOfLinks = 1000;

/** The duty that one replica at a time has. */
export const sweepDuty = 'sweep';

export function newRound(now: number, links: number): Round {
  const at = iso(now);
  return {
    startedAt: at,
    pageAt: at,
    pages: Math.max(1, Math.ceil(links / pageOfLinks)),
    after: '',
    links: 0,
    drift: 0,
  };
}

/** When the next page is to be read, in milliseconds since the epoch, so that a round takes `roundMs`. */
export function nextPageAt(round: Round, roundMs: number, now: number): number {
  const gap = roundMs / round.pages;
  const pageAt = Date.parse(round.pageAt);
  // A clock that was far ahead for a while must not put it off for as long.
  return pageAt > now + gap ? now : pageAt + gap;
}

/** What is kept, read back; what cannot be understood counts as nothing. */
export function sweepingOf(state: LeaseState): Sweeping {
  const { round, last } = state['sweep'] ?? {};
  return {
    round:
      round === undefined
        ? null
        : {
            startedAt: String(round['startedAt']),
            pageAt: String(round['pageAt']),
            pages: Number(round['pages']),
            after: String(round['after']),
            links: Number(round['links']),
            drift: Number(round['drift']),
          },
    last:
      last === undefined
        ? null
        : {
            startedAt: String(last['startedAt']),
            endedAt: String(last['endedAt']),
            links: Number(last['links']),
            drift: Number(last['drift']),
          },
  };
}

export function stateOf({ round, last }: Sweeping): LeaseState {
  return {
    sweep: { ...(round === null ? {} : { round: { ...round } }), ...(last === null ? {} : { last: { ...last } }) },
  };
}
