import type { QuarantineReason, QuarantineRow } from './store.ts';

/** Rows that are set aside for the same reason, but for what it says of the record. */
export interface AsideGroup {
  readonly pair: string;
  /** Of the row that was set aside last. */
  readonly reason: QuarantineReason;
  readonly count: number;
  /** The earliest of them. ISO 8601. */
  readonly firstAt: string;
  readonly nextAt: string;
  /** Keys of the first five. */
  readonly keys: readonly string[];
}

/** What people ask of the records that are set aside, however many these are. Part of a transaction. */
export interface AsideTx {
  /** Oldest first. `after`: a row as it was listed. */
  quarantinePage(filter: {
    readonly pair?: string;
    readonly after?: Pick<QuarantineRow, 'firstAt' | 'key'>;
    readonly limit: number;
  }): Promise<readonly QuarantineRow[]>;
  /** By pair and reason, in no order. */
  quarantineGroups(pair?: string): Promise<readonly AsideGroup[]>;
  /** Makes everything of this pair due. Where a plan said `instead.of`, it says `instead.is` from now on. */
  releaseQuarantine(
    pair: string,
    at: string,
    instead: { readonly of: string; readonly is: string } | null,
  ): Promise<void>;
}

/** What makes two reasons one, in the order of `quarantineGroups`. */
export function partsOf(reason: QuarantineReason): readonly unknown[] {
  switch (reason.kind) {
    case 'connector': {
      const { side, code, cause, status } = reason.data;
      return [reason.kind, reason.error, side, code, cause, status];
    }
    case 'plan':
      return [reason.kind, reason.why];
    case 'mapping':
      return [reason.kind, reason.field, reason.why];
    case 'record':
      return [reason.kind, reason.message];
  }
}
