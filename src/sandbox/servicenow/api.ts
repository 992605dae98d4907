import type { Content } from '../content.ts';
import type { Faults } from '../faults.ts';
import type { Automation } from './automation.ts';
import type { Database } from './database.ts';
import type { Outgoing } from './outgoing.ts';
import type { Records } from './records.ts';
import type { Refusal } from './refusal.ts';
import type { Rights } from './rights.ts';
import type { Users } from './users.ts';

/** Switches an administrator of the instance would set. */
export interface Properties {
  /** `glide.invalid_query.returns_no_rows`: a query with a term that was dropped returns nothing. */
  invalidQueryReturnsNoRows: boolean;
  /** `rel="prev"` with offset -1 on the first page, as older releases send it (recorded: table-list-incident-headers-rec). */
  prevLinkOnFirstPage: boolean;
  /** Requests allowed per hour; null for no rule, and then no headers either. */
  hourlyLimit: number | null;
  /** `glide.rest.max_content_length` (error-400-payload-too-large-kb0747638-rec), bytes. Attachments stream past it. */
  maxBodyBytes: number;
  /** Items of one batch that are serviced before its quota ends. */
  batchItems: number;
  /** Milliseconds of simulated time after which a batch is cut off (batch-api). */
  batchQuotaMs: number;
  /** Simulated milliseconds that an item of a batch takes, beside what it really takes. */
  itemMs: (method: string, path: string) => number;
  /** Requests that are worked on at once, and how many may wait beside them. */
  threads: number;
  threadQueue: number;
  /** Milliseconds an attachment stays `pending`. */
  attachmentScanMs: number;
  /** File name endings that are refused. */
  forbiddenExtensions: readonly string[];
  /** Largest attachment, bytes. */
  attachmentMaxBytes: number;
  /** False on a release without `/api/now/ui/user/current_user`. */
  currentUserApi: boolean;
  /** What journals are called in their rendering, by language: translated, and an administrator may change them (servicenow-cli). */
  journalLabels: Readonly<Record<string, JournalLabels>>;
  /** `glide.max_journal_list_size`: characters of a rendered journal past which it is only previewed (c_JournalFieldDisplayLimits). */
  maxJournalSize: number;
  /** Tells callers apart: `sys_properties` instance_id. */
  instanceId: string;
}

export interface JournalLabels {
  readonly comments: string;
  readonly work_notes: string;
}

/** Everything the APIs work on. */
export interface Instance {
  readonly database: Database;
  readonly records: Records;
  readonly users: Users;
  readonly rights: Rights;
  readonly outgoing: Outgoing;
  readonly faults: Faults;
  readonly properties: Properties;
  readonly automation: Automation;
  readonly files: Map<string, Content>;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  readonly url: () => string;
}

/** A request to an API, whichever way it came: by itself or as an item of a batch. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** As it was sent, for the Link header. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** A file that was sent, instead of a body. */
  readonly content?: Content;
  readonly user: string;
  /** True where an OAuth token was shown: its client may be scoped. */
  readonly byToken: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for none. */
  readonly body: string | Buffer | Content | null;
}

export interface JsonAnswer extends ApiAnswer {
  readonly body: string;
}

/** An answer of JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): JsonAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** The order of the members is not stable across releases (error-401-no-credentials-rec against error-401-bad-credentials-rec). */
export function errorAnswer(refusal: Refusal, random: () => number): JsonAnswer {
  const error =
    random() < 0.5
      ? { message: refusal.message, detail: refusal.detail }
      : { detail: refusal.detail, message: refusal.message };
  const body = random() < 0.5 ? { error, status: 'failure' } : { status: 'failure', error };
  return json(refusal.status, body);
}
