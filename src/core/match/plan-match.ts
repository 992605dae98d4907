import type { NewPlan } from '../plan.ts';
import type { SourceRecord } from '../record.ts';
import type { Match } from './match.ts';

type CreatePlan = Extract<NewPlan, { readonly kind: 'create' }>;

/** What to do about a record that would get a new ticket across, now that somebody has looked whether it has one already. */
export function planMatched(origin: SourceRecord, match: Match, create: CreatePlan): NewPlan {
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
      return match.near.length === 0 ? create : { ...create, near: match.near };
  }
}
