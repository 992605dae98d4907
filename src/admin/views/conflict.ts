import type { DateRange } from '../../core/plan.ts';
import type { FieldValue } from '../../core/record.ts';
import { bothSides, type Side } from '../../core/side.ts';
import { describeConflict } from '../../observability/describe-change.ts';
import { fieldLabel, pairName } from '../../observability/words.ts';
import type { Names } from '../../operate/name-book.ts';
import { namesOf } from '../../operate/names-of.ts';
import { namesIn } from '../../operate/people-of.ts';
import type { ConflictRow } from '../../store/store.ts';
import type { Conflict } from '../schemas/conflicts.ts';
import { wholeValue } from './names.ts';

/** A conflict with the people in it by name. */
export function conflictView(row: ConflictRow, names: Names): Conflict {
  const { pair, field, values, decision } = row;
  const nameOf = (side: Side, value: FieldValue) => names.ofValue({ pair, field, side, value });
  return {
    id: row.id,
    linkId: row.linkId,
    ...namesOf(row),
    field,
    labels: bothSides((side) => fieldLabel(field, side)),
    base: row.base,
    servicenow: values.servicenow,
    salesforce: values.salesforce,
    texts: bothSides((side) => nameOf(side, values[side]) ?? wholeValue(field, side, values[side])),
    baseNames: bothSides((side) => nameOf(side, row.base[side])),
    writers: row.writers,
    writerNames: bothSides((side) => names.ofWriter({ side, name: row.writers[side] })),
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
    text: `${pairName(row)}: ${describeConflict(row, namesIn(pair, names))}`,
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
