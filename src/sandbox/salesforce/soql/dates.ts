import { DateTime } from 'luxon';
import type { DateTimeUnit } from 'luxon';

/** From inclusive, to exclusive; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const units: Record<string, DateTimeUnit> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  QUARTER: 'quarter',
  YEAR: 'year',
};
const singleDays: Record<string, number> = { YESTERDAY: -1, TODAY: 0, TOMORROW: 1 };

/**
 * The span of a date literal (SOQL reference, "Date Formats and Date Literals") in the org's time zone, GMT. Fiscal years are
 * calendar years, as in an org that has not set its own. Null if it is no literal.
 */
export function dateRange(literal: string, nowMs: number): Span | null {
  const now = DateTime.fromMillis(nowMs, { zone: 'utc' });
  const [name = '', count = '0'] = literal.toUpperCase().replace('FISCAL_', '').split(':');
  const day = singleDays[name];
  if (day !== undefined) return whole(now.plus({ days: day }), 'day');
  const n = Number(count);

  const near = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(name);
  if (near !== null) {
    const shift = near[1] === 'LAST' ? -1 : near[1] === 'NEXT' ? 1 : 0;
    return whole(moved(now, near[2] ?? '', shift), unit(near[2] ?? ''));
  }
  if (name === 'LAST_90_DAYS' || name === 'NEXT_90_DAYS')
    return several(now, 'DAY', name.startsWith('LAST') ? -90 : 90);
  const many = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S$/.exec(name);
  if (many !== null) return several(now, many[2] ?? '', many[1] === 'LAST' ? -n : n);
  const ago = /^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(name);
  return ago === null ? null : whole(moved(now, ago[1] ?? '', -n), unit(ago[1] ?? ''));
}

function unit(name: string): DateTimeUnit {
  return units[name] ?? 'day';
}

function moved(now: DateTime, name: string, by: number): DateTime {
  return now.startOf(unit(name)).plus({ [`${unit(name)}s`]: by });
}

/** SOQL weeks begin on Sunday. */
function whole(at: DateTime, of: DateTimeUnit): Span {
  if (of === 'week') {
    const sunday = at.startOf('day').minus({ days: at.weekday % 7 });
    return { from: sunday.toMillis(), to: sunday.plus({ weeks: 1 }).toMillis() };
  }
  return { from: at.startOf(of).toMillis(), to: at.endOf(of).toMillis() + 1 };
}

/** LAST_N_DAYS includes today; the longer units leave the current one out. */
function several(now: DateTime, name: string, by: number): Span {
  const current = whole(now, unit(name));
  const start = DateTime.fromMillis(current.from, { zone: 'utc' });
  const shifted = (amount: number): number => start.plus({ [`${unit(name)}s`]: amount }).toMillis();
  if (by < 0) return { from: shifted(by), to: unit(name) === 'day' ? current.to : current.from };
  return { from: current.to, to: shifted(by + 1) };
}
