/** Time, randomness and ids are passed in, so that every test is a seed. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment, never set back; left out by a clock whose `now` never is either. */
  ticks?(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A sortable unique id for rows of our own (UUIDv7). */
  next(): string;
  /** 32 lower-case hex digits: a ServiceNow `sys_id`. */
  sysId(): string;
}

/** ISO 8601 in UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
