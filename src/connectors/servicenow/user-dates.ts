import { IANAZone } from 'luxon';
import { fromWireTime } from './wire-time.ts';

/** A date as stored (UTC) and as its reader sees it, from one cell. */
export interface DatePair {
  readonly value: string;
  readonly display: string;
}

/** A date that a text begins with: its length there, and the moments it may stand for; more than one while that is open. */
export interface ReadDate {
  readonly length: number;
  readonly times: readonly number[];
  /** The one it is taken for; null while zones that differ are left. Of the hour that comes twice in autumn it is the first. */
  readonly at: number | null;
}

/**
 * How our user reads dates. Zone and format are settings of that user (table-list-csm-case-display-all-rec) that nobody may have to
 * tell us: every cell that comes with both value and display rules out the formats and zones that do not fit it. What is left may be
 * several zones; they matter only where they differ.
 */
export interface UserDates {
  learn(pairs: readonly DatePair[]): void;
  /** A zone that the user's own record names; believed if it fits what was seen. */
  prefer(zone: string): void;
  /** Null where the text does not begin with a date in any format that is left. */
  read(text: string): ReadDate | null;
}

/** The formats a user can choose (Java patterns), and some that administrators set. */
const dateFormats = [
  'yyyy-MM-dd',
  'MM-dd-yyyy',
  'dd-MM-yyyy',
  'MM/dd/yyyy',
  'dd/MM/yyyy',
  'yyyy/MM/dd',
  'dd.MM.yyyy',
  'MM.dd.yyyy',
  'yyyy.MM.dd',
];
const timeFormats = ['HH:mm:ss', 'HH.mm.ss', 'hh:mm:ss a', 'h:mm:ss a', 'hh.mm.ss a', 'HH:mm', 'hh:mm a', 'h:mm a'];

interface Format {
  readonly pattern: RegExp;
  /** Without seconds a display is the start of its minute. */
  readonly unitMs: number;
}

const parts: Readonly<Record<string, string>> = {
  yyyy: String.raw`(?<year>\d{4})`,
  MM: String.raw`(?<month>\d{2})`,
  dd: String.raw`(?<day>\d{2})`,
  HH: String.raw`(?<hour>\d{2})`,
  hh: String.raw`(?<hour>\d{2})`,
  h: String.raw`(?<hour>\d{1,2})`,
  mm: String.raw`(?<minute>\d{2})`,
  ss: String.raw`(?<second>\d{2})`,
  a: String.raw`(?<half>[AaPp][Mm])`,
};

const formats: readonly Format[] = dateFormats.flatMap((date) =>
  timeFormats.map((time) => ({
    pattern: new RegExp(
      `^${`${date} ${time}`.replaceAll(/yyyy|MM|dd|HH|hh|h|mm|ss|a|\./g, (t) => parts[t] ?? `\\${t}`)}`,
    ),
    unitMs: time.includes('ss') ? 1_000 : 60_000,
  })),
);

