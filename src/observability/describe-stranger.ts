import { otherSide } from '../core/side.ts';
import type { UnmatchedRow } from '../store/store.ts';
import { oneLine, sideNames } from './words.ts';

/** Why somebody has no counterpart, in a few words. */
export function describeWhy(row: Pick<UnmatchedRow, 'why' | 'side'>): string {
  const across = sideNames[otherSide(row.side)];
  switch (row.why) {
    case 'nobody':
      return `nobody in ${across} has the same keys`;
    case 'ambiguous':
      return `several in ${across} have the same key`;
    case 'inactive':
      return `the one in ${across} is inactive`;
    case 'gone':
      return `${sideNames[row.side]} does not show them to this account, or they were deleted`;
    case 'no-key':
      return `${sideNames[row.side]} holds no key for them, such as an e-mail`;
  }
}

/** What makes them known. */
export function describeCure(row: Pick<UnmatchedRow, 'why' | 'side' | 'value'>): string {
  const across = sideNames[otherSide(row.side)];
  const line = `or a line in the field's \`table\`: { ${row.side}: '${row.value}', ${otherSide(row.side)}: '…' }`;
  switch (row.why) {
    case 'nobody':
      return `give them an account in ${across} with the same e-mail or name, ${line}`;
    case 'ambiguous':
      return `leave one of them active in ${across}, ${line}`;
    case 'inactive':
      return `activate them in ${across}, or name somebody in their place: ${line.replace(/^or /, '')}`;
    case 'gone':
      return `let this account see them in ${sideNames[row.side]}, ${line}`;
    case 'no-key':
      return `give them an e-mail in ${sideNames[row.side]}, ${line}`;
  }
}

/** `Igor Silva (5137153c…)` */
export function strangerName(row: Pick<UnmatchedRow, 'label' | 'value'>): string {
  return row.label === null ? row.value : `${oneLine(row.label)} (${row.value})`;
}
