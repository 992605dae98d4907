import { otherSide, type Side } from '../core/side.ts';
import type { EngineEvent, EngineEvents } from '../engine/events.ts';
import type { QuarantineRow } from '../store/store.ts';
import { describeConflict, describeHold, describeMoves } from './describe-change.ts';
import { describeCarried, describeComment, describeRefused, describeWithheld } from './describe-comment.ts';
import { describeConnectorError, describeError } from './describe-error.ts';
import { describeFile } from './describe-file.ts';
import { describeLife } from './describe-life.ts';
import { describeMatch } from './describe-match.ts';
import { describePause, describeReason } from './describe-standing.ts';
import { counted, oneLine, pairName, sideNames } from './words.ts';

/** What happened, in one line for a person. */
export function describeEvent(event: EngineEvent): string {
  switch (event.type) {
    case 'poll.page':
    case 'poll.done':
      return `${event.pair}: ${sideNames[event.side]} polled, ${counted(event.rows, 'row')}, ${event.queued} to look at`;
    case 'poll.failed':
      return `${event.pair}: ${sideNames[event.side]} could not be polled: ${describeError(event.error)}`;
    case 'link.created':
      return `${pairName(event.link)}: created in ${sideNames[event.on]}, from ${sideNames[otherSide(event.on)]}`;
    case 'link.adopted':
      return `${pairName(event.link)}: paired, ${describeMatch(event.by)}`;
    case 'match.proposed':
      return `${pairName(event.proposal)} may be one ticket (${describeMatch(event.proposal.why)}): casebridge matches accept ${event.proposal.id}, or reject`;
    case 'link.updated':
      return `${pairName(event.link)}: ${describeMoves(event.moves)}`;
    case 'link.unchanged':
      return `${pairName(event.link)}: both sides agree`;
    case 'link.held':
      return `${pairName(event.link)}: ${describeHold(event.hold)}`;
    case 'link.ended':
      return `${pairName(event.link)}: ${describeLife(event.link)}`;
    case 'link.back':
      return `${pairName(event.link)}: both are there again; taken up where they were`;
    case 'link.followed':
      return `${pairName(event.link)}: ${oneLine(event.from)} in ${sideNames[event.side]} was merged into this one, which goes on in its place`;
    case 'conflict.noted':
    case 'conflict.settled':
      return `${pairName(event.link)}: ${describeConflict(event.conflict)}`;
    case 'record.quarantined':
      return `${recordName(event.row)} set aside: ${describeReason(event.row.reason)}`;
    case 'record.released':
      return `${recordName(event.row)} works again after ${counted(event.row.attempts, 'try').replace(/trys$/, 'tries')}`;
    case 'create.in-doubt':
      return `${event.originId} (${sideNames[event.origin]}): the answer to a create was lost; looked for again at ${clockTime(event.until)}`;
    case 'write.in-doubt':
      return `${pairName(event.link)}: the answer to a write to ${sideNames[event.on]} was lost; read again at ${clockTime(event.until)}`;
    case 'comment.carried':
      return `${pairName(event.link)}: ${describeCarried(event.comment)}`;
    case 'comment.withheld':
      return `${pairName(event.link)}: ${describeWithheld(event.comment)}`;
    case 'comment.refused':
      return `${pairName(event.link)}: ${describeRefused(event.comment)}`;
    case 'comment.in-doubt':
      return `${pairName(event.link)}: the answer to posting a ${describeComment(event.comment)} was lost; looked for again at ${clockTime(event.until)}`;
    case 'side.paused':
      return `${sideNames[event.side]} paused until ${clockTime(new Date(event.untilMs).toISOString())}: ${describeConnectorError(event.error)}`;
    case 'side.resumed':
      return `${sideNames[event.side]} answers again`;
    case 'pace.changed':
      return event.times === 1
        ? `${sideNames[event.side]}: enough of today's calls are left again; polled as planned`
        : `${sideNames[event.side]}: ${Math.floor(event.left * 100)} % of our calls for today are left; polled ${event.times} times as seldom`;
    case 'lanes.changed':
      return `${sideNames[event.side]}: ${counted(event.lanes, 'call')} at once of ${event.most}, ${whyLanes[event.reason]}`;
    case 'run.waits':
      return `${event.run} waits: ${Math.floor(event.left * 100)} % of our calls to ${sideNames[event.side]} for today are left, and live changes come first`;
    case 'sweep.page':
    case 'sweep.done':
      return `${event.type === 'sweep.done' ? 'sweep: all compared, ' : 'sweep: '}${counted(event.links, 'link')}, ${event.drift} changed without a stamp or gone`;
    case 'sweep.failed':
      return `sweep: links could not be compared: ${describeConnectorError(event.error)}; tried again later`;
    case 'store.pruned':
      return `kept long enough and removed: ${counted(event.history, 'value')} of the history, ${counted(event.runs, 'run')}, ${counted(event.conflicts, 'settled conflict')}`;
    case 'pair.paused':
      return describePause(event.pause);
    case 'resync.page':
      return `${event.pair}: ${sideNames[event.side]} ${Math.floor(event.share * 100)} %, ${counted(event.rows, 'row')}, ${event.queued} to look at`;
    case 'file.carried':
    case 'file.withheld':
    case 'file.failed':
      return describeFile(event);
    case 'batch.done':
      return `${counted(event.keys, 'key')} worked on in ${event.durationMs} ms`;
    case 'batch.failed':
      return `a batch of ${counted(event.keys.length, 'key')} failed: ${describeError(event.error)}`;
    case 'desk.called':
      return `${sideNames[event.side]} asked: ${event.operation}, ${counted(event.items, 'item')}, ${event.outcome} in ${event.durationMs} ms`;
    case 'store.lost':
      return `the database is gone: ${oneLine(event.error.message, 200)}; waiting for it`;
    case 'store.back':
      return 'the database is back';
  }
}

const whyLanes: Readonly<Record<EngineEvents['lanes.changed']['reason'], string>> = {
  refused: 'since it asked us to wait',
  waited: 'since ours stood in line for its threads',
  calm: 'since it has been calm for a while',
};

function recordName(row: QuarantineRow): string {
  const name = (side: Side): string | null => row.numbers[side] ?? row.ids[side];
  return [name('servicenow'), name('salesforce')]
    .filter((text) => text !== null)
    .map((text) => oneLine(text))
    .join(' ↔ ');
}

function clockTime(iso: string): string {
  return iso.slice(11, 19);
}
