import type { Touched } from '../children.ts';
import type { Keyset } from '../ticket-system.ts';
import { normaliseId } from './ids.ts';
import { isoTime } from './records.ts';
import type { Session } from './session.ts';
import type { Row } from './wire.ts';

/** How one stream is asked for, and what a row of it touches. */
export interface StreamSource {
  readonly soql: string;
  /** Deleted rows are wanted as well. */
  readonly all: boolean;
  /** Asked for in the same call: what `touched` would have to ask for otherwise. */
  readonly beside?: string;
  /** The tickets that these rows touch, in their order; may ask further calls. `beside`: what that statement brought. */
  readonly touched: (session: Session, rows: readonly Row[], beside: readonly Row[]) => Promise<readonly Touched[]>;
}

/** A row of a stream with the ticket that it touches. */
export function touchedBy(row: Row, recordId: string): readonly Touched[] {
  const [place, record] = [placeOf(row), normaliseId(recordId)];
  return place === null || record === null ? [] : [{ recordId: record, id: place.id, stamp: place.stamp }];
}

/** Where a row stands in its stream; null for one that cannot be placed. */
export function placeOf(row: Row | undefined): Keyset | null {
  if (row === undefined) return null;
  const [id, stamp] = [normaliseId(row.Id), isoTime(row.SystemModstamp)];
  return id === null || stamp === null ? null : { id, stamp };
}
