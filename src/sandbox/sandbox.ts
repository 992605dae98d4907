import type { FastifyInstance } from 'fastify';
import type { Side } from '../core/side.ts';
import type { Content } from './content.ts';
import type { Faults } from './faults.ts';

/** Settings of a local desk. Time and randomness are passed in. */
export interface SandboxOptions {
  /** 0 (default) takes any free port. Always loopback. */
  readonly port?: number;
  readonly now?: () => number;
  /** 0 ≤ n < 1. */
  readonly random?: () => number;
  /** State is loaded from this file at start, if it exists, and written to it at stop and by `save`. */
  readonly stateFile?: string;
  /** Added to every answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Puts hooks on the desk's server before it listens: how long its answers take, how many it works on at once. */
  readonly onServer?: (server: FastifyInstance) => void;
}

/** A row of ground truth, as the desk itself holds it. */
export interface DeskRow {
  readonly id: string;
  readonly number: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

/** A file as a person adds it. */
export interface DeskFile {
  readonly name: string;
  readonly type?: string;
  readonly content: Buffer | Content;
  /** Default true: that is how Salesforce links what is added to a record. */
  readonly shared?: boolean;
}

/** A file as a desk holds it. */
export interface HeldFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  /** User name or id of whoever added it. */
  readonly by: string;
  /** Salesforce: the link's Visibility; ServiceNow: its state. */
  readonly mark: string;
  bytes(): Buffer;
}

/** What a person at the desk does, with the desk's own business rules, without going through HTTP. */
export interface Desk {
  create(object: string, fields: Readonly<Record<string, string | null>>, by: string): DeskRow;
  edit(object: string, id: string, fields: Readonly<Record<string, string | null>>, by: string): DeskRow;
  comment(object: string, id: string, text: string, channel: 'public' | 'internal', by: string): void;
  /** Adds a file to a record and returns its id. `shared`: for customers to see, where the desk tells that apart. */
  attach(object: string, id: string, file: DeskFile, by: string): string;
  /** What hangs on a record, oldest first. */
  files(object: string, id: string): readonly HeldFile[];
  /** Takes a file off a record. */
  detach(object: string, id: string, fileId: string, by: string): void;
  remove(object: string, id: string, by: string): void;
  rows(object: string): readonly DeskRow[];
  /** One row by id; null where there is none. */
  row(object: string, id: string): DeskRow | null;
  /** The first row whose field holds this value, looked up by index where it matters; null for none. */
  find(object: string, field: string, value: string): DeskRow | null;
}

/** A request the desk has answered, for counting. */
export interface CallRecord {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
  /** True if the vendor would count it against the API limits (token calls and pages are not). */
  readonly counted: boolean;
  readonly atMs: number;
}

export interface Sandbox {
  readonly side: Side;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly faults: Faults;
  readonly desk: Desk;
  /** What a client must be set up with; the same that the README's demo uses. */
  readonly account: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly username: string;
    readonly password: string;
    /** PEM of a key whose public half the desk knows; for `jwt_bearer`. */
    readonly privateKey: string;
    readonly keyId: string;
  };
  calls(): readonly CallRecord[];
  forgetCalls(): void;
  save(): Promise<void>;
  stop(): Promise<void>;
}
