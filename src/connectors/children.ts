import type { Readable } from 'node:stream';
import type { Channel, Comment, FileInfo } from '../core/children.ts';
import type { ConnectorError } from './errors.ts';
import type { Keyset, Sending } from './ticket-system.ts';

/** What hangs on tickets, to be read in the calls that read the tickets themselves. */
export interface ChildrenAsk {
  readonly comments: boolean;
  readonly files: boolean;
  /** Salesforce only, both read and never written: posts of the Case feed, e-mails of the Case. */
  readonly feed?: boolean;
  readonly emails?: boolean;
}

/**
 * What came with one ticket. `complete: false` says that entries may be missing (an ACL that hides rows, a truncated journal): what
 * is not in the list is then not gone.
 */
export interface Children {
  readonly comments: { readonly items: readonly Comment[]; readonly complete: boolean } | null;
  readonly files: { readonly items: readonly FileInfo[]; readonly complete: boolean } | null;
}

/** Streams that a poll follows beside the tickets' own. */
export type StreamName = 'comments' | 'files' | 'deletions';

export interface StreamAsk {
  readonly name: StreamName;
  readonly after: Keyset;
  readonly limit: number;
}

/** One row of a stream: the ticket that it touches, and what moved. */
export interface Touched {
  readonly recordId: string;
  /** Id of the comment or file; for deletions the ticket's own id. */
  readonly id: string;
  readonly stamp: string;
  /** Deletions only: the ticket that took its place in a merge. */
  readonly mergedInto?: string;
}

export interface StreamPage {
  readonly name: StreamName;
  readonly touched: readonly Touched[];
  readonly done: boolean;
  readonly next: Keyset;
  /** False where this account may not read the stream: emptiness then proves nothing. */
  readonly readable: boolean;
}

export interface PostRequest {
  readonly object: string;
  readonly recordId: string;
  readonly channel: Channel;
  readonly text: string;
}

/** `id` is null where the desk does not name what it made (a ServiceNow journal entry). `failed` in doubt: look before posting again. */
export type PostResult =
  | { readonly kind: 'posted'; readonly id: string | null; readonly at: string | null }
  | { readonly kind: 'failed'; readonly error: ConnectorError };

export interface AttachRequest {
  readonly object: string;
  readonly recordId: string;
  readonly name: string;
  readonly contentType: string;
  /** Bytes; the body must have exactly as many. */
  readonly size: number;
  readonly channel: Channel;
  /** A fresh stream of the content from its start; called again where an upload has to begin anew. */
  readonly open: () => Promise<Readable>;
  /** Since when an earlier sending of the same may have left something that no list shows; looked for before sending. ISO 8601. */
  readonly lostAt?: string;
  readonly signal?: AbortSignal;
}

export type AttachResult =
  | { readonly kind: 'attached'; readonly id: string; readonly versionId: string; readonly hash: string | null }
  | { readonly kind: 'failed'; readonly error: ConnectorError };

/** What one desk can do with comments and files. Batch-first where the vendor has a batch; a file is a call of its own. */
export interface ChildSystem {
  /** Posts in the order given; those of one ticket never overtake each other. */
  post(requests: readonly PostRequest[], sending?: Sending): Promise<readonly PostResult[]>;
  /** The bytes of a file from the start. Rejects with ConnectorError. */
  open(file: FileInfo, signal?: AbortSignal): Promise<{ readonly body: Readable; readonly size: number | null }>;
  attach(request: AttachRequest): Promise<AttachResult>;
  /** Removes a file from a ticket. Rejects with ConnectorError. */
  detach(object: string, file: { readonly recordId: string; readonly id: string }): Promise<void>;
}
