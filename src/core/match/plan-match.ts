import type { NewPlan } from '../plan.ts';
import type { SourceRecord } from '../record.ts';
import type { Match } from './match.ts';

type Otherwise = Extract<NewPlan, { readonly kind: 'create' | 'ignore' }>;

/**
 * What to do about a record, now that somebody has looked whether it has a ticket across already. `otherwise`: what there would be to
 * do if it has none.
 */
export function planMatched(origin: SourceRecord, match: Match, otherwise: Otherwise): NewPlan {
  switch (match.kind) {
    case 'link': {
      const records =
        origin.side === 'servicenow'
          ? { servicenow: origin, salesforce: match.record }
          : { servicenow: match.record, salesforce: origin };
      return { kind: 'adopt', records, by: match.by };
    }
    case 'propose':
      return { kind: 'propose', candidates: match.candidates };
    case 'disputed':
      return { kind: 'quarantine', why: match.why, others: match.others };
    case 'none':
      return otherwise.kind === 'ignore' || match.near.length === 0 ? otherwise : { ...otherwise, near: match.near };
  }
}
