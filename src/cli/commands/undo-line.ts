import type { UndoItem } from '../../operate/undo.ts';

/** One line of `undo --json`. */
export function undoLine({ link, was, judged }: UndoItem): Readonly<Record<string, unknown>> {
  return {
    action: judged.kind,
    why: judged.kind === 'leave' ? judged.why : null,
    linkId: was.linkId,
    pair: link?.pair ?? null,
    servicenowId: link?.ids.servicenow ?? null,
    salesforceId: link?.ids.salesforce ?? null,
    servicenowNumber: link?.numbers.servicenow ?? null,
    salesforceNumber: link?.numbers.salesforce ?? null,
    field: was.field,
    side: was.side,
    now: judged.now ?? null,
    backTo: was.before,
  };
}
