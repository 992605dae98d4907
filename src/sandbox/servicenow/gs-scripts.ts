import { DateTime } from 'luxon';
import { glideTime } from './clock-text.ts';

/** Who is asking, for the helpers that depend on it. */
export interface ScriptContext {
  readonly nowMs: number;
  /** IANA zone of the calling user: `gs.*` dates are read in it, plain literals never are (ServiceNow employee article on SOAP time zones). */
  readonly zone: string;
  readonly userId: string;
  readonly userName: string;
}

type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

const starts: Readonly<Record<string, readonly [Unit, number]>> = {
  Today: ['day', 0],
  Yesterday: ['day', -1],
  Tomorrow: ['day', 1],
  ThisWeek: ['week', 0],
  LastWeek: ['week', -1],
  ThisMonth: ['month', 0],
  LastMonth: ['month', -1],
  NextMonth: ['month', 1],
  ThisYear: ['year', 0],
  LastYear: ['year', -1],
};

/** What `javascript:` + `code` evaluates to, dates in UTC; null where the sandbox cannot, and the term is then dropped. */
export function evaluateScript(code: string, context: ScriptContext): string | null {
  const call = /^\s*gs\.([A-Za-z]+)\((.*)\)\s*;?\s*$/.exec(code);
  if (call === null) return null;
  const name = call[1] ?? '';
  const args = [...(call[2] ?? '').matchAll(/'([^']*)'|"([^"]*)"|(-?\d+)/g)].map(
    (arg) => arg[1] ?? arg[2] ?? arg[3] ?? '',
  );
  const now = DateTime.fromMillis(context.nowMs, { zone: context.zone });
  const first = Number(args[0] ?? 0);
  const period = /^(beginningOf|endOf)([A-Za-z]+)$/.exec(name);
  const range = starts[period?.[2] ?? ''];
  if (range !== undefined) return periodEdge(now, range, period?.[1] === 'endOf');
  switch (name) {
    case 'dateGenerate':
      return utc(DateTime.fromSQL(`${args[0] ?? ''} ${edgeOfDay(args[1] ?? '00:00:00')}`, { zone: context.zone }));
    case 'getUserID':
      return context.userId;
    case 'getUserName':
      return context.userName;
    case 'nowDateTime':
    case 'now':
      return utc(now);
    case 'daysAgo':
      return utc(now.minus({ days: first }));
    case 'daysAgoStart':
      return utc(now.minus({ days: first }).startOf('day'));
    case 'daysAgoEnd':
      return utc(now.minus({ days: first }).endOf('day'));
    case 'hoursAgo':
    case 'hoursAgoStart':
      return utc(now.minus({ hours: first }));
    case 'minutesAgo':
    case 'minutesAgoStart':
      return utc(now.minus({ minutes: first }));
    default:
      return null;
  }
}

function periodEdge(now: DateTime, [unit, offset]: readonly [Unit, number], atEnd: boolean): string | null {
  const moved = now.plus({ [unit]: offset });
  return utc(atEnd ? moved.endOf(unit) : moved.startOf(unit));
}

// `gs.dateGenerate('2026-01-31','start')` is how the filter builder writes the edge of a day.
function edgeOfDay(time: string): string {
  if (time === 'start') return '00:00:00';
  return time === 'end' ? '23:59:59' : time;
}

function utc(time: DateTime): string | null {
  return time.isValid ? glideTime(time.toMillis()) : null;
}
