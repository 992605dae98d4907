import type { Link, LinkStatus } from '../core/link.ts';
import type { Side } from '../core/side.ts';
import type { PairPause } from '../store/store.ts';

/** Why an act of a person is not carried out. */
export type Refusal =
  | { readonly kind: 'no-link'; readonly search: string }
  | { readonly kind: 'several-links'; readonly search: string; readonly ids: readonly string[] }
  | { readonly kind: 'link-detached'; readonly search: string }
  /** Nothing is kept of it but the ids of its records. */
  | { readonly kind: 'link-forgotten'; readonly search: string }
  /** A worker has it for longer than anybody waits. */
  | { readonly kind: 'link-busy'; readonly search: string }
  | { readonly kind: 'link-not-detached'; readonly search: string; readonly status: LinkStatus }
  | { readonly kind: 'no-record'; readonly side: Side; readonly search: string; readonly how: 'deleted' | 'not-shown' }
  | { readonly kind: 'record-linked'; readonly side: Side; readonly search: string; readonly link: Link }
  /** A create for it is under way. */
  | { readonly kind: 'record-busy'; readonly side: Side; readonly search: string }
  | { readonly kind: 'link-not-set-aside'; readonly search: string }
  | { readonly kind: 'no-conflict'; readonly id: string }
  | {
      readonly kind: 'conflict-over';
      readonly id: string;
      readonly status: 'decided' | 'settled';
      /** Who chose, and when; null where a rule did, or nobody knows. */
      readonly by: string | null;
      readonly at: string | null;
    }
  | { readonly kind: 'none-set-aside'; readonly search: string }
  | { readonly kind: 'no-pair'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'pair-stands'; readonly pause: PairPause }
  | { readonly kind: 'pair-goes'; readonly name: string }
  | { readonly kind: 'instance-changed'; readonly pause: PairPause }
  | { readonly kind: 'no-run'; readonly id: string }
  | { readonly kind: 'run-wrote-nothing'; readonly id: string }
  /** What it would put back is no longer what the person has seen. */
  | { readonly kind: 'undo-changed'; readonly id: string }
  | { readonly kind: 'undo-busy' }
  | { readonly kind: 'run-busy'; readonly id: string; readonly runKind: string }
  | { readonly kind: 'run-not-here'; readonly id: string }
  | {
      readonly kind: 'run-cannot';
      readonly id: string;
      readonly act: 'pause' | 'stop' | 'resume';
      readonly state: string;
    }
  | { readonly kind: 'no-token'; readonly search: string }
  | { readonly kind: 'several-tokens'; readonly search: string; readonly ids: readonly string[] }
  | { readonly kind: 'token-revoked'; readonly id: string }
  | { readonly kind: 'no-proposal'; readonly id: string }
  | { readonly kind: 'proposal-over'; readonly id: string; readonly status: string }
  | { readonly kind: 'keeps-nothing' };

/** An act that is not carried out, with its reason as data. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind);
    this.refusal = refusal;
  }
}
