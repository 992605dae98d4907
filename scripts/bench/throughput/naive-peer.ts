import type { Copier } from './blind-copy.ts';
import type { Desks } from './desk.ts';
import { caseFields, data, glideStamp, openDoors, toCase, toIncident } from './floor-http.ts';

/** What a first script does, and what the ready-made nodes of workflow tools do: one record a call, one after another. */
export async function openNaivePeer(desks: Desks): Promise<Copier> {
  const doors = await openDoors(desks);
  return {
    copy: async (from, since) => {
      if (from === 'servicenow') {
        for (const row of await doors.list(`sys_updated_on>=${glideStamp(since)}`, 10_000)) {
          const { attributes: _, ...fields } = toCase(row);
          await doors.send('salesforce', 'PATCH', `${data}/sobjects/Case/ServiceNow_Id__c/${row['sys_id']}`, fields);
        }
        return;
      }
      const stamp = `${new Date(since).toISOString().slice(0, 19)}Z`;
      for (const row of await doors.query(`SELECT ${caseFields} FROM Case WHERE SystemModstamp >= ${stamp}`)) {
        const path = `/api/now/table/incident/${row['ServiceNow_Id__c']}`;
        await doors.send('servicenow', 'PATCH', path, toIncident(row));
      }
    },
  };
}
