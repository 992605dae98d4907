import type { Clock } from '../../core/clock.ts';
import type { Usage } from '../../core/limits.ts';
import { ConnectorError } from '../errors.ts';
import { type CallDay, createDay } from '../gate-day.ts';
import type { Allowance } from '../ticket-system.ts';

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

/** Parses `Sforce-Limit-Info`: `api-usage=18/15000`, other entries beside it allowed; null when there is none. */
export function parseLimitInfo(header: string | undefined): Usage | null {
  const match = /(?:^|[\s,;])api-usage=(\d+)\/(\d+)/.exec(header ?? '');
  if (match === null) return null;
  const limit = Number(match[2]);
  return limit > 0 ? { used: Number(match[1]), limit } : null;
}

/** The end of the day's calls is left to people and other integrations, whoever used up the rest. */
const leftToOthers = 0.05;

/**
 * `share` (0 to 1) is the part of the org's calls that all replicas together may make in any 24 hours. Beyond it, and when the org as a
 * whole is nearly out of calls, Casebridge stops for 15 minutes at a time; after each pause one round of calls goes through, whose
 * answers say how it stands.
 */
export function createBudget(options: {
  readonly share: number;
  readonly clock: Clock;
  /** What all replicas know of the day; of this process alone where left out. */
  readonly day?: CallDay | undefined;
  readonly onOver?: (usage: Usage | null) => void;
}): Budget {
  const { clock, share } = options;
  const day = options.day ?? createDay(clock);

  const block = (): void => {
    if (day.overUntil() <= clock.now()) options.onOver?.(day.usage());
    day.end(pauseMs);
  };
  const beyond = ({ used, limit }: Usage): boolean => day.count() > limit * share || used > limit * (1 - leftToOthers);

  return {
    check: () => {
      const wait = day.overUntil() - clock.now();
      if (wait <= 0) return;
      const last = day.usage();
      const figures = last === null ? '' : ` (the org has used ${last.used} of ${last.limit}, we ${day.count()})`;
      throw new ConnectorError('RateLimited', {
        side: 'salesforce',
        executed: 'no',
        cause: 'daily-limit',
        retryAfterMs: wait,
        answer: `daily API calls${figures}`,
      });
    },
    note: (usage) => {
      day.add(usage);
      if (beyond(usage)) block();
    },
    exhausted: block,
    usage: () => day.usage(),
    allowance: () => {
      const last = day.usage();
      return last === null ? null : { ...last, share, ours: day.count() };
    },
  };
}
