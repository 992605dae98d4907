import type { Link } from '../link.ts';
import type { Side } from '../side.ts';
import type { Ended } from './decide-life.ts';
import type { LifeAct } from './rules.ts';

const names: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

/** The id of a notice in the ledger: one for one event, however often it is tried. */
export function noticeId(life: Ended): string {
  return `life:${life.kind}:${life.at}`;
}

/** What the ticket across is told, as an internal comment of one paragraph. */
export function noticeText(link: Link, life: Ended, act: LifeAct): string {
  const gone = `${link.numbers[life.side] ?? link.ids[life.side]} in ${names[life.side]}`;
  const closed = act === 'close' ? ' This ticket was closed with it.' : '';
  return `${whatHappened(gone, life)}${closed} The two are no longer kept in step${whatThen(life)}.`;
}

function whatHappened(gone: string, life: Ended): string {
  switch (life.kind) {
    case 'deleted':
      return `${gone}, which this ticket was kept in step with, was deleted.`;
    case 'merged':
      return `${gone}, which this ticket was kept in step with, was merged into ${life.into}.`;
    case 'out-of-scope':
      return `${gone}, which this ticket was kept in step with, has left the scope of the synchronisation.`;
  }
}

function whatThen(life: Ended): string {
  return life.kind === 'out-of-scope' ? ' until it is in scope again' : ' unless it is restored';
}
