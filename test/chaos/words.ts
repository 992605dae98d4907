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
  | {
      readonly kind: 'attach';
      readonly ask: number;
      readonly object: string;
      readonly id: string;
      readonly name: string;
      readonly text: string;
      /** For customers to see, where the desk tells that apart. */
      readonly shared: boolean;
    }
  /** Names of the files on a record, each as a row's `name`. */
  | { readonly kind: 'files'; readonly ask: number; readonly object: string; readonly id: string }
  | { readonly kind: 'remove'; readonly ask: number; readonly object: string; readonly id: string }
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
  /** Kills itself at this point from now on: `point@hit`. */
  | { readonly kind: 'arm'; readonly ask: number; readonly arm: string }
  | { readonly kind: 'stop'; readonly ask: number };

export type FromDaemon =
  | { readonly kind: 'started' }
  /** Milliseconds from the start of the process to the first complete poll of every stream, and what it computed of them. */
  | { readonly kind: 'recovered'; readonly ms: number; readonly cpuMs: number }
  | { readonly kind: 'quiet'; readonly ask: number; readonly quiet: boolean }
  /** How often it came past each point since it was last asked. */
  | { readonly kind: 'points'; readonly ask: number; readonly seen: Readonly<Record<string, number>> }
  | { readonly kind: 'armed'; readonly ask: number }
  | { readonly kind: 'said'; readonly text: string };
