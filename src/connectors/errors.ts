import type { Side } from '../core/side.ts';

/**
 * Every failure the engine understands. `Rejected` is the record's own fault and is quarantined alone; the others are the
 * side's and pause it.
 */
export type ConnectorErrorKind =
  'NotFound' | 'StaleVersion' | 'RateLimited' | 'Unauthorized' | 'Rejected' | 'Unavailable';

/** no: the request was certainly not executed. maybe: its answer was lost, so it may have been (in doubt). */
export type Executed = 'no' | 'maybe';

export interface ConnectorErrorData {
  readonly side: Side;
  readonly executed: Executed;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** The vendor's own code: `REQUIRED_FIELD_MISSING`, `invalid_client`. */
  readonly code?: string;
  /** The vendor's own words, shortened, with no secret in them. */
  readonly answer?: string;
  /** Fields the vendor named as the cause. */
  readonly fields?: readonly string[];
  /** What was being done: `PATCH /api/now/table/incident/…`. */
  readonly request?: string;
  /** Milliseconds the vendor asked us to wait. */
  readonly retryAfterMs?: number;
  /**
   * What a person would call it, where the kind alone is too coarse: `hibernating`, `html-page`, `wrong-secret`, `no-rights`,
   * `daily-limit`, `row-locked`, `validation`, `unknown-field`, `batch-forbidden`, `unreachable`.
   */
  readonly cause?: string;
}

/** Carries data; the sentence is made at the edge (cli/report-error.ts). */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ConnectorErrorKind;
  readonly data: ConnectorErrorData;

  constructor(kind: ConnectorErrorKind, data: ConnectorErrorData, options?: { cause?: unknown }) {
    super(
      `${data.side} ${kind}${data.status === undefined ? '' : ` ${data.status}`}: ${data.answer ?? data.cause ?? ''}`,
      options,
    );
    this.kind = kind;
    this.data = data;
  }

  /** True when the request may have been executed. */
  get inDoubt(): boolean {
    return this.data.executed === 'maybe';
  }
}

/** The failure of what was handed back unsent, since it may be another worker's by now. */
export function notOurs(side: Side, request?: string): ConnectorError {
  const asked = request === undefined ? {} : { request };
  return new ConnectorError('Unavailable', { side, executed: 'no', cause: 'not-ours', ...asked });
}
