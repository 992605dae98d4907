import type { FieldValue } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { showValue, visible } from '../../observability/words.ts';

/** A value for a person: choices by their names, texts in full and of as many lines as they have. */
export function wholeValue(field: string, side: Side, value: FieldValue | undefined): string {
  if (value === undefined) return '–';
  const text = value === null ? '' : String(value);
  return text.length > 50 || text.includes('\n') ? visible(text) : showValue(field, side, value);
}

/** A page of rows that were read with one more than asked: `next` names the last one shown where more follow. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
  view: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(view), next: rows.length > limit && last !== undefined ? idOf(last) : null };
}
