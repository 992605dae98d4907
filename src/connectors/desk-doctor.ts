import type { Side } from '../core/side.ts';
import type { ObjectDescription, SystemIdentity } from './ticket-system.ts';

/**
 * What a look at a table shows. `hidden`: rows are counted and none is shown. `none`: an empty answer, which a right that is missing
 * and a table that is empty both give, so that it says nothing.
 */
export type Sight = 'seen' | 'hidden' | 'refused' | 'none';

/** What a desk shows beside its tickets: comments, files, deletions, the history of fields. */
export type Aspect = 'comments' | 'attachments' | 'deletions' | 'history';

/**
 * How journals can be read. rendered: no row is shown, so they are read as a person sees them. untold: there is no entry to see, and
 * the journals themselves can be read.
 */
export type JournalSight = 'rows' | 'rendered' | 'unreadable' | 'untold';

export interface Login {
  /** Null where the vendor does not say. ISO 8601. */
  readonly expiresAt: string | null;
  /** The server's clock when it answered (`Date`), milliseconds; null without one. */
  readonly serverNowMs: number | null;
  /** Our clock then. */
  readonly nowMs: number;
}

export interface TicketSight {
  readonly rows: Sight;
  /** Fields that were asked for and that no row showed. */
  readonly hidden: readonly string[];
}

/** Calls left: `used` of `limit` in an hour or a day; null where the vendor tells none. */
export interface CallLimit {
  readonly used: number | null;
  readonly limit: number;
  readonly per: 'hour' | 'day';
}

/** Looks at a desk with the rights of our user and writes nothing. Every method rejects with ConnectorError. */
export interface DeskDoctor {
  readonly side: Side;
  login(): Promise<Login>;
  identity(): Promise<SystemIdentity>;
  describe(object: string): Promise<ObjectDescription>;
  tickets(object: string, fields: readonly string[]): Promise<TicketSight>;
  look(object: string): Promise<Readonly<Record<Aspect, Sight>>>;
  /** ServiceNow only: which way comments and work notes of this table will be read. */
  journal?(object: string): Promise<JournalSight>;
  /** Whether rows of a table beside the tickets (people, teams) can be seen. */
  sight(object: string): Promise<Sight>;
  /** Whether our user may make records there; null where only a try would tell. */
  mayCreate(object: string): Promise<boolean | null>;
  /** Whether our user may do everything, which it should not; null where that is not told. */
  isAdministrator(): Promise<boolean | null>;
  callLimit(): Promise<CallLimit | null>;
  /** Whether many records may go in one call; null where there is no such right. */
  mayBatch(): Promise<boolean | null>;
}
