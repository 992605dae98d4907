import type { StreamAsk, StreamPage, Touched } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Keyset } from '../ticket-system.ts';
import { isForbidden, type Listed, orThrow } from './list-many.ts';
import { rowsAfter, term } from './query.ts';
import { normalId, type Row, textOf } from './records.ts';
import type { ListRequest } from './table.ts';
import { fromWireTime } from './wire-time.ts';

/** How a stream is kept in a table. */
interface Source {
  readonly table: string;
  readonly stamp: 'sys_updated_on' | 'sys_created_on';
  /** The column with the class of the record that a row belongs to, and the one with its `sys_id`. */
  readonly className: string;
  readonly record: string;
  readonly touched: (recordId: string, place: Keyset) => Touched;
}

/**
 * A journal entry moves its task's own stamp (table-patch-comment-display-true-rec), so comments need no stream; attachments and
 * deletions do not or cannot.
 */
const sources: Readonly<Record<StreamAsk['name'], Source | null>> = {
  comments: null,
  files: {
    table: 'sys_attachment',
    stamp: 'sys_updated_on',
    className: 'table_name',
    record: 'table_sys_id',
    touched: (recordId, place) => ({ recordId, ...place }),
  },
  deletions: {
    table: 'sys_audit_delete',
    stamp: 'sys_created_on',
    className: 'tablename',
    record: 'documentkey',
    touched: (recordId, { stamp }) => ({ recordId, id: recordId, stamp }),
  },
};

/** True for a stream that has to be asked for. */
export function isKept(ask: StreamAsk): boolean {
  return sources[ask.name] !== null;
}

/** The list that asks for a stream, for records of these classes; null for one that needs no asking. */
export function streamRequest(ask: StreamAsk, classes: readonly string[]): ListRequest | null {
  const source = sources[ask.name];
  if (source === null) return null;
  return {
    table: source.table,
    query: rowsAfter(ask.after, [term(source.className, 'IN', classes)], source.stamp),
    fields: ['sys_id', source.stamp, source.className, source.record],
    limit: ask.limit,
    count: true,
  };
}

/** What the answer says; null for a stream that was not asked for. Rejects with ConnectorError, but for one that may not be read. */
export function streamPage(ask: StreamAsk, classes: readonly string[], listed: Listed | null): StreamPage {
  const source = sources[ask.name];
  const nothing = { name: ask.name, touched: [], done: true, next: ask.after };
  if (source === null || listed === null) return { ...nothing, readable: true };
  if (isForbidden(listed) || isUnknown(listed)) return { ...nothing, readable: false };
  const { rows, total } = orThrow(listed);
  // Counted and not shown: an ACL. Nothing to go on from, and nothing that proves anything.
  if (rows.length === 0) return { ...nothing, readable: (total ?? 0) === 0 };
  const places = rows.map((row) => placeOf(row, source.stamp)).filter((place) => place !== null);
  const mine = rows.filter((row) => classes.includes(textOf(row, source.className) ?? ''));
  const next = places.toSorted(byPlace).at(-1);
  return {
    name: ask.name,
    touched: mine.flatMap((row) => touchedBy(row, source)),
    done: next === undefined || (total === null ? rows.length < ask.limit : total <= ask.limit),
    next: next ?? ask.after,
    readable: true,
  };
}

function touchedBy(row: Row, source: Source): readonly Touched[] {
  const [place, recordId] = [placeOf(row, source.stamp), normalId(textOf(row, source.record) ?? '')];
  return place === null || recordId === null ? [] : [source.touched(recordId, place)];
}

function placeOf(row: Row, stampColumn: string): Keyset | null {
  const [stamp, id] = [fromWireTime(textOf(row, stampColumn) ?? ''), normalId(textOf(row, 'sys_id') ?? '')];
  return stamp === null || id === null ? null : { stamp, id };
}

function byPlace(a: Keyset, b: Keyset): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function isUnknown(listed: Listed): boolean {
  return listed instanceof ConnectorError && listed.kind === 'NotFound';
}
