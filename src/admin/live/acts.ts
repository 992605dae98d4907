import type { AdminRecords } from '../../store/store.ts';
import type { Hub } from './hub.ts';

/** The same records, which tell everybody who listens what people do. */
export function recordsThatTell(records: AdminRecords, hub: Hub): AdminRecords {
  return {
    ...records,
    addAudit: async (row) => {
      await records.addAudit(row);
      if (!isPublic(row.action)) return;
      hub.publish({
        topic: 'acts',
        type: 'act',
        pair: typeof row.detail['pair'] === 'string' ? row.detail['pair'] : null,
        side: null,
        linkId: row.action.startsWith('link.') ? row.target : null,
        text: `${row.actor}: ${row.action}${row.target === null ? '' : ` ${row.target}`}`,
        data: { action: row.action, target: row.target, actor: row.actor },
      });
    },
  };
}

/** Who comes in, and by what token, is for the audit trail alone, which not everybody may read. */
function isPublic(action: string): boolean {
  return !/^(login|logout|token)\b/.test(action);
}
