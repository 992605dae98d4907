import type { Aspect, CallLimit, JournalSight, Sight } from '../../../connectors/desk-doctor.ts';
import type { Side } from '../../../core/side.ts';
import { counted } from '../../../observability/words.ts';
import type { Check, State } from './check.ts';

interface Told {
  readonly name: string;
  /** Where the vendor keeps it. */
  readonly place: Readonly<Record<Side, string>>;
  /** True where each object has one of its own. */
  readonly each: Readonly<Record<Side, boolean>>;
  /** What its lack costs. */
  readonly lack: string;
  readonly cure: Readonly<Record<Side, string>>;
}

const grant = (table: string): string => `grant our user read on ${table}`;

/** None of these holds a ticket up: their lack is worth a note, not an alarm. */
const told: Readonly<Record<Aspect, Told>> = {
  comments: {
    name: 'comments and work notes',
    place: { servicenow: 'sys_journal_field', salesforce: 'CaseComment' },
    each: { servicenow: false, salesforce: false },
    lack: 'they could not be carried',
    cure: { servicenow: grant('sys_journal_field (itil alone sees the count and no rows)'), salesforce: grant('Case') },
  },
  attachments: {
    name: 'attachments',
    place: { servicenow: 'sys_attachment', salesforce: 'ContentVersion' },
    each: { servicenow: false, salesforce: false },
    lack: 'they could not be carried',
    cure: { servicenow: grant('sys_attachment'), salesforce: 'switch on Salesforce Files for our user' },
  },
  deletions: {
    name: 'deletions',
    place: { servicenow: 'sys_audit_delete', salesforce: 'the recycle bin' },
    each: { servicenow: false, salesforce: true },
    lack: 'a ticket that is gone cannot be told from one that is hidden',
    cure: { servicenow: grant('sys_audit_delete'), salesforce: 'give our user View All Records on the object' },
  },
  history: {
    name: 'field history',
    place: { servicenow: 'sys_audit', salesforce: 'the field history' },
    each: { servicenow: true, salesforce: true },
    lack: '`latest` conflicts are dated by the polls between which a value changed',
    cure: { servicenow: grant('sys_audit'), salesforce: 'switch on Set History Tracking for the mapped fields' },
  },
};

const order: readonly Aspect[] = ['comments', 'attachments', 'deletions', 'history'];

/**
 * One line each for what stands beside the tickets of an object; of a `further` object only what is not the same for all. An empty
 * answer is never called fine.
 */
export function sightChecks(
  side: Side,
  object: string,
  sights: Readonly<Record<Aspect, Sight>>,
  further = false,
): readonly Check[] {
  const aspects = further ? order.filter((aspect) => told[aspect].each[side]) : order;
  return aspects.map((aspect) => {
    const { name, lack, cure, each, place } = told[aspect];
    const there = each[side] ? `${place[side]} of ${object}` : place[side];
    const line = (state: State, what: string): Check => ({ where: side, check: aspect, state, what });
    switch (sights[aspect]) {
      case 'seen':
        return line('ok', `${name} can be read (${there})`);
      case 'none':
        return {
          ...line('unknown', `${name}: ${there} answers without a row, which says nothing about the right`),
          cure: 'ask again when there is one to see',
        };
      case 'hidden':
        return { ...line('note', `${there} has rows and shows us none, so ${lack}`), cure: cure[side] };
      case 'refused':
        return { ...line('note', `${there} may not be read, so ${lack}`), cure: cure[side] };
    }
  });
}

/** One line for the way that comments and work notes are read, in place of the one that only tells rows from no rows. */
export function journalCheck(sight: JournalSight): Check {
  const line = { where: 'servicenow', check: 'comments' } as const;
  const cure = `add a read ACL on sys_journal_field (itil alone is told the count and shown no row) for a role of our user`;
  switch (sight) {
    case 'rows':
      return { ...line, state: 'ok', what: 'journal: rows (sys_journal_field)' };
    case 'rendered':
      return {
        ...line,
        state: 'note',
        what: 'journal: rendered stream, since sys_journal_field has rows and shows us none; texts that quote headers, and dates, cannot always be told apart',
        cure,
      };
    case 'unreadable':
      return {
        ...line,
        state: 'note',
        what: 'journal: not readable, so comments and work notes are not carried from ServiceNow',
        cure: `${cure}, or let it read the fields comments and work_notes`,
      };
    case 'untold':
      return {
        ...line,
        state: 'unknown',
        what: 'journal: no entry to see, which says nothing about the right to sys_journal_field',
        cure: 'ask again when there is one to see',
      };
  }
}

export function batchCheck(side: Side, allowed: boolean): Check {
  const line = { where: side, check: 'batch' } as const;
  if (allowed) return { ...line, state: 'ok', what: 'up to a hundred records go in one call of the Batch API' };
  return {
    ...line,
    state: 'note',
    what: 'the Batch API is forbidden to us, so every record costs a call of its own',
    cure: 'give our user snc_platform_rest_api_access, and a Securely scoped client an auth scope for POST of the Batch API',
  };
}

/** `share`: the part of a day's calls that Casebridge may use. */
export function callsCheck(side: Side, calls: CallLimit | null, share: number): Check {
  const line = { where: side, check: 'api-calls' } as const;
  if (calls === null) return { ...line, state: 'ok', what: 'no rule limits our calls' };
  const limit = calls.limit.toLocaleString('en-US');
  if (calls.used === null) {
    return { ...line, state: 'note', what: `a rule allows ${limit} calls per ${calls.per}; what is left is not told` };
  }
  const what = `${counted(calls.limit - calls.used, 'call')} of ${limit} left for this ${calls.per}`;
  if (calls.used < calls.limit * share) return { ...line, state: 'ok', what };
  const cure = 'wait for the limit to roll on, buy calls, or raise SALESFORCE_DAILY_CALLS_SHARE';
  return { ...line, state: 'wrong', what: `${what}, and our share of ${share} is used up by all users together`, cure };
}
