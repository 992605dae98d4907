import type { ChildRow } from '../../core/children.ts';
import { sizeOf } from '../../core/files/notice.ts';
import { numberIn, textIn } from '../../core/files/steps.ts';
import { otherSide } from '../../core/side.ts';
import { oneLine, sideNames } from '../../observability/words.ts';
import { shortTime } from '../output.ts';

/** Files of one pair, without the mark of a new link. */
export function filesIn(children: readonly ChildRow[]): readonly ChildRow[] {
  return children.filter((row) => row.kind === 'file' && row.sourceId !== '*');
}

/** A file in `links show --json`: where it was added, what stands across for it, or why nothing does. */
export function fileLine(row: ChildRow): Readonly<Record<string, unknown>> {
  return {
    side: row.side,
    id: row.sourceId,
    counterpartId: row.counterpartId,
    name: textIn(row, 'name'),
    nameAcross: textIn(row, 'renamed') ?? textIn(row, 'name'),
    size: numberIn(row, 'size'),
    sha256: row.hash === '' ? null : row.hash,
    channelAcross: row.channel,
    state: row.state,
    why: textIn(row, 'why'),
    nextAt: textIn(row, 'nextAt'),
  };
}

/** One file in one line. */
export function fileText(row: ChildRow): string {
  const name = `${oneLine(textIn(row, 'name') ?? '')} (${sizeOf(numberIn(row, 'size'))})`;
  return `  ${shortTime(row.createdAt)}  ${name} in ${sideNames[row.side]}: ${became(row)}`;
}

function became(row: ChildRow): string {
  const across = sideNames[otherSide(row.side)];
  const why = textIn(row, 'why');
  const because = why === null ? '' : ` (${oneLine(textIn(row, 'answer') ?? why)})`;
  const renamed = textIn(row, 'renamed');
  switch (row.state) {
    case 'carried': {
      const how = row.detail['paired'] === true ? `the same as one in ${across}` : `carried to ${across}`;
      return `${how}${renamed === null ? '' : ` as ${oneLine(renamed)}`}, ${oneLine(row.counterpartId ?? '')}`;
    }
    case 'sent':
      return textIn(row, 'lostAt') === null ? `on its way to ${across}` : `whether it reached ${across} is in doubt`;
    case 'planned':
      return textIn(row, 'waits') === 'scan' ? 'waits for its virus scan' : `waits to be carried to ${across}`;
    case 'withheld':
      return `withheld${because}`;
    case 'refused':
      return `refused by ${across}${because}`;
    case 'known':
      return 'left alone';
  }
}
