import type { Org } from './org.ts';
import type { Row } from './table.ts';

/**
 * Merges a Case into another one, as a person does on its page: the loser goes into the recycle bin and names the Case that took its
 * place, and what hung on it moves over there.
 */
export function mergeCase(org: Org, loserId: string, masterId: string): void {
  const [loser, master] = [caseOf(org, loserId), caseOf(org, masterId)];
  org.transaction(() => {
    for (const table of org.tables.values()) {
      for (const field of table.spec.fields.filter((each) => each.type === 'reference' && each.name === 'ParentId')) {
        const children = [...table.rows.values()].filter((row) => row.values[field.name] === loser.id);
        for (const row of children) org.change(row, { [field.name]: master.id, SystemModstamp: org.stamp });
      }
    }
    org.change(loser, { IsDeleted: true, MasterRecordId: master.id, SystemModstamp: org.stamp });
    org.deletedAt.set(loser.id, org.stamp);
    org.change(master, { SystemModstamp: org.stamp });
  });
}

function caseOf(org: Org, id: string): Row {
  const row = org.row(id);
  if (row === null || row.spec.name !== 'Case' || row.values['IsDeleted'] === true) throw new Error(`no Case ${id}`);
  return row;
}
