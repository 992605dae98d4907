import { DateTime } from 'luxon';

/** `YYYY-MM-DD HH:MM:SS` in UTC: how every stored date reads, to the second. */
export function glideTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds of a stored date; null for anything else. */
export function parseGlideTime(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/.exec(text);
  if (match === null) return null;
  const ms = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** How a user reads: IANA zone, a ServiceNow date and time format (`dd/MM/yyyy`, `HH:mm:ss`), and a language. */
export interface DateStyle {
  readonly zone: string;
  readonly format: string;
  readonly language: string;
}

/** A stored date as its reader sees it: both zone and format are the user's (recorded: table-list-csm-case-display-all-rec). */
export function displayTime(stored: string, style: DateStyle): string {
  const ms = parseGlideTime(stored);
  return ms === null ? stored : DateTime.fromMillis(ms, { zone: style.zone }).toFormat(style.format);
}

/** The inverse of displayTime; the text itself where it is not a date in that style. */
export function parseDisplayTime(shown: string, style: DateStyle): string {
  const read = DateTime.fromFormat(shown, style.format, { zone: style.zone });
  return read.isValid ? glideTime(read.toMillis()) : shown;
}

/** `1970-01-02 04:23:17` → `1 Day 4 Hours 23 Minutes` (recorded: table-patch-comment-display-true-rec). */
export function displayDuration(stored: string): string {
  const ms = parseGlideTime(stored);
  if (ms === null) return stored;
  const minutes = Math.floor(ms / 60_000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 1440), 'Day'],
    [Math.floor((minutes % 1440) / 60), 'Hour'],
    [minutes % 60, 'Minute'],
  ];
  const shown = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return shown.length > 0 ? shown.join(' ') : `${Math.floor((ms % 60_000) / 1000)} Seconds`;
}
