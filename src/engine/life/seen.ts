import { endedByLife } from '../../core/life/decide-life.ts';
import { defaultLife } from '../../core/life/rules.ts';
import type { Link } from '../../core/link.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { PairRules } from '../../core/rules.ts';

/** True where a row that a poll has seen may be the one that a link was let go for: restored, or in scope again. */
export function mayBeBack(pair: PairRules, record: SourceRecord, link: Link): boolean {
  if (!endedByLife(link) || link.life?.side !== record.side) return false;
  const rules = pair.life ?? defaultLife;
  return link.life.kind !== 'out-of-scope' || (rules.backInScope === 'attach' && rules.inScope(record));
}

/** True where the row of a living link has left the scope, which no mapped field may tell. */
export function scopeMoved(pair: PairRules, record: SourceRecord, link: Link): boolean {
  const rules = pair.life ?? defaultLife;
  return rules.outOfScope !== 'ignore' && link.origin === record.side && !rules.inScope(record);
}
