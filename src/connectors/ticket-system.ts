import type { Fields, SourceRecord } from '../core/record.ts';
import type { Side } from '../core/side.ts';
import type { Children, ChildrenAsk, ChildSystem, StreamAsk, StreamPage } from './children.ts';
import type { ConnectorError } from './errors.ts';

/** A place in a walk ordered by (stamp, id); both ends of a walk are inclusive of the stamp, exclusive of the id. */
export interface Keyset {
  /** UTC, ISO 8601 with milliseconds. */
  readonly stamp: string;
  /** `''` starts before every id of that stamp. */
  readonly id: string;
}

export interface ChangesRequest {
  readonly object: string;
  readonly fields: readonly string[];
  /** Rows with stamp > after.stamp, or of the same stamp with id > after.id. */
  readonly after: Keyset;
  readonly limit: number;
  /** Further streams of the same object, answered in the same call where the vendor allows it. */
  readonly streams?: readonly StreamAsk[];
  readonly signal?: AbortSignal;
}

export interface ChangesPage {
  /** Ordered by (stamp, id). */
  readonly records: readonly SourceRecord[];
  /** False while more rows may follow: decided by the vendor's answer, never by the number of rows we can see (ACLs hide some). */
  readonly done: boolean;
  /** Where the next page starts: the last row the vendor counted, else the request's own `after`. */
  readonly next: Keyset;
  /** The server's own clock when it answered (`Date` header), ISO 8601. */
  readonly serverNow: string;
  /** One for every stream that was asked for; left out by a desk that knows none. */
  readonly streams?: readonly StreamPage[];
}

/** Every row of an object from a stamp on, for walks that pages are too small for. */
export interface BulkRequest {
  readonly object: string;
  readonly fields: readonly string[];
  /** Rows with this stamp or a later one. ISO 8601. */
  readonly since: string;
  /** Goes on where an earlier walk stopped; null to begin. What it names may be gone by now: then the walk begins anew. */
  readonly place: string | null;
  /** Nobody comes back to a place of this walk: what the vendor keeps for it is let go of wherever it ends. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

export interface BulkPage {
  /** In no order, each as it stood when the vendor put the result together. */
  readonly records: readonly SourceRecord[];
  /** Where to go on behind this page: opaque, and good for some days. */
  readonly place: string;
}

export interface BulkWalk {
  /** By the server's clock: what changed since then may be missing, or shown as it was. ISO 8601. */
  readonly takenAt: string;
  /** Rows there were to begin with; null where that could not be told. */
  readonly total: number | null;
  /** Holds one page at a time. Rejects with ConnectorError, cause `bulk-ended` where only pages can help. */
  readonly pages: AsyncIterable<BulkPage>;
}

/** `absent` says only that no answer held it: an ACL, a filter and a deletion all look alike. `deleted` is positive evidence. */
export type ReadResult =
  | { readonly kind: 'found'; readonly record: SourceRecord; readonly children?: Children }
  | { readonly kind: 'absent'; readonly id: string }
  | {
      readonly kind: 'deleted';
      readonly id: string;
      /** The record that it was merged into, where the desk says so (Salesforce: MasterRecordId). */
      readonly into?: string;
    };

export interface CreateRequest {
  readonly object: string;
  readonly fields: Fields;
  /** Native fields to read back. */
  readonly readBack: readonly string[];
  /** The id of the record across: written as our stamp. */
  readonly partnerId: string;
  /** ServiceNow: the `sys_id` drawn with the intent. Ignored by Salesforce, which upserts on `ServiceNow_Id__c`. */
  readonly drawnId: string;
}

export interface UpdateRequest {
  readonly object: string;
  readonly id: string;
  readonly fields: Fields;
  /** What the record held when this was decided: of a field that is made of several, only the parts that differ are sent. */
  readonly held?: Fields;
  readonly readBack: readonly string[];
}

export type WriteResult =
  | {
      readonly kind: 'written';
      /** As read back after the write. */
      readonly record: SourceRecord;
      /** As it stood just before the write, where the connector could see it in the same call; else null. */
      readonly before: SourceRecord | null;
    }
  | { readonly kind: 'failed'; readonly error: ConnectorError };

/** How long a sending of several calls may go on. */
export interface Sending {
  /**
   * Asked right before each call leaves, after any wait for its turn: false where what is to be sent may be another worker's by now.
   * It is then handed back as certainly not executed, cause `not-ours`.
   */
  stillOurs(): Promise<boolean>;
}

export type EraseResult = { readonly kind: 'erased' } | { readonly kind: 'failed'; readonly error: ConnectorError };

/** Looks for a record by our stamp. */
export interface Probe {
  /** The id across that the stamp would name. */
  readonly partnerId: string;
  /** ServiceNow: the drawn `sys_id`, looked for as well. */
  readonly drawnId: string | null;
}

/**
 * `none` only if the control row, known to exist, came back in the same answer; without it `unknown`. Rows are verified: a
 * row that does not carry the stamp asked for is never returned.
 */
