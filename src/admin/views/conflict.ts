import type { DateRange } from '../../core/plan.ts';
import { bothSides, type Side } from '../../core/side.ts';
import { describeConflict } from '../../observability/describe-event.ts';
import { fieldLabel, pairName } from '../../observability/words.ts';
import type { ConflictRow } from '../../store/store.ts';
import type { Conflict } from '../schemas/conflicts.ts';
import { namesOf, wholeValue } from './names.ts';

export function conflictView(row: ConflictRow): Conflict {
  const { field, values, decision } = row;
  return {
    id: row.id,
    linkId: row.linkId,
    ...namesOf(row),
    field,
    labels: bothSides((side) => fieldLabel(field, side)),
    base: row.base,
    servicenow: values.servicenow,
    salesforce: values.salesforce,
    texts: bothSides((side) => wholeValue(field, side, values[side])),
    writers: row.writers,
    versions: row.versions,
    dates: row.dates === null ? null : datesOf(row.dates),
    winner: row.winner,
    rule: row.rule,
    why: row.why,
    status: row.status,
    decision: decisionOf(decision),
    decidedBy: row.decidedBy ?? null,
    decidedAt: row.decidedAt ?? null,
    at: row.at,
    settledAt: row.settledAt,
    text: `${pairName(row)}: ${describeConflict(row)}`,
  };
}

function datesOf(dates: Readonly<Record<Side, DateRange>>): Record<Side, DateRange> {
  return { servicenow: dates.servicenow, salesforce: dates.salesforce };
}

/** An undo is told by its run, not as a choice between two values. */
function decisionOf(decision: ConflictRow['decision']): Conflict['decision'] {
  if (decision === null || decision.kind === 'put-back') return null;
  return decision.kind === 'take' ? { take: decision.side } : { value: decision.value };
}
