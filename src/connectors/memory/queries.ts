import { iso } from '../../core/clock.ts';
import type { FieldValue } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import type { Children, StreamAsk, StreamPage } from '../children.ts';
import type {
  ChangesPage,
  ChangesRequest,
  FieldDate,
  FieldDateAsk,
  Keyset,
  ProbeRequest,
  ProbeResult,
  ReadResult,
} from '../ticket-system.ts';
import type { MemoryDesk, Row, RowVersion } from './desk.ts';
import { normalised, readStamp } from './stamps.ts';

interface Seen {
  readonly row: Row;
  readonly version: RowVersion;
}

/** Rows as queries see them: late ones in their older version, or not yet. */
function seen(desk: MemoryDesk, object: string): readonly Seen[] {
  return desk.rows(object).flatMap((row) => {
    const version = desk.visible(row);
    return version === undefined ? [] : [{ row, version }];
  });
}

function placeOf({ row, version }: Seen): Keyset {
  return { stamp: version.stamp, id: row.id };
}

function compare(a: Keyset, b: Keyset): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Rows that an access rule hides are counted before they are left out, as ServiceNow does (query shapes recorded by SNCLI). */
export function changesOf(desk: MemoryDesk, request: ChangesRequest): ChangesPage {
  const ahead = seen(desk, request.object)
    .filter((one) => compare(placeOf(one), request.after) > 0)
    .toSorted((a, b) => compare(placeOf(a), placeOf(b)));
  const page = ahead.slice(0, request.limit);
  const last = page.at(-1);
  return {
    records: page.filter(({ row }) => !row.hidden).map(({ row, version }) => desk.record(row, request.fields, version)),
    done: page.length === ahead.length,
    next: last === undefined ? request.after : placeOf(last),
    // The `Date` header of HTTP has whole seconds.
    serverNow: iso(Math.floor(desk.now() / 1000) * 1000),
  };
}

export function readOf(
  desk: MemoryDesk,
  side: Side,
  tellsDeleted: boolean,
  object: string,
  ids: readonly string[],
  fields: readonly string[],
  children: (id: string) => Children | null,
): readonly ReadResult[] {
  return ids.map((asked): ReadResult => {
    const id = normalised(side, asked);
    const row = desk.row(object, id);
    if (row === undefined || row.hidden) return { kind: 'absent', id };
    if (row.deleted && !tellsDeleted) return { kind: 'absent', id };
    if (row.deleted) return { kind: 'deleted', id, ...(row.into === undefined ? {} : { into: row.into }) };
    const hanging = children(row.id);
    return { kind: 'found', record: desk.record(row, fields), ...(hanging === null ? {} : { children: hanging }) };
  });
}

export function probeOf(desk: MemoryDesk, side: Side, request: ProbeRequest): readonly ProbeResult[] {
  const rows = seen(desk, request.object).filter(({ row }) => !row.hidden);
  const control = request.control === null ? null : normalised(side, request.control);
  const proven = control === null ? rows.length > 0 : rows.some(({ row }) => row.id === control);
  return request.probes.map((probe): ProbeResult => {
    const found = rows.filter(
      ({ row, version }) =>
        readStamp(side, version.fields).partnerId === probe.partnerId ||
        (side === 'servicenow' && probe.drawnId !== null && row.id === normalised(side, probe.drawnId)),
    );
    if (found.length > 0) {
      return { kind: 'found', records: found.map(({ row, version }) => desk.record(row, request.fields, version)) };
    }
    return { kind: proven ? 'none' : 'unknown' };
  });
}

/** From the kept history: when the field last took another value. */
export function fieldDateOf(desk: MemoryDesk, object: string, ask: FieldDateAsk): FieldDate {
  const versions = desk.row(object, ask.id)?.versions ?? [];
  const value = (version: RowVersion | undefined): FieldValue => version?.fields[ask.field] ?? null;
  const last = versions.findLast(
    (version, index) => version.stamp > ask.since && value(version) !== value(versions[index - 1]),
  );
  return last === undefined ? null : { at: last.stamp, by: last.by };
}

/** Deletions by when they were made, where this desk tells them. */
export function deletionsOf(desk: MemoryDesk, tellsDeleted: boolean, object: string, ask: StreamAsk): StreamPage {
  const { name, after, limit } = ask;
  if (!tellsDeleted) return { name, touched: [], done: true, next: after, readable: false };
  const ahead = desk
    .deleted(object)
    .map((row) => ({ recordId: row.id, id: row.id, stamp: row.deletedAt ?? '' }))
    .filter(({ stamp, id }) => stamp > after.stamp || (stamp === after.stamp && id > after.id))
    .toSorted((a, b) => compare(a, b));
  const touched = ahead.slice(0, limit);
  const last = touched.at(-1);
  const next = last === undefined ? after : { stamp: last.stamp, id: last.id };
  return { name, touched, done: touched.length === ahead.length, next, readable: true };
}