export type ProbeResult =
  | { readonly kind: 'found'; readonly records: readonly SourceRecord[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

export interface ProbeRequest {
  readonly object: string;
  readonly fields: readonly string[];
  readonly probes: readonly Probe[];
  /** Id of a record known to exist on this side; null where we know none (then `none` is answered as `unknown`, unless any row of the object comes back). */
  readonly control: string | null;
}

/** Rows of any table that hold one of these values in a field. */
export interface FindRequest {
  readonly object: string;
  /** Native field, dot-walked where the vendor allows it: `correlation_id`, `caller_id.email`, `Contact.Email`. */
  readonly field: string;
  /** Compared without letter case; empty ones, and what no query may carry, find nothing. */
  readonly values: readonly string[];
  /** Native fields to bring along; `field` comes with them. */
  readonly fields: readonly string[];
}

export interface FoundRow {
  readonly id: string;
  readonly fields: Fields;
}

/** Rows that were verified to hold a value asked for. An empty list says no more than that we saw none. */
export interface Found {
  readonly rows: readonly FoundRow[];
  /** False where one value alone has more rows than one answer brings. */
  readonly whole: boolean;
}

export interface FieldDateAsk {
  readonly id: string;
  readonly field: string;
  /** Only changes after this time count. ISO 8601. */
  readonly since: string;
}

/** When a field last took another value, by the vendor's own history; null where it is not readable or not kept. */
export type FieldDate = { readonly at: string; readonly by: string | null } | null;

/** A field as the live metadata describes it. */
export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  /** Longest text in characters; null where it has no such limit. */
  readonly length: number | null;
  readonly required: boolean;
  readonly writable: boolean;
  readonly unique: boolean;
  readonly externalId: boolean;
  /** Active choices; null where any value goes. */
  readonly choices: readonly string[] | null;
}

export interface ObjectDescription {
  readonly object: string;
  /** The field that people call a record by; left out where the metadata does not say. */
  readonly numberField?: string;
  /** By DeveloperName: those that this account may use. Left out by a desk that knows none. */
  readonly recordTypes?: readonly { readonly name: string; readonly id: string }[];
  readonly fields: readonly FieldDescription[];
}

/** A vendor's limit on calls within its own period, for the whole instance or org. */
export interface Allowance {
  /** Calls of everybody. */
  readonly used: number;
  readonly limit: number;
  /** Part of the limit that Casebridge may use, 0 to 1. */
  readonly share: number;
  /** Calls of all our replicas in the last 24 hours. */
  readonly ours: number;
}

/** Who answered: an instance or an org. A clone or a refreshed sandbox shows itself here. */
export interface SystemIdentity {
  readonly side: Side;
  /** Salesforce: organisation id. ServiceNow: host name and `instance_id` where readable. */
  readonly instance: string;
  readonly user: string | null;
}

/**
 * One desk. It speaks its vendor's protocol and nothing else: no mapping, no policy. Everything is batch-first: arrays in, one
 * result per item out, in the order asked; a batch larger than the vendor allows is split inside. A failure of the whole call
 * rejects with ConnectorError; a failure of one item is that item's result.
 */
export interface TicketSystem {
  readonly side: Side;
  changes(request: ChangesRequest): Promise<ChangesPage>;
  read(
    object: string,
    ids: readonly string[],
    fields: readonly string[],
    children?: ChildrenAsk,
  ): Promise<readonly ReadResult[]>;
  /** Null where there are too few rows for it, or this account may not; left out by a desk that has no such thing. */
  bulk?(request: BulkRequest): Promise<BulkWalk | null>;
  /** At most one record per stamp. An item in doubt comes back as `failed` with `executed: 'maybe'`. */
  create(requests: readonly CreateRequest[], sending?: Sending): Promise<readonly WriteResult[]>;
  update(requests: readonly UpdateRequest[], sending?: Sending): Promise<readonly WriteResult[]>;
  /** Deletes records. Asked for only where a mapping says `delete` by name; left out by a desk that cannot. */
  erase?(object: string, ids: readonly string[], sending?: Sending): Promise<readonly EraseResult[]>;
  probe(request: ProbeRequest): Promise<readonly ProbeResult[]>;
  /** Looks rows up by what they hold, of tickets or of any other table; one call for many requests where the vendor has a batch. */
  find?(requests: readonly FindRequest[]): Promise<readonly Found[]>;
  /** True for every object of which this account sees any row. Access rules answer with nothing, as an empty table does. */
  sees?(objects: readonly string[]): Promise<readonly boolean[]>;
  fieldDates(object: string, asks: readonly FieldDateAsk[]): Promise<readonly FieldDate[]>;
  describe(object: string): Promise<ObjectDescription>;
  identity(): Promise<SystemIdentity>;
  /** Comments and files; left out by a desk that has none. */
  readonly children?: ChildSystem;
  /** API calls made since start, token calls not counted. */
  calls(): number;
  /** What the vendor said last of its own limits, null before it said anything; left out by a desk that is told nothing. */
  readonly allowance?: () => Allowance | null;
}
