import { isForgotten } from '../core/link.ts';
import type { Refusal } from '../operate/refused.ts';
import { describePause } from './describe-standing.ts';
import { describeLife } from './describe-life.ts';
import { oneLine, pairName, sideNames } from './words.ts';

/** Why an act of a person was not carried out: what is wrong, where, and what to do. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'no-link':
      return `No link has "${oneLine(refusal.search)}" as its id, or as the id or number of a record.`;
    case 'several-links':
      return `"${oneLine(refusal.search)}" names several links: ${refusal.ids.join(', ')}; give one of these ids.`;
    case 'link-detached':
      return `${oneLine(refusal.search)} is unlinked already; "relink" takes the pair up again.`;
    case 'link-forgotten':
      return `${oneLine(refusal.search)} was forgotten at somebody's request: nothing is kept of it but the ids of its records, so there is nothing to go on from.`;
    case 'link-busy':
      return `${oneLine(refusal.search)} is being worked on all the time, so it is unlinked, but not forgotten yet; try again in a minute.`;
    case 'link-not-detached':
      return `${oneLine(refusal.search)} is not unlinked; its status is ${refusal.status}.`;
    case 'no-record':
      return `${sideNames[refusal.side]} shows no ticket "${oneLine(refusal.search)}"${refusal.how === 'deleted' ? ': it was deleted' : ' to our user'}.`;
    case 'record-linked':
      if (isForgotten(refusal.link))
        return `${oneLine(refusal.search)} in ${sideNames[refusal.side]} belonged to a pair that was forgotten at somebody's request; it is never paired again.`;
      return refusal.link.status === 'detached'
        ? `${oneLine(refusal.search)} in ${sideNames[refusal.side]} was paired before (${pairName(refusal.link)}, ${describeLife(refusal.link)}); "links relink ${refusal.link.id}" takes that up again.`
        : `${oneLine(refusal.search)} in ${sideNames[refusal.side]} is paired already: ${pairName(refusal.link)}; end that first with "links unlink".`;
    case 'record-busy':
      return `A counterpart of ${oneLine(refusal.search)} in ${sideNames[refusal.side]} is being made right now; try again in a minute.`;
    case 'link-not-set-aside':
      return `${oneLine(refusal.search)} is not set aside; there is nothing to retry.`;
    case 'no-conflict':
      return `There is no conflict ${oneLine(refusal.id)}; the list of conflicts shows them.`;
    case 'conflict-over':
      return `Conflict ${refusal.id} ${describeOver(refusal)}`;
    case 'none-set-aside':
      return `Nothing that is set aside has the key, id, number or cause "${oneLine(refusal.search)}"; it may have been retried or dropped already.`;
    case 'no-pair':
      return `The mapping file has no pair "${oneLine(refusal.name)}"; it has ${refusal.known.join(', ')}.`;
    case 'pair-stands':
      return `The pair stands still already: ${describePause(refusal.pause)}.`;
    case 'pair-goes':
      return `${oneLine(refusal.name)} does not stand still; there is nothing to resume.`;
    case 'instance-changed':
      return `${describePause(refusal.pause)}.`;
    case 'no-run':
      return `There is no run ${oneLine(refusal.id)}; the list of runs shows them.`;
    case 'run-wrote-nothing':
      return `No value was written by a run ${oneLine(refusal.id)}; "runs list" shows those that wrote.`;
    case 'undo-changed':
      return `What an undo of run ${oneLine(refusal.id)} would put back has changed since you looked; look again, then decide.`;
    case 'undo-busy':
      return 'Another undo is being looked at; wait for it, then try again.';
    case 'run-busy':
      return `A ${refusal.runKind} is under way (run ${refusal.id}); wait for it, or stop it first.`;
    case 'run-not-here':
      return `Run ${refusal.id} is not under way in this process; a resync whose process ended can be resumed.`;
    case 'run-cannot':
      return `Run ${refusal.id} cannot ${refusal.act}: it is ${refusal.state}.`;
    case 'no-token':
      return `There is no token "${oneLine(refusal.search)}"; "tokens list" shows them.`;
    case 'several-tokens':
      return `${refusal.ids.length} tokens are called "${oneLine(refusal.search)}"; name one by its id: ${refusal.ids.join(', ')}.`;
    case 'token-revoked':
      return `Token ${refusal.id} is revoked already.`;
    case 'no-proposal':
      return `There is no proposal ${oneLine(refusal.id)}; the list of proposals shows them.`;
    case 'proposal-over':
      return `Proposal ${refusal.id} is ${refusal.status} already.`;
    case 'keeps-nothing':
      return 'This store keeps neither tokens nor sessions.';
  }
}

function describeOver({ status, by, at }: Extract<Refusal, { kind: 'conflict-over' }>): string {
  const when = at === null ? '' : ` at ${at.slice(0, 19).replace('T', ' ')} UTC`;
  const whom = by === null ? '' : ` by ${oneLine(by)}`;
  return status === 'settled'
    ? `is settled already${whom}${when}.`
    : `was decided already${whom}${when}; the next reconcile carries it out.`;
}
