import type { Side } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';
import {
  caseFields,
  chunks,
  data,
  glideStamp,
  openDoors,
  perCollection,
  perComposite,
  toCase,
  toIncident,
} from './floor-http.ts';

/** Something that copies tickets when it is told to, and forgets what it did. */
export interface Copier {
  /** Copies what was born or changed at `from` since `since` (milliseconds since the epoch). */
  copy(from: Side, since: number): Promise<void>;
}

/**
 * The least that moves tickets, written for the measurement alone: one list, then the largest batches there are. No link table, no
 * merge, no note of what was written, no look at the answers. It loses edits and cannot be run twice; it is what calls cost.
 * `perBatch`: writes in one Batch call, as many as stay well below its 30 s.
 */
export async function openBlindCopy(desks: Desks, perBatch: number): Promise<Copier> {
  const doors = await openDoors(desks);

  async function toSalesforce(since: number): Promise<void> {
    const rows = await doors.list(`sys_updated_on>=${glideStamp(since)}`, 10_000);
    const records = rows.map((row) => ({ ...toCase(row), ServiceNow_Id__c: row['sys_id'] }));
    const url = `${data}/composite/sobjects/Case/ServiceNow_Id__c`;
    await Promise.all(
      chunks(records, perComposite).map((some) =>
        doors.composite(
          chunks(some, perCollection).map((each) => ({
            method: 'PATCH' as const,
            url,
            body: { allOrNone: false, records: each },
          })),
        ),
      ),
    );
  }

  async function toServiceNow(since: number): Promise<void> {
    const stamp = `${new Date(since).toISOString().slice(0, 19)}Z`;
    const rows = await doors.query(`SELECT ${caseFields} FROM Case WHERE SystemModstamp >= ${stamp}`);
    const items = rows.map((row) => {
      const id = row['ServiceNow_Id__c'] ?? null;
      const stamped = id === null ? { correlation_id: row['Id'], correlation_display: 'Salesforce' } : {};
      return {
        method: id === null ? ('POST' as const) : ('PATCH' as const),
        url: `/api/now/table/incident${id === null ? '' : `/${id}`}?sysparm_fields=sys_id`,
        body: { ...toIncident(row), ...stamped },
      };
    });
    await Promise.all(chunks(items, perBatch).map((some) => doors.batch(some)));
  }

  return { copy: (from, since) => (from === 'servicenow' ? toSalesforce(since) : toServiceNow(since)) };
}
