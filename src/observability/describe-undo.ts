import type { Link } from '../core/link.ts';
import type { Judged, LeftReason, Overwritten } from '../core/undo.ts';
import { fieldLabel, pairName, showValue, sideNames } from './words.ts';

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

interface UndoItem {
  readonly link: Link | null;
  readonly was: Overwritten;
  readonly judged: Judged;
}

/** One value of a run, and what an undo would do about it. */
export function describeUndo({ link, was, judged }: UndoItem): string {
  const { field, side, before, value } = was;
  const name = link === null ? `link ${was.linkId}` : pairName(link);
  const where = `${name}: ${fieldLabel(field, side)} in ${sideNames[side]}`;
  const show = (shown: typeof before): string => `"${showValue(field, side, shown)}"`;
  if (judged.kind === 'put-back') return `${where} ${show(judged.now)} back to ${show(before)}`;
  const now = judged.now === undefined ? '' : ` (now ${show(judged.now)}, the run left ${show(value)})`;
  return `${where} stays: ${left[judged.why]}${judged.why === 'changed-since' ? now : ''}`;
}
