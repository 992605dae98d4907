import type { ChildRow } from '../children.ts';
import type { Hold } from '../link.ts';
import type { LinkView } from '../plan.ts';
import { otherSide, type Side } from '../side.ts';
import type { Draft } from './view.ts';

const names: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

/**
 * What is to be said, internally, on a ticket that cannot be opened again though the one across was. Once for one reopening: its name in
 * the ledger hangs on the last agreement, which stands still until this has been recorded. `holds` are those decided now.
 */
export function reopenNotices(view: LinkView, holds: readonly Hold[], ledger: readonly ChildRow[]): readonly Draft[] {
  return holds.flatMap(({ field, reason }): readonly Draft[] => {
    if (reason.kind !== 'class-locked' || reason.followUp !== true) return [];
    const from = otherSide(reason.side);
    const { link, now } = view;
    const prefix = `reopened:${field}:`;
    const known = link.holds.some((held) => held.field === field && held.reason.kind === 'class-locked');
    const open = ledger.find((row) => row.sourceId.startsWith(prefix) && row.state === 'planned');
    if (known && open === undefined) return [];
    const number = now[from].number ?? now[from].id;
    return [
      {
        from,
        sourceId: open?.sourceId ?? `${prefix}${link.lastSyncedAt}`,
        at: now[from].version.stamp,
        channel: 'internal',
        text: `${number} was opened again in ${names[from]}. This ticket cannot be opened again here and stays as it is: whoever goes on with it needs a new one.`,
        detail: { of: 'ticket', about: 'reopened' },
      },
    ];
  });
}
