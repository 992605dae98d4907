import type { DateRange } from './plan.ts';
import type { Side } from './side.ts';

/** Two companies' clocks never agree to the second: closer than this is a tie. */
const tieMs = 5_000;

/**
 * Which side changed a field last. Ranges that overlap, lie within 5 s of each other or cannot be read as dates are a tie,
 * which `tieBreak` wins.
 */
export function decideLatest(
  dates: Readonly<Record<Side, DateRange>>,
  tieBreak: Side,
): { readonly winner: Side; readonly why: 'later' | 'tie' } {
  const servicenow = bounds(dates.servicenow);
  const salesforce = bounds(dates.salesforce);
  if (servicenow.earliest - salesforce.latest > tieMs) return { winner: 'servicenow', why: 'later' };
  if (salesforce.earliest - servicenow.latest > tieMs) return { winner: 'salesforce', why: 'later' };
  return { winner: tieBreak, why: 'tie' };
}

function bounds(range: DateRange): { readonly earliest: number; readonly latest: number } {
  const ends = [Date.parse(range.earliest), Date.parse(range.latest)];
  return { earliest: Math.min(...ends), latest: Math.max(...ends) };
}
