/** Things worth telling a person once, which are no failure of a call. */
export type ServiceNowNotice =
  /** The account may not use the Batch API: every record costs a call of its own. */
  | { readonly kind: 'batch-forbidden'; readonly answer: string }
  /** Rows are there, and not one of them is shown to us: the account lacks the right to read the table. */
  | { readonly kind: 'rows-hidden'; readonly table: string; readonly count: number }
  /** A row was left out because fields that were asked for may not be read (or do not exist). */
  /** Which way comments and work notes are read from now on; said when it changes. */
  | { readonly kind: 'journal'; readonly path: JournalPath }
  /** Rows of sys_journal_field that are counted and not shown, among others that are. */
  | { readonly kind: 'journal-partly-hidden'; readonly count: number }
  /** A rendered journal whose entries could not all be told apart or dated: those are left out until they can. */
  | { readonly kind: 'journal-unsure'; readonly table: string; readonly id: string }
  | {
      readonly kind: 'fields-hidden';
      readonly table: string;
      readonly id: string | null;
      readonly fields: readonly string[];
    };

/**
 * rows: sys_journal_field. rendered: the journals as a person sees them, since no row is shown to us. unreadable: neither.
 */
export type JournalPath = 'rows' | 'rendered' | 'unreadable';

export type OnNotice = (notice: ServiceNowNotice) => void;
