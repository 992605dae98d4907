import { UsageError } from './usage-error.ts';

/** A time given on the command line, ISO 8601 in UTC. Throws UsageError. */
export function timeFlag(flag: string, text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new UsageError(`${flag} is a time such as 2026-03-01 or 2026-03-01T08:00:00Z, not "${text}".`);
  return new Date(ms).toISOString();
}
