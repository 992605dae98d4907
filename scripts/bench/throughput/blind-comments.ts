import type { Side } from '../../../src/core/side.ts';
import type { Copier } from './blind-copy.ts';
import type { Pair } from './bursts.ts';
import type { Desks } from './desk.ts';
import { chunks, data, glideStamp, openDoors, perCollection, perComposite } from './floor-http.ts';

/** The blind copy of comments: one list, then the largest batches. It is told which ticket stands for which. */
export async function openBlindComments(
  desks: Desks,
  perBatch: number,
  pairs: () => Promise<readonly Pair[]>,
): Promise<Copier> {
  const doors = await openDoors(desks);

  async function toSalesforce(since: number, across: ReadonlyMap<string, string>): Promise<void> {
    const query = `sys_created_on>=${glideStamp(since)}^elementINcomments,work_notes`;
    const fields = ['element_id', 'element', 'value'];
    const rows = await doors.list(query, 10_000, { table: 'sys_journal_field', fields });
    const records = rows.map((row) => ({
      attributes: { type: 'CaseComment' },
      ParentId: across.get(row['element_id'] ?? ''),
      CommentBody: row['value'],
      IsPublished: row['element'] === 'comments',
    }));
    const url = `${data}/composite/sobjects`;
    await Promise.all(
      chunks(records, perComposite).map((some) =>
        doors.composite(
          chunks(some, perCollection).map((each) => ({
            method: 'POST' as const,
            url,
            body: { allOrNone: false, records: each },
          })),
        ),
      ),
    );
  }

  async function toServiceNow(since: number, across: ReadonlyMap<string, string>): Promise<void> {
    const stamp = `${new Date(since).toISOString().slice(0, 19)}Z`;
    const soql = `SELECT ParentId, CommentBody, IsPublished FROM CaseComment WHERE CreatedDate >= ${stamp}`;
    const items = (await doors.query(soql)).map((row) => ({
      method: 'PATCH' as const,
      url: `/api/now/table/incident/${across.get(row['ParentId'] ?? '') ?? ''}?sysparm_fields=sys_id`,
      body: { [String(row['IsPublished']) === 'true' ? 'comments' : 'work_notes']: row['CommentBody'] },
    }));
    await Promise.all(chunks(items, perBatch).map((some) => doors.batch(some)));
  }

  let known: readonly Pair[] | null = null;
  return {
    copy: async (from: Side, since: number) => {
      const listed = known ?? (await pairs());
      known = listed;
      const across = new Map(
        listed.map(({ ids }) =>
          from === 'servicenow' ? [ids.servicenow, ids.salesforce] : [ids.salesforce, ids.servicenow],
        ),
      );
      await (from === 'servicenow' ? toSalesforce(since, across) : toServiceNow(since, across));
    },
  };
}
