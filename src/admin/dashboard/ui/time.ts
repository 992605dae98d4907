const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

const steps: readonly (readonly [limitMs: number, unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  [90_000, 'second', 1000],
  [90 * 60_000, 'minute', 60_000],
  [36 * 3_600_000, 'hour', 3_600_000],
  [Number.POSITIVE_INFINITY, 'day', 86_400_000],
];

/** `5 min. ago`, in the user's language. */
export function ago(at: number, now: number): string {
  const ms = at - now;
  if (Math.abs(ms) < 2000) return relative.format(0, 'second');
  const [, unit, size] = steps.find(([limit]) => Math.abs(ms) < limit) ?? steps[3] ?? [0, 'day', 86_400_000];
  return relative.format(Math.round(ms / size), unit);
}

/** In the user's zone; the day is left out for today. */
export function localTime(at: number, now: number): string {
  const same = new Date(at).toDateString() === new Date(now).toDateString();
  return (same ? today : whole).format(at);
}

export function utcTime(at: number): string {
  return `${new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`;
}

const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

export const formatNumber = (value: number): string => number.format(value);
export const formatShare = (value: number): string => percent.format(value);

const bytes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** `1.2 MB`. */
export function formatBytes(size: number): string {
  const power = size < 1 ? 0 : Math.min(bytes.length - 1, Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: bytes[power] ?? 'byte',
    maximumFractionDigits: 1,
  }).format(size / 1000 ** power);
}

/** `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}
