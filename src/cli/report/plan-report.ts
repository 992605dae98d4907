import type { PlannedItem } from '../../engine/dry-run.ts';
import { fieldLabel, sideNames } from '../../observability/words.ts';
import { acts, planRow } from '../commands/plan-line.ts';
import type { Report } from './html.ts';
import { fullValue } from './write.ts';

/** What a sync would do, as a page: a row for each field that would be written. */
export function planReport(planned: readonly PlannedItem[], at: string): Report {
  const rows = planned.map(planRow).filter(({ line }) => acts(line));
  const count = (...actions: readonly string[]): string =>
    String(rows.filter(({ line }) => actions.includes(line.action)).length);
  return {
    title: 'Casebridge: what a sync would write',
    at,
    figures: [
      { name: 'Tickets to create', value: count('create') },
      { name: 'Tickets to update', value: count('update') },
      { name: 'Tickets to pair', value: count('adopt', 'propose') },
      { name: 'To set aside', value: count('quarantine') },
      { name: 'Left as they are', value: String(planned.length - rows.length) },
    ],
    columns: ['Tickets', 'Pair', 'Does', 'In', 'Field', 'Now', 'Becomes'],
    rows: rows.flatMap(rowsOf),
    nothing: 'Nothing would be written.',
  };
}

function rowsOf({ line, tickets, what }: ReturnType<typeof planRow>): readonly (readonly string[])[] {
  const own = [tickets, line.pair, line.action];
  const fields = line.fields.map((one) => [
    ...own,
    sideNames[one.to],
    fieldLabel(one.field, one.to),
    'before' in one ? fullValue(one.field, one.to, one.before) : '',
    fullValue(one.field, one.to, one.value as Parameters<typeof fullValue>[2]),
  ]);
  return fields.length > 0 ? fields : [[...own, '', '', '', what]];
}
