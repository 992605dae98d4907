import { ago, localTime, utcTime } from './time.ts';
import { useNow } from './use-now.ts';

interface TimeTextProps {
  /** ISO 8601; nothing is shown for null. */
  readonly at: string | null | undefined;
  /** `ago` for what moves, `exact` for what is on record. */
  readonly as?: 'ago' | 'exact';
  readonly none?: string;
}

/** A moment in the user's zone, with UTC on hover. */
export function TimeText({ at, as = 'ago', none = '–' }: TimeTextProps) {
  const now = useNow();
  const ms = at === null || at === undefined ? Number.NaN : Date.parse(at);
  if (Number.isNaN(ms)) return <span class="none">{none}</span>;
  const title = as === 'ago' ? `${localTime(ms, now)} · ${utcTime(ms)}` : utcTime(ms);
  return (
    <time dateTime={at ?? ''} title={title}>
      {as === 'ago' ? ago(ms, now) : localTime(ms, now)}
    </time>
  );
}
