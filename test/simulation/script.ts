import type { MemoryFault } from '../../src/connectors/memory/faults.ts';
import type { ConflictRule } from '../../src/core/rules.ts';
import type { Side } from '../../src/core/side.ts';
import type { Change } from '../model/steps.ts';

/** What differs from one life to the next and stays as it is in one. */
export interface Weather {
  readonly conflict: ConflictRule;
  readonly tieBreak: Side;
  readonly stampMs: Readonly<Record<Side, number>>;
  readonly clockOffsetMs: Readonly<Record<Side, number>>;
  readonly history: boolean;
  readonly pageSize: number;
  readonly batchSize: number;
  readonly tickMs: number;
  readonly replicas: number;
  /** Most creates a poll may cause before the pair stops and asks. */
  readonly maxCreates: number;
  /** ServiceNow tells deletions from what is hidden: `sys_audit_delete` is readable. Left out: it does not. */
  readonly tellsDeleted?: boolean;
  /** Whether comments travel. */
  readonly comments?: boolean;
  /** Whether files travel. */
  readonly files?: boolean;
  /** How many batches one replica works on at once; one where left out. */
  readonly handlers?: number;
  /** Most tickets a side that people open; five where left out. */
  readonly tickets?: number;
  /** How long a sweep over the content of all links takes; there is none where left out. */
  readonly sweepMs?: number;
  /** How the desks change what is saved. */
  readonly lossy: readonly Lossy[];
}

export type Lossy = 'trims' | 'crlf' | 'cuts' | 'computes urgency' | 'escalates';
export type Outage = 'down' | 'limited' | 'refused';

/** Automation that has borrowed our user: only the desk's own history tells its saves from ours. */
export const underOurUser = 'flow';

/** Something that happens: to people, to desks, to processes. */
export type Step =
  | { readonly kind: 'put'; readonly side: Side; readonly text: number; readonly choice: number }
  | { readonly kind: 'edit'; readonly side: Side; readonly which: number; readonly what: Change; readonly by: string }
  | { readonly kind: 'slip'; readonly side: Side; readonly which: number; readonly what: Change }
  | { readonly kind: 'both'; readonly which: number; readonly what: Change; readonly across: Change }
  | { readonly kind: 'race'; readonly side: Side; readonly what: Change }
  | {
      readonly kind: 'say';
      readonly side: Side;
      readonly which: number;
      readonly text: number;
      readonly internal: boolean;
    }
  | { readonly kind: 'rewrite'; readonly which: number; readonly text: number }
  | { readonly kind: 'publish'; readonly which: number }
  | { readonly kind: 'unsay'; readonly which: number }
  | {
      readonly kind: 'attach';
      readonly side: Side;
      readonly which: number;
      readonly content: number;
      readonly internal: boolean;
    }
  | { readonly kind: 'replace'; readonly which: number }
  | { readonly kind: 'unattach'; readonly which: number }
  | { readonly kind: 'blind'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'remove'; readonly side: Side; readonly which: number }
  | { readonly kind: 'restore'; readonly which: number }
  | { readonly kind: 'hide'; readonly side: Side; readonly which: number; readonly ms: number }
  | { readonly kind: 'detach'; readonly which: number }
  | { readonly kind: 'decide'; readonly which: number; readonly take: Side }
  | { readonly kind: 'resume' }
  | {
      readonly kind: 'kill';
      readonly replica: number;
      /** So many doors from now; with a port, so many looks at the clock or draws of an id. */
      readonly doors: number;
      readonly restartMs: number;
      readonly port?: 'clock' | 'random';
    }
  | { readonly kind: 'pause'; readonly replica: number; readonly doors: number; readonly ms: number }
  | { readonly kind: 'skew'; readonly replica: number; readonly ms: number }
  | { readonly kind: 'jump'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'lag'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'outage'; readonly side: Side; readonly what: Outage; readonly ms: number }
  | { readonly kind: 'slow'; readonly side: Side; readonly eachMs: number; readonly ms: number }
  | { readonly kind: 'fault'; readonly side: Side; readonly fault: MemoryFault }
  | { readonly kind: 'database'; readonly what: 'away' | 'commit unknown'; readonly times: number }
  | { readonly kind: 'resync' }
  | { readonly kind: 'repeat'; readonly order: number };

export type StepKind = Step['kind'];

/** A whole life: which mix it was drawn from, its weather, what happens when, and what the dice of its schedule start from. */
export interface Script {
  readonly seed: number;
  readonly mix?: string;
  readonly weather: Weather;
  readonly steps: readonly { readonly afterMs: number; readonly step: Step }[];
}
