import type { Hold } from '../core/link.ts';
import type { FieldMove } from '../core/plan.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { EngineEvent, EngineEvents } from '../engine/events.ts';
import type { ConflictRow, PairPause, QuarantineReason, QuarantineRow } from '../store/store.ts';
import { describeConnectorError, describeError } from './describe-error.ts';
import { describeCarried, describeComment, describeRefused, describeWithheld } from './describe-comment.ts';
import { describeFile } from './describe-file.ts';
import { describeLife } from './describe-life.ts';
import { describeMatch } from './describe-match.ts';
import { counted, fieldLabel, oneLine, pairName, showValue, sideNames } from './words.ts';

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

/** `Status Working → Closed, from ServiceNow; Subject …`. */
export function describeMoves(moves: readonly FieldMove[]): string {
  const sources = new Set(moves.map((move) => move.from));
  const from = (side: Side, because: FieldMove['because']): string =>
    `, from ${sideNames[side]}${because === 'person' ? ' (decided by a person)' : ''}`;
  const parts = moves.map((move) => {
    const change = `${fieldLabel(move.field, move.to)} ${showValue(move.field, move.to, move.before)} → ${showValue(move.field, move.to, move.value)}`;
    return sources.size > 1 ? `${change}${from(move.from, move.because)}` : change;
  });
  const [first] = moves;
  return `${parts.join('; ')}${sources.size === 1 && first !== undefined ? from(first.from, first.because) : ''}`;
}

/** Why a field is left alone. */
export function describeHold({ field, reason }: Hold): string {
  const label = (side: Side): string => fieldLabel(field, side);
  switch (reason.kind) {
    case 'no-counterpart':
      return `${label(reason.side)} "${reason.label === undefined ? showValue(field, reason.side, reason.value) : oneLine(reason.label)}" of ${sideNames[reason.side]} has no counterpart; left alone`;
    case 'class-locked':
      return `${label(reason.side)} "${showValue(field, reason.side, reason.value)}" of ${sideNames[reason.side]} cannot be left again; left alone`;
    case 'cut-text-edited':
      return `${label(reason.side)} was cut short for ${sideNames[reason.side]} and edited there; a person has to decide`;
    case 'manual-conflict':
      return `${label('servicenow')} waits for a person: casebridge conflicts resolve ${reason.conflictId}`;
    case 'bouncing':
      return `${label('servicenow')} was changed back ${reason.hops} times in a row; left alone until a person decides`;
    case 'parent-not-linked':
      return `${label(reason.side)}: the parent that ${sideNames[reason.side]} names has no counterpart yet; carried once it has one`;
    case 'parent-circle':
      return `${label(reason.side)} of ${sideNames[reason.side]} would make the ticket its own ancestor; left alone until that is undone`;
    case 'unreadable':
      return `${label(reason.side)} is not readable in ${sideNames[reason.side]}; left alone`;
    case 'condition':
      return `${label(reason.side)} stays behind: the ticket in ${sideNames[reason.side]} does not meet the mapping's condition`;
    case 'refused':
      return `${sideNames[reason.side]} keeps another ${label(reason.side)} than "${showValue(field, reason.side, reason.value)}"; left alone until the record changes`;
  }
}

/** Both values of a conflict, who won, and why. */
export function describeConflict(conflict: ConflictRow): string {
  const { field, values, winner } = conflict;
  const value = (side: Side): string => `${sideNames[side]} "${showValue(field, side, values[side])}"`;
  const both = `${fieldLabel(field, winner === null ? 'servicenow' : otherSide(winner))} changed on both sides (${value('servicenow')}, ${value('salesforce')})`;
  if (conflict.status === 'settled' && conflict.why === 'waits-for-person') return `${both}: settled`;
  if (winner === null) return `${both}: waits for a person: casebridge conflicts resolve ${conflict.id}`;
  return `${both}: ${sideNames[winner]} wins, ${whyWon(conflict, winner)}; the other value is kept`;
}

function whyWon(conflict: ConflictRow, winner: Side): string {
  switch (conflict.why) {
    case 'later':
      return `changed later${apart(conflict, winner)}`;
    case 'tie':
      return 'by the tie-break: both changed at about the same time';
    case 'settled-by-person':
      return 'decided by a person';
    case 'overtaken':
      return 'changed after our write';
    case 'overwritten-in-gap':
      return 'the other changed between our read and our write';
    case 'rule':
    case 'waits-for-person':
      return `by the rule "${conflict.rule}"`;
  }
}

function apart({ dates }: ConflictRow, winner: Side): string {
  if (dates === null) return '';
  const seconds = (Date.parse(dates[winner].earliest) - Date.parse(dates[otherSide(winner)].latest)) / 1000;
  return seconds > 0
    ? ` by at least ${seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`}`
    : '';
}

/** Why a record is set aside. */
export function describeReason(reason: QuarantineReason): string {
  switch (reason.kind) {
    case 'connector':
      return describeConnectorError({ kind: reason.error, data: reason.data });
    case 'plan':
      return `${concerned(reason.others)}${planReasons[reason.why] ?? `${oneLine(reason.why)}.`}`;
    case 'mapping':
      return `${faultWords[reason.why]} of \`${reason.field}\` in the mapping file${reason.said === '' ? '' : `: ${oneLine(reason.said, 160)}`}.`;
    case 'record':
      return oneLine(reason.message, 200);
  }
}

