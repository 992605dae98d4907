import { refuse } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { dateTime, parseDateTime } from '../values.ts';
import { ok } from './message.ts';
import type { ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

interface Window {
  readonly spec: ObjectSpec;
  readonly start: string;
  readonly end: string;
  readonly startMs: number;
}

/** Seconds are cut off both ends; start comes a minute or more before end, and 30 days back at most (REST guide, getUpdated). */
function windowOf(request: ApiRequest, object: string): Window {
  const spec = objectOf(request.org, object);
  // The flag of describeGlobal decides: no file object can be asked about.
  if (!spec.replicateable)
    throw refuse(400, 'INVALID_TYPE_FOR_OPERATION', `entity type ${spec.name} is not replicateable`);
  const [startMs, endMs] = ['start', 'end'].map((name) => {
    const ms = parseDateTime(request.query.get(name) ?? '');
    return Math.floor(ms / minuteMs) * minuteMs;
  });
  if (startMs === undefined || endMs === undefined || Number.isNaN(startMs) || Number.isNaN(endMs)) {
    throw refuse(400, 'INVALID_REPLICATION_DATE', 'start and end must be ISO 8601 dates with an offset');
  }
  if (endMs - startMs < minuteMs)
    throw refuse(
      400,
      'INVALID_REPLICATION_DATE',
      'startDate before org replication enabled date or endDate not after startDate',
    );
  if (startMs < request.org.now() - 30 * dayMs)
    throw refuse(400, 'INVALID_REPLICATION_DATE', 'startDate cannot be more than 30 days ago');
  return { spec, start: dateTime(startMs), end: dateTime(endMs), startMs };
}

/** While a long transaction is open, its start: what it wrote is not in this answer (SOAP guide, GetUpdatedResult). */
function latestCovered(org: Org, rows: Iterable<Row>, end: string): string {
  let latest = end < dateTime(org.now()) ? end : dateTime(org.now());
  for (const row of rows) {
    const stamp = String(row.values['SystemModstamp'] ?? row.values['CreatedDate']);
    if (org.inFlight(row) && stamp < latest) latest = stamp;
  }
  return latest;
}

export const replicationRoutes = [
  route('GET', 'sobjects/:object/updated', (request, { object = '' }) => {
    const { spec, start, end } = windowOf(request, object);
    const rows = [...request.org.table(spec).rows.values()];
    const changed = rows.filter((row) => {
      const values = request.org.view(row);
      const stamp = String(values?.['SystemModstamp'] ?? values?.['CreatedDate']);
      return (
        values !== null &&
        values['IsDeleted'] !== true &&
        request.org.rights.seesRecord(row.id) &&
        stamp >= start &&
        stamp < end
      );
    });
    return ok({ ids: changed.map((row) => row.id), latestDateCovered: latestCovered(request.org, rows, end) });
  }),
  route('GET', 'sobjects/:object/deleted', (request, { object = '' }) => {
    const { spec, start, end } = windowOf(request, object);
    const rows = [...request.org.table(spec).rows.values()];
    const gone = rows.flatMap((row) => {
      const deletedDate = row.values['IsDeleted'] === true ? request.org.deletedAt.get(row.id) : undefined;
      return deletedDate !== undefined && deletedDate >= start && deletedDate < end
        ? [{ id: row.id, deletedDate }]
        : [];
    });
    const earliestDateAvailable = dateTime(request.org.now() - 15 * dayMs);
    return ok({
      deletedRecords: gone,
      earliestDateAvailable,
      latestDateCovered: latestCovered(request.org, rows, end),
    });
  }),
];
