import type { LeftReason } from '../../core/undo.ts';
import { fieldLabel, pairName, showValue, sideNames } from '../../observability/words.ts';
import type { UndoItem } from '../../operate/undo.ts';

const left: Readonly<Record<LeftReason, string>> = {
  comment: 'a comment that was carried cannot be taken back',
  created: 'the run made this ticket; undo takes no ticket away',
  unlinked: 'the pair is unlinked, or its tickets are gone',
  gone: 'a record of the pair is deleted or hidden from our user',
  unmapped: 'the mapping no longer writes this field here',
  unreadable: 'the field is not shown to our user',
  'changed-since': 'it was changed since',
  'edited-across': 'it was edited on the other side, and that edit is on its way',
  'back-already': 'it is back already',
  'in-conflict': 'the field waits in a conflict; settle that first',
  'in-doubt': 'a write whose answer was lost is read back first; try again in two minutes',
  'cut-text': 'it is the beginning of a longer text across, and would be shown anew',
};

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

/** The same for a person. */
export function undoText({ link, was, judged }: UndoItem): string {
  const { field, side, before, value } = was;
  const name = link === null ? `link ${was.linkId}` : pairName(link);
  const where = `${name}: ${fieldLabel(field, side)} in ${sideNames[side]}`;
  const show = (shown: typeof before): string => `"${showValue(field, side, shown)}"`;
  if (judged.kind === 'put-back') return `${where} ${show(judged.now)} back to ${show(before)}`;
  const now = judged.now === undefined ? '' : ` (now ${show(judged.now)}, the run left ${show(value)})`;
  return `${where} stays: ${left[judged.why]}${judged.why === 'changed-since' ? now : ''}`;
}
