/** Things worth telling a person once, which are no failure of a call. */
export type ServiceNowNotice =
  /** The account may not use the Batch API: every record costs a call of its own. */
  | { readonly kind: 'batch-forbidden'; readonly answer: string }
  /** Rows are there, and not one of them is shown to us: the account lacks the right to read the table. */
  | { readonly kind: 'rows-hidden'; readonly table: string; readonly count: number }
  /** A row was left out because fields that were asked for may not be read (or do not exist). */
  | {
      readonly kind: 'fields-hidden';
      readonly table: string;
      readonly id: string | null;
      readonly fields: readonly string[];
    };

export type OnNotice = (notice: ServiceNowNotice) => void;