const faultWords: Readonly<Record<Extract<QuarantineReason, { kind: 'mapping' }>['why'], string>> = {
  threw: 'an error in the function',
  'no-value': 'no usable value from the function',
  'took-too-long': 'no end to the function',
};

function concerned(others: readonly string[] = []): string {
  return others.length === 0 ? '' : `${others.map((name) => oneLine(name)).join(' and ')}: `;
}

const planReasons: Readonly<Record<string, string>> = {
  'number-names-nothing':
    'it names this number, and no such ticket is there or shown to our user; look for it, or clear the field.',
  'number-names-linked':
    'it names the first of these tickets, which is paired with the other one already; clear the wrong one.',
  'match-not-asked':
    'whether it is there across already cannot be asked: a side does not take the question about a field under `match`; "config check" says which.',
  'match-under-way':
    'it matches this ticket, for which another one was being made here; which of the two it gets is decided once that one is found, or surely is not there.',
  'too-many-share-value':
    'more tickets hold the same value of a matching rule than are shown, and it may be one of them; name a field in the rule that tells tickets apart.',
  'several-claim-number': 'several tickets name the same one by its number; clear the field of all but one.',
  'stamp-names-nothing':
    'it names a ticket across that is not there or is hidden from our user; look for it, or clear the stamp.',
  'stamp-names-linked':
    'it names a ticket across that is paired with another one already; clear the stamp of the wrong one.',
  'several-carry-stamp': 'several tickets across name it; clear the stamp of all but one.',
  'origin-hidden':
    'a ticket for it was being made across when it disappeared: deleted, or hidden from our user. It is looked for again.',
  'absent-on-servicenow': 'ServiceNow does not show it: deleted, or hidden from our user. Nothing is done about it.',
  'absent-on-salesforce': 'Salesforce does not show it: deleted, or hidden from our user. Nothing is done about it.',
  'missing-on-servicenow':
    'ServiceNow has not shown it for an hour or more: deleted, or hidden from our user. Nothing is done about it; if it is gone for good: casebridge links unlink.',
  'missing-on-salesforce':
    'Salesforce has not shown it for an hour or more: deleted, or hidden from our user. Nothing is done about it; if it is gone for good: casebridge links unlink.',
  'too-many-deletes':
    'it was deleted, merged or out of scope together with many others; casebridge pairs list tells more.',
  'allowed-by-person': 'a person has said that it is right to go on.',
  'side-blind': 'its desk shows none of its tickets to our user any more; casebridge pairs list tells more.',
  'pair-stands-still': 'its pair stands still; casebridge pairs list tells why.',
  'probe-unknown': 'whether it exists across cannot be told, because our user sees no tickets there; check its rights.',
};

function recordName(row: QuarantineRow): string {
  const name = (side: Side): string | null => row.numbers[side] ?? row.ids[side];
  return [name('servicenow'), name('salesforce')]
    .filter((text) => text !== null)
    .map((text) => oneLine(text))
    .join(' ↔ ');
}

/** Why a pair stands still, and what sets it going. */
export function describePause({ pair, reason, detail }: PairPause): string {
  if (reason === 'too-many-creates') {
    return `${pair} stopped: ${String(detail['found'])} new tickets at once, more than ${String(detail['limit'])}; if that is wanted: casebridge sync --once --yes`;
  }
  if (reason === 'person') {
    const note = typeof detail['note'] === 'string' ? `: ${oneLine(detail['note'], 200)}` : '';
    return `${pair} stopped by ${oneLine(String(detail['by'] ?? 'a person'))}${note}`;
  }
  if (reason === 'too-many-deletes') {
    return `${pair} stopped: ${String(detail['found'])} tickets deleted, merged or out of scope at once, more than ${String(detail['limit'])}; nothing was done about them. If that is right: casebridge pairs resume ${pair} --yes`;
  }
  if (reason === 'side-blind') {
    return `${pair} stopped: ${sideNames[detail['side'] === 'salesforce' ? 'salesforce' : 'servicenow']} shows our user none of its linked tickets any more; look at its rights, then: casebridge pairs resume ${pair}`;
  }
  const side = detail['side'];
  const where = side === 'servicenow' || side === 'salesforce' ? `in ${sideNames[side]} ` : '';
  const ids =
    typeof detail['is'] === 'string' ? ` (${oneLine(detail['is'])} instead of ${oneLine(String(detail['was']))})` : '';
  return `${pair} stopped: ${where}another instance answers than the one its links were made with${ids}: a clone or a refreshed sandbox. Restore the old address, or, if its tickets are the same ones: casebridge pairs resume ${pair} --accept-instance`;
}

function clockTime(iso: string): string {
  return iso.slice(11, 19);
}