export function createUserDates(): UserDates {
  let left: readonly Format[] = formats;
  let zones: readonly IANAZone[] | null = null;
  let preferred: IANAZone | null = null;
  const seen = new Map<string, DatePair>();
  const days = new Map<number, number | null>();

  function forget(): void {
    left = formats;
    zones = null;
    days.clear();
  }

  /** Zones that show `value` as `display`, in a format that does so too. */
  function narrow(pair: DatePair): void {
    const value = Date.parse(fromWireTime(pair.value) ?? '');
    if (Number.isNaN(value)) return;
    left = left.filter((format) => offsetIn(format, pair.display, value) !== null);
    const offsets = new Set(left.map((format) => offsetIn(format, pair.display, value)));
    zones = (zones ?? allZones()).filter((zone) => offsets.has(zone.offset(value)));
  }

  function fits(zone: IANAZone): boolean {
    return (zones ?? []).some((one) => one.name === zone.name) || (zones ?? []).length === 0;
  }

  function inForce(): readonly IANAZone[] {
    if (preferred !== null && [...seen.values()].every((pair) => shows(preferred, pair))) return [preferred];
    return zones ?? [];
  }

  function shows(zone: IANAZone | null, pair: DatePair): boolean {
    const value = Date.parse(fromWireTime(pair.value) ?? '');
    return zone !== null && left.some((format) => offsetIn(format, pair.display, value) === zone.offset(value));
  }

  /** The one offset of a local day in every zone that is left; null where it changes or they differ. */
  function offsetOfDay(local: number): number | null {
    const day = Math.floor(local / dayMs);
    const known = days.get(day);
    if (known !== undefined) return known;
    const all = new Set(inForce().flatMap((zone) => [-1, 0, 1, 2].map((n) => zone.offset((day + n) * dayMs))));
    const offset = all.size === 1 ? ([...all][0] ?? null) : null;
    days.set(day, offset);
    return offset;
  }

  /** Every moment that shows as this local time, for each of the zones that has one; the earliest first. */
  function moments(local: number): readonly (readonly number[])[] {
    const one = offsetOfDay(local);
    if (one !== null) return [[local - one * minuteMs]];
    return inForce()
      .map((zone) =>
        [zone.offset(local - dayMs), zone.offset(local + dayMs)].flatMap((offset) => {
          const at = local - offset * minuteMs;
          return zone.offset(at) === offset ? [at] : [];
        }),
      )
      .filter((times) => times.length > 0)
      .map((times) => times.toSorted((a, b) => a - b));
  }

  return {
    learn: (pairs) => {
      // A setting was changed where nothing fits any more: what was seen before is forgotten.
      for (const pair of pairs) {
        if (pair.value === '' || seen.has(pair.value + pair.display)) continue;
        narrow(pair);
        if (left.length === 0 || zones?.length === 0) {
          forget();
          seen.clear();
          narrow(pair);
        }
        if (seen.size < mostSeen) seen.set(pair.value + pair.display, pair);
        days.clear();
      }
    },
    prefer: (name) => {
      const zone = IANAZone.create(name);
      preferred = zone.isValid && fits(zone) ? zone : preferred;
      days.clear();
    },
    read: (text) => {
      if (zones === null) return null;
      const readings = left.flatMap((format) => {
        const local = localIn(format, text);
        return local === null ? [] : [local];
      });
      const [first] = readings;
      // Two formats that both fit and differ leave open which day it is.
      const perZone = readings.flatMap(({ local }) => moments(local));
      if (first === undefined || perZone.length === 0) return null;
      const [at = null, ...others] = new Set(perZone.map(([earliest = 0]) => earliest));
      return { length: first.length, times: [...new Set(perZone.flat())], at: others.length === 0 ? at : null };
    },
  };
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Enough to check a preferred zone by. */
const mostSeen = 200;

let every: readonly IANAZone[] | null = null;

function allZones(): readonly IANAZone[] {
  every ??= ['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => IANAZone.create(name));
  return every;
}

/** Minutes that a display lies ahead of its value; null where it is not of this format or cannot be an offset. */
function offsetIn(format: Format, display: string, value: number): number | null {
  const read = localIn(format, display);
  if (read === null || read.length !== display.length) return null;
  const offset = (read.local - Math.floor(value / format.unitMs) * format.unitMs) / minuteMs;
  return Number.isInteger(offset) && Math.abs(offset) <= 15 * 60 ? offset : null;
}

/** The local time that a text begins with, as if it were UTC. */
function localIn(format: Format, text: string): { readonly local: number; readonly length: number } | null {
  const match = format.pattern.exec(text);
  if (match?.groups === undefined) return null;
  const part = (name: string): number => Number(match.groups?.[name] ?? 0);
  const hour = hourOf(part('hour'), match.groups['half']);
  if (hour === null || part('minute') > 59 || part('second') > 59) return null;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), hour, part('minute'), part('second'));
  const date = new Date(local);
  const isDate = date.getUTCMonth() === part('month') - 1 && date.getUTCDate() === part('day');
  return isDate ? { local, length: match[0].length } : null;
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}
