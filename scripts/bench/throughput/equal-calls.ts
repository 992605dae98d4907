import type { Side } from '../../../src/core/side.ts';
import type { Copier } from './blind-copy.ts';
import type { Desks } from './desk.ts';
import {
  type BatchItem,
  caseFields,
  chunks,
  type CompositePart,
  data,
  glideStamp,
  incidentFields,
  openDoors,
  perCollection,
  type Row,
  toCase,
  toIncident,
} from './floor-http.ts';

const perPage = 1000;
const idsPerQuery = 200;
/** A guarded write to Salesforce is one composite: query 400, update 200, update 200, query 400. */
const perGuardedWrite = 400;
/** As many requests at once as Casebridge allows itself by default. */
const lanes = { servicenow: 2, salesforce: 5 };

/**
 * The floor that spends the calls of a two-way sync: a walk of pages, both sides read, guarded writes that read back; pages
 * overlap. It thinks nothing and keeps nothing: what is above it is our own work. `perBatch`: writes in one Batch call.
 */
export async function openEqualCalls(desks: Desks, perBatch: number): Promise<Copier> {
  const doors = await openDoors(desks);
  const atServiceNow = createLanes(lanes.servicenow);
  const atSalesforce = createLanes(lanes.salesforce);
  const composite = (parts: readonly CompositePart[]): Promise<void> => atSalesforce(() => doors.composite(parts));
  const batch = (items: readonly BatchItem[]): Promise<void> => atServiceNow(() => doors.batch(items));

  function readCases(field: 'Id' | 'ServiceNow_Id__c', ids: readonly string[]): Promise<void> {
    return composite(chunks(ids, idsPerQuery).map((some) => caseQuery(field, some)));
  }

  function readIncidents(ids: readonly string[]): Promise<void> {
    return batch(
      chunks(ids, idsPerQuery).map((some) => ({
        method: 'GET',
        url: `/api/now/table/incident?sysparm_query=sys_idIN${some.join(',')}&sysparm_fields=${incidentFields}`,
      })),
    );
  }

  async function pageToSalesforce(rows: readonly Row[]): Promise<void> {
    const ids = rows.map((row) => row['sys_id'] ?? '');
    await Promise.all([readIncidents(ids), readCases('ServiceNow_Id__c', ids)]);
    const records = rows.map((row) => ({ ...toCase(row), ServiceNow_Id__c: row['sys_id'] }));
    const url = `${data}/composite/sobjects/Case/ServiceNow_Id__c`;
    await Promise.all(
      chunks(records, perGuardedWrite).map((some) => {
        const guard = caseQuery(
          'ServiceNow_Id__c',
          some.map((record) => record.ServiceNow_Id__c ?? ''),
        );
        const updates = chunks(some, perCollection).map((each) => ({
          method: 'PATCH' as const,
          url,
          body: { allOrNone: false, records: each },
        }));
        return composite([guard, ...updates, guard]);
      }),
    );
  }

  async function pageToServiceNow(rows: readonly Row[]): Promise<void> {
    const known = rows.flatMap((row) => row['ServiceNow_Id__c'] ?? []);
    await Promise.all([
      readCases(
        'Id',
        rows.map((row) => row['Id'] ?? ''),
      ),
      ...(known.length === 0 ? [] : [readIncidents(known)]),
    ]);
    await Promise.all(
      chunks(rows, perBatch).map((some) => {
        const ids = some.flatMap((row) => row['ServiceNow_Id__c'] ?? []);
        const guard: BatchItem = {
          method: 'GET',
          url: `/api/now/table/incident?sysparm_query=sys_idIN${ids.join(',')}&sysparm_fields=${incidentFields}`,
        };
        return batch([...(ids.length === 0 ? [] : [guard]), ...some.map(incidentWrite)]);
      }),
    );
  }

  async function walk(from: Side, since: number): Promise<void> {
    const under: Promise<void>[] = [];
    for (let after = { stamp: since, id: '' }; ;) {
      const start = after;
      const rows = await (from === 'servicenow'
        ? atServiceNow(() => doors.list(incidentsAfter(start), perPage))
        : atSalesforce(() => doors.query(casesAfter(start))));
      if (rows.length > 0) under.push(from === 'servicenow' ? pageToSalesforce(rows) : pageToServiceNow(rows));
      const last = rows.at(-1);
      if (last === undefined || rows.length < perPage) break;
      after = placeOf(from, last);
    }
    await Promise.all(under);
  }

  return { copy: walk };
}

function caseQuery(field: string, ids: readonly string[]): CompositePart {
  const soql = `SELECT ${caseFields} FROM Case WHERE ${field} IN ('${ids.join("','")}')`;
  return { method: 'GET', url: `${data}/query?q=${encodeURIComponent(soql)}` };
}

function incidentWrite(row: Row): BatchItem {
  const id = row['ServiceNow_Id__c'] ?? null;
  const stamped = id === null ? { correlation_id: row['Id'], correlation_display: 'Salesforce' } : {};
  return {
    method: id === null ? 'POST' : 'PATCH',
    url: `/api/now/table/incident${id === null ? '' : `/${id}`}?sysparm_fields=${incidentFields}`,
    body: { ...toIncident(row), ...stamped },
  };
}

interface Place {
  readonly stamp: number;
  readonly id: string;
}

function placeOf(from: Side, row: Row): Place {
  return from === 'servicenow'
    ? { stamp: Date.parse(`${(row['sys_updated_on'] ?? '').replace(' ', 'T')}Z`), id: row['sys_id'] ?? '' }
    : { stamp: Date.parse(row['SystemModstamp'] ?? ''), id: row['Id'] ?? '' };
}

function incidentsAfter({ stamp, id }: Place): string {
  const at = glideStamp(stamp);
  const order = 'ORDERBYsys_updated_on^ORDERBYsys_id';
  return id === ''
    ? `sys_updated_on>=${at}^${order}`
    : `sys_updated_on>${at}^NQsys_updated_on=${at}^sys_id>${id}^${order}`;
}

function casesAfter({ stamp, id }: Place): string {
  const at = `${new Date(stamp).toISOString().slice(0, 19)}Z`;
  const where =
    id === '' ? `SystemModstamp >= ${at}` : `(SystemModstamp > ${at} OR (SystemModstamp = ${at} AND Id > '${id}'))`;
  return `SELECT ${caseFields} FROM Case WHERE ${where} ORDER BY SystemModstamp, Id LIMIT ${perPage}`;
}

/** Runs what it is given, so many at once. */
function createLanes(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
