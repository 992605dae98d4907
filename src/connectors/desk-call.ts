import type { Side } from '../core/side.ts';
import type { ConnectorErrorKind } from './errors.ts';

/** One try to ask a desk for something; what was asked for and what came back are not part of it. */
export interface DeskCall {
  readonly side: Side;
  readonly operation: Operation;
  /** `partly`: done, and some items failed. `stopped`: we broke it off ourselves. */
  readonly outcome: 'done' | 'partly' | 'stopped' | ConnectorErrorKind;
  readonly items: number;
  readonly durationMs: number;
}

export type Operation =
  | 'changes'
  /** The beginning of a bulk walk; what flows behind it is not told. */
  | 'bulk'
  | 'read'
  | 'create'
  | 'update'
  | 'erase'
  | 'probe'
  | 'find'
  | 'sees'
  | 'field-dates'
  | 'describe'
  | 'identity'
  | 'post'
  | 'open'
  | 'attach'
  | 'detach';
