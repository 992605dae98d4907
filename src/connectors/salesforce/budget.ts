import type { Clock } from '../../core/clock.ts';
import { ConnectorError } from '../errors.ts';
import type { Allowance } from '../ticket-system.ts';

/** The org's daily API calls, as `Sforce-Limit-Info` tells them: all users and integrations together, a rolling 24 hours. */
export interface Usage {
  readonly used: number;
  readonly limit: number;
}

/** Keeps Casebridge from eating the org's daily API calls. */
export interface Budget {
  /** Throws RateLimited, cause `daily-limit`, while no call may be made. */
  check(): void;
  /** Takes the figures of an answer: one call of ours. */
  note(usage: Usage): void;
  /** The server itself says that the day's calls are used up. */
  exhausted(): void;
  usage(): Usage | null;
  /** The same with our own part in it; null before the first answer. */
  allowance(): Allowance | null;
}

/** The allowance is a rolling day and comes back bit by bit, so that it is worth asking again well before tomorrow. */
const pauseMs = 15 * 60_000;

/** Parses `api-usage=18/15000`, other entries beside it allowed; null when there is none. */
export function parseLimitInfo(header: string | undefined): Usage | null {
  const match = /(?:^|[\s,;])api-usage=(\d+)\/(\d+)/.exec(header ?? '');
  if (match === null) return null;
  const limit = Number(match[2]);
  return limit > 0 ? { used: Number(match[1]), limit } : null;
}

/** The end of the day's calls is left to people and other integrations, whoever used up the rest. */
const leftToOthers = 0.05;
const hourMs = 3_600_000;

/**
 * `share` (0 to 1) is the part of the org's calls that this process may make in any 24 hours. Beyond it, and when the org as a
 * whole is nearly out of calls, Casebridge stops for 15 minutes at a time; after each pause one round of calls goes through, whose
 * answers say how it stands.
 */
export function createBudget(options: {
  readonly share: number;
  readonly clock: Clock;
  readonly onOver?: (usage: Usage | null) => void;
}): Budget {
  let blockedUntil = 0;
  let last: Usage | null = null;
  const ours = createDayCount(options.clock);

  const block = (): void => {
    if (blockedUntil <= options.clock.now()) options.onOver?.(last);
    blockedUntil = options.clock.now() + pauseMs;
  };

  return {
    check: () => {
      const wait = blockedUntil - options.clock.now();
      if (wait <= 0) return;
      const figures = last === null ? '' : ` (the org has used ${last.used} of ${last.limit}, we ${ours.count()})`;
      throw new ConnectorError('RateLimited', {
        side: 'salesforce',
        executed: 'no',
        cause: 'daily-limit',
        retryAfterMs: wait,
        answer: `daily API calls${figures}`,
      });
    },
    note: (usage) => {
      last = usage;
      ours.add();
      if (ours.count() > usage.limit * options.share || usage.used > usage.limit * (1 - leftToOthers)) block();
    },
    exhausted: block,
    usage: () => last,
    allowance: () => (last === null ? null : { ...last, share: options.share, ours: ours.count() }),
  };
}

/** Counts what happened in the last 24 hours, to the hour. */
function createDayCount(clock: Clock): { add(): void; count(): number } {
  const hours = new Map<number, number>();
  const hourOf = (): number => Math.floor(clock.now() / hourMs);
  return {
    add: () => {
      const hour = hourOf();
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
      for (const old of hours.keys()) if (old <= hour - 24) hours.delete(old);
    },
    count: () => [...hours].reduce((sum, [hour, count]) => (hour > hourOf() - 24 ? sum + count : sum), 0),
  };
}
