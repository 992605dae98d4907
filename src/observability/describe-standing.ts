import type { PairPause, QuarantineReason } from '../store/store.ts';
import { describeConnectorError } from './describe-error.ts';
import { oneLine, sideNames } from './words.ts';

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
