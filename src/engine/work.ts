import type { ChildRow } from '../core/children.ts';
import type { LinkPlan, LinkView, NewPlan, PendingWrite } from '../core/plan.ts';
import type { Life, Link, WorkKey } from '../core/link.ts';
import type { MappingFault } from '../core/mapping-fault.ts';
import type { SourceRecord } from '../core/record.ts';
import type { PairRules } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { Job } from '../store/queue.ts';
import type { ConflictRow, Intent, QuarantineRow } from '../store/store.ts';
import type { ChildPlan } from './children/plan.ts';
import type { LifeStep } from './life/step.ts';
import type { Met } from './people/bind.ts';

export type NewKey = Extract<WorkKey, { kind: 'new' }>;

/** A linked pair to be looked at, with what the store knows of it. */
export interface LinkWork {
  readonly kind: 'link';
  readonly job: Job;
  readonly key: string;
  readonly pair: PairRules;
  readonly link: Link;
  readonly pending: readonly PendingWrite[];
  /** Open and decided ones. */
  readonly conflicts: readonly ConflictRow[];
  /** The ledger of its comments and files; empty where the pair carries none. */
  readonly children: readonly ChildRow[];
  readonly quarantine: QuarantineRow | null;
  /** Whom its people look-ups found, and whom not; left out before they were made. */
  readonly met?: Met;
}

/** A record without a link. */
export interface NewWork {
  readonly kind: 'new';
  readonly job: Job;
  readonly key: string;
  readonly pair: PairRules;
  readonly origin: NewKey;
  readonly intent: Intent | null;
  /** What the create in doubt carried: under its intent's id, to recognise it by, never to send it again. */
  readonly sent: readonly PendingWrite[];
  readonly quarantine: QuarantineRow | null;
  readonly met?: Met;
}

export type Work = LinkWork | NewWork;

export interface Batch {
  readonly links: readonly LinkWork[];
  readonly news: readonly NewWork[];
}

/** What a linked pair came to, before anything is written. */
export type LinkDecision =
  | {
      readonly kind: 'plan';
      readonly work: LinkWork;
      readonly view: LinkView;
      readonly plan: LinkPlan;
      /** Null where the pair carries neither comments nor files. */
      readonly children: ChildPlan | null;
    }
  /** A side did not come back: says nothing about whether it is gone. */
  | {
      readonly kind: 'missing';
      readonly work: LinkWork;
      readonly side: Side;
      readonly how: 'absent' | 'deleted';
      readonly life?: Life;
    }
  /** Something became of a record, or it is back. */
  | { readonly kind: 'life'; readonly work: LinkWork; readonly life: LifeStep }
  | Faulty<LinkWork>;

/** A function of the mapping file failed on it: nothing is decided, and nothing is sent. */
export interface Faulty<W extends Work> {
  readonly kind: 'faulty';
  readonly work: W;
  readonly fault: MappingFault;
  readonly origin: SourceRecord | null;
}

/** What a record without a link came to. */
export type NewDecision =
  | { readonly kind: 'plan'; readonly work: NewWork; readonly origin: SourceRecord | null; readonly plan: NewPlan }
  /** A create whose answer was lost; still within its settle time, or not found by a probe yet. */
  | { readonly kind: 'in-doubt'; readonly work: NewWork; readonly intent: Intent }
  | Faulty<NewWork>;

export type Decision = LinkDecision | NewDecision;

/** Counts that commands print. */
export interface Totals {
  created: Record<Side, number>;
  updated: Record<Side, number>;
  unchanged: number;
  conflicts: number;
  quarantined: number;
}

export function noTotals(): Totals {
  return {
    created: { servicenow: 0, salesforce: 0 },
    updated: { servicenow: 0, salesforce: 0 },
    unchanged: 0,
    conflicts: 0,
    quarantined: 0,
  };
}

/** Groups by a text key, keeping order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
