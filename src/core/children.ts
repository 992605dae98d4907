import type { Side } from './side.ts';

/** Who may read what hangs on a ticket. Internal never becomes public unless a rule by name says so. */
export type Channel = 'public' | 'internal';

/** What a comment is in its own desk: feed posts and e-mails are read only. */
export type CommentKind = 'comment' | 'feed' | 'email';

/** One comment, work note, feed post or e-mail as read from a desk. */
export interface Comment {
  readonly side: Side;
  /** Id of the ticket it hangs on. */
  readonly recordId: string;
  /**
   * The desk's own id; of a ServiceNow journal entry `stream:` and a hash of what identifies it however it is read, so that a right
   * to its row that comes or goes makes nothing new of it.
   */
  readonly id: string;
  readonly kind: CommentKind;
  readonly channel: Channel;
  readonly text: string;
  /** Display name of its author; null where the desk does not tell. */
  readonly author: string | null;
  /** True where the author is the account that Casebridge itself uses. */
  readonly own: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Grows when it is edited or changes its channel: the desk's stamp; null where a comment cannot change. ISO 8601. */
  readonly editedAt: string | null;
}

/** One file as listed by a desk. */
export interface FileInfo {
  readonly side: Side;
  readonly recordId: string;
  /** What the link to the ticket is called: sys_attachment sys_id, ContentDocument id. */
  readonly id: string;
  /** What its bytes are called; changes with a new version. ServiceNow: the same as `id`. */
  readonly versionId: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  /** SHA-256 of the content in lower-case hex, where the desk keeps one. */
  readonly hash: string | null;
  readonly channel: Channel;
  readonly author: string | null;
  readonly own: boolean;
  readonly createdAt: string;
  /** `pending` while the desk still scans it; `blocked` where it never will be readable. */
  readonly state: 'ready' | 'pending' | 'blocked';
}

export type ChildKind = 'comment' | 'file';

/**
 * planned: noted before anything is sent. sent: sent, and its counterpart's id is not known. carried: across, with its counterpart.
 * withheld: not carried, by a rule. refused: could not be carried, with the reason. known: was there before the link, left alone.
 */
export type ChildState = 'planned' | 'sent' | 'carried' | 'withheld' | 'refused' | 'known';

/** The ledger: one row for each comment or file that was seen, and what became of it. Nothing is recognised by anything else. */
export interface ChildRow {
  readonly id: string;
  readonly linkId: string;
  readonly kind: ChildKind;
  /** Where it was written by a person. */
  readonly side: Side;
  /** Its id there; parts of a long text end in `#2`, `#3`; follow-ups of an edit in `@<stamp>`. */
  readonly sourceId: string;
  /** Its id across, once known. */
  readonly counterpartId: string | null;
  readonly channel: Channel;
  /** SHA-256 of what was sent (text) or of the content (file), lower-case hex. */
  readonly hash: string;
  readonly state: ChildState;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}
