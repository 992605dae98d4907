import type { ChildRow } from '../../core/children.ts';
import { otherSide } from '../../core/side.ts';
import { describeComment } from '../../observability/describe-comment.ts';
import { oneLine, sideNames } from '../../observability/words.ts';
import { shortTime } from '../output.ts';

/** Comments of one pair in `links show --json`: where each was written, what stands across for it, or why nothing does. */
export function commentLine(row: ChildRow): Readonly<Record<string, unknown>> {
  const { detail } = row;
  return {
    side: row.side,
    id: row.sourceId,
    counterpartId: row.counterpartId,
    channel: detail['from'] ?? row.channel,
    channelAcross: row.channel,
    state: row.state,
    why: detail['why'] ?? null,
    author: detail['author'] ?? null,
    writtenAt: detail['written'] ?? null,
    about: detail['about'] ?? null,
  };
}

/** One comment in one line, without its text. */
export function commentText(row: ChildRow): string {
  const written = row.detail['written'];
  const when = shortTime(typeof written === 'string' ? written : row.createdAt);
  return `  ${when}  ${describeComment(row)}: ${became(row)}`;
}

function became(row: ChildRow): string {
  const across = sideNames[otherSide(row.side)];
  const why = typeof row.detail['why'] === 'string' ? ` (${oneLine(row.detail['why'])})` : '';
  switch (row.state) {
    case 'carried':
      return `carried to ${across} as ${row.channel}, ${oneLine(row.counterpartId ?? '')}`;
    case 'sent':
      return `posted in ${across} as ${row.channel}; its id there is not known yet`;
    case 'planned':
      return row.detail['unsent'] === true ? `waits to be posted in ${across}` : `posting in ${across} is in doubt`;
    case 'withheld':
      return `withheld${why}`;
    case 'refused':
      return `refused by ${across}${why}`;
    case 'known':
      return `left alone${why}`;
  }
}
