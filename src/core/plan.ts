import type { Base, Hold, Hops, Link } from './link.ts';
import type { Candidate, MatchReason } from './match/rules.ts';
import type { Fields, FieldValue, SourceRecord, Version } from './record.ts';
import type { ConflictRule } from './rules.ts';
import type { Side } from './side.ts';

/** Why two sides cannot be made to agree yet, or why nothing is done at all. */
export type WaitReason =
  /** A write or create may still be running on the server: look again then. */
  | { readonly kind: 'in-doubt'; readonly until: string }
  /** A linked record did not come back in an answer: says nothing about whether it is gone. */
  | { readonly kind: 'absent'; readonly side: Side };

/** A field both sides changed to different values. */
export interface FieldConflict {
  readonly field: string;
  readonly rule: ConflictRule;
  readonly base: Readonly<Record<Side, FieldValue>>;
  readonly values: Readonly<Record<Side, FieldValue>>;
  readonly versions: Readonly<Record<Side, Version>>;
  readonly writers: Readonly<Record<Side, string | null>>;
  /** Null while a person has to decide. */
  readonly winner: Side | null;
  readonly why: ConflictReason;
  /** The dates `latest` used; null under the other rules. */
  readonly dates: Readonly<Record<Side, DateRange>> | null;
}

export type ConflictReason =
  | 'rule'
  | 'later'
  | 'tie'
  | 'waits-for-person'
  | 'settled-by-person'
  /** Found after a write whose answer was lost: someone acted later, that value stands. */
  | 'overtaken'
  /** Seen by the guard of the write call itself: the value stood there only between our read and our write. */
  | 'overwritten-in-gap';

/** When a field changed, as far as we know: the truth lies within. Corrected for the server's clock. ISO 8601. */
export interface DateRange {
  readonly earliest: string;
  readonly latest: string;
  readonly source: 'history' | 'stamp' | 'interval';
}

/** What goes out to one side. */
export interface SideWrite {
  readonly on: Side;
  readonly id: string;
  /** Native fields, only those that differ. */
  readonly fields: Fields;
  /** Rule names the fields were decided by, without companions. */
  readonly decided: readonly string[];
}

/** What happened to one field, for history and for people. */
export interface FieldMove {
  readonly field: string;
  readonly from: Side;
  readonly to: Side;
  readonly before: FieldValue;
  readonly value: FieldValue;
  /**
   * `one-sided`: only `from` had changed. `conflict`: decided by a rule or a person. `create`: the record is new. `found-landed`: its
   * answer was lost, and it was found there later.
   */
  readonly because: 'one-sided' | 'conflict' | 'create' | 'person' | 'found-landed';
}

/** What the merge came to for one link. */
export type LinkPlan =
  /** Both agree. The bases are stored only if they moved. */
  | {
      readonly kind: 'agree';
      readonly bases: Record<Side, Base>;
      readonly moved: boolean;
      readonly holds: readonly Hold[];
      readonly conflicts: readonly FieldConflict[];
      readonly hops: readonly Hops[];
    }
  | {
      readonly kind: 'write';
      readonly writes: readonly SideWrite[];
      readonly moves: readonly FieldMove[];
      /** New ones only: noted before anything is overwritten. */
      readonly conflicts: readonly FieldConflict[];
      readonly holds: readonly Hold[];
      readonly hops: readonly Hops[];
      /** Bases as they will stand if every write lands as sent; the read-back corrects them. */
      readonly bases: Record<Side, Base>;
    }
  | { readonly kind: 'wait'; readonly reason: WaitReason };

/** What to do about a record that has no link. */
export type NewPlan =
  /** `taken-up`: another record of the same batch is about to be linked with it. */
  | { readonly kind: 'ignore'; readonly why: 'out-of-scope' | 'absent' | 'taken-up' }
  /** Both records name each other, or one names the other and nobody else claims it; or they were matched. */
  | { readonly kind: 'adopt'; readonly records: Readonly<Record<Side, SourceRecord>>; readonly by: MatchReason }
  | {
      readonly kind: 'create';
      readonly on: Side;
      readonly fields: Fields;
      readonly holds: readonly Hold[];
      /** Tickets across that look alike, to be shown to a person. */
      readonly near?: readonly Candidate[];
    }
  /** It may be one of these; a person has to say which, if any. Nothing is created meanwhile. */
  | { readonly kind: 'propose'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'wait'; readonly reason: WaitReason }
  /** Our stamp, or a number, names a record that is not there, or that another link holds: a person must look. */
  | {
      readonly kind: 'quarantine';
      readonly why:
        | 'stamp-names-nothing'
        | 'stamp-names-linked'
        | 'several-carry-stamp'
        | 'probe-unknown'
        /** A create for it was sent, its outcome is not known, and the record itself is not shown any more. */
        | 'origin-hidden'
        | 'number-names-nothing'
        | 'number-names-linked'
        | 'several-claim-number'
        | 'too-many-share-value'
        | 'match-not-asked'
        /** The ticket across that it matches is just getting another one here, as far as anybody knows. */
        | 'match-under-way';
      /** What people call the other records concerned. */
      readonly others?: readonly string[];
    };

/** A write that was committed to before it was sent, and whose outcome is not recorded yet. */
export interface PendingWrite {
  readonly linkId: string;
  readonly side: Side;
  /** Native field name. */
  readonly field: string;
  readonly value: FieldValue;
  /** The target's value as read when this was decided. */
  readonly before: FieldValue;
  readonly sentAt: string;
  /** The run that sent it, for the history; left out by versions that did not note it. */
  readonly runId?: string;
}

/** Everything the merge looks at. */
export interface LinkView {
  readonly link: Link;
  readonly now: Readonly<Record<Side, SourceRecord>>;
  readonly pending: readonly PendingWrite[];
  /** Fields a person has decided: by rule name. */
  readonly settled: Readonly<Record<string, { readonly conflictId: string; readonly value: Decided }>>;
  /** Conflicts of this link that wait for a person: rule name → conflict id. */
  readonly open: Readonly<Record<string, string>>;
  /** The values those conflicts were noted with. Where left out, an open conflict counts as unchanged and is not noted again. */
  readonly openValues?: Readonly<Record<string, Readonly<Record<Side, FieldValue>>>>;
  /** For `latest`: when each side's field changed; absent on the first pass. */
  readonly dates: Readonly<Record<string, Readonly<Record<Side, DateRange>>>>;
}

export type SettledValue =
  | { readonly kind: 'take'; readonly side: Side }
  /** A third value, given in ServiceNow's terms. */
  | { readonly kind: 'value'; readonly value: FieldValue };

/** The undo of a run: each side's earlier value, put back only while that side still holds what the run left there. */
export interface PutBack {
  readonly kind: 'put-back';
  /** The run that undoes; history rows name it. */
  readonly runId: string;
  readonly on: Readonly<Partial<Record<Side, { readonly expect: FieldValue; readonly value: FieldValue }>>>;
}

/** What a person has decided about a field. */
export type Decided = SettledValue | PutBack;
