import type { Fault } from '../../src/sandbox/faults.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';

type Fields = Readonly<Record<string, string | null>>;

/** What the conductor asks of a desk's process. */
export type ToDesk =
  | { readonly kind: 'create'; readonly ask: number; readonly object: string; readonly fields: Fields }
  | {
      readonly kind: 'edit';
      readonly ask: number;
      readonly object: string;
      readonly id: string;
      readonly fields: Fields;
    }
  | {
      readonly kind: 'comment';
      readonly ask: number;
      readonly object: string;
      readonly id: string;
      readonly text: string;
      readonly channel: 'public' | 'internal';
    }
  | { readonly kind: 'rows'; readonly ask: number; readonly object: string }
  | {
      readonly kind: 'find';
      readonly ask: number;
      readonly object: string;
      readonly field: string;
      readonly value: string;
    }
  | { readonly kind: 'faults'; readonly ask: number; readonly faults: readonly Fault[] }
  | { readonly kind: 'stop'; readonly ask: number };

export interface DeskAccount {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type FromDesk =
  | { readonly kind: 'started'; readonly account: DeskAccount }
  | { readonly kind: 'answer'; readonly ask: number; readonly rows: readonly DeskRow[] }
  | { readonly kind: 'refused'; readonly ask: number; readonly why: string };

/** What the conductor asks of the daemon's process. */
export type ToDaemon =
  | { readonly kind: 'quiet?'; readonly ask: number }
  | { readonly kind: 'points?'; readonly ask: number }
  | { readonly kind: 'stop'; readonly ask: number };

export type FromDaemon =
  | { readonly kind: 'started' }
  /** Milliseconds from the start of the process's work to the first complete poll of every stream. */
  | { readonly kind: 'recovered'; readonly ms: number }
  | { readonly kind: 'quiet'; readonly ask: number; readonly quiet: boolean }
  | { readonly kind: 'points'; readonly ask: number; readonly names: readonly string[] }
  | { readonly kind: 'said'; readonly text: string };
