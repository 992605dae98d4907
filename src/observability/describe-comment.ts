import type { ChildRow } from '../core/children.ts';
import { otherSide } from '../core/side.ts';
import { oneLine, sideNames } from './words.ts';

const whyWithheld: Readonly<Record<string, string>> = {
  channel: 'by the rule for its channel',
  empty: 'it has no text',
  gone: 'it was deleted or edited again before it could be carried',
};

/** What a row of the ledger is about: `public comment of Abel Tuter in ServiceNow`. Never its text. */
export function describeComment(row: ChildRow): string {
  const about = row.detail['about'];
  const author = row.detail['author'];
  const by = typeof author === 'string' ? ` of ${oneLine(author)}` : '';
  const what = row.detail['what'] === 'email' ? 'e-mail' : row.detail['what'] === 'feed' ? 'feed post' : 'comment';
  if (typeof about === 'string') return `follow-up on a comment that was ${about} in ${sideNames[row.side]}`;
  return `${channelOf(row)} ${what}${by} in ${sideNames[row.side]}`;
}

/** As the author chose it; what stands across may be less public. */
function channelOf(row: ChildRow): string {
  const from = row.detail['from'];
  return from === 'public' || from === 'internal' ? from : row.channel;
}

export function describeCarried(row: ChildRow): string {
  return `${describeComment(row)} carried to ${sideNames[otherSide(row.side)]} as ${row.channel}`;
}

export function describeWithheld(row: ChildRow): string {
  return `${describeComment(row)} stays there: ${whyWithheld[String(row.detail['why'])] ?? oneLine(String(row.detail['why']))}`;
}

export function describeRefused(row: ChildRow): string {
  const across = sideNames[otherSide(row.side)];
  const { why, said } = row.detail;
  if (why === 'not-found-out')
    return `${describeComment(row)}: the answer to its posting was lost, and ${across} does not show whether it arrived; not posted again`;
  const words = typeof said === 'string' && said !== '' ? `: ${oneLine(said, 160)}` : '';
  return `${describeComment(row)} was not taken by ${across} (${oneLine(String(why))})${words}`;
}
