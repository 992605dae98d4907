import type { Fields, FieldValue } from './record.ts';

/**
 * A field that no desk has: put together out of native ones whenever a record comes in, taken apart again whenever one goes out. It
 * lets one rule look at several fields (assignee and group of an incident against the one owner of a Case), and the merge see one value.
 */
export interface DerivedField {
  /** What records, bases and plans call it. Never a name that a desk could have. */
  readonly name: string;
  /** Native fields that it is made of. */
  readonly parts: readonly string[];
  /** Only called where every part was read. Must give the same value for the same parts. */
  compose(parts: Fields): FieldValue;
  /** Left out where the field is only ever read. */
  split?(value: FieldValue): Fields;
}
