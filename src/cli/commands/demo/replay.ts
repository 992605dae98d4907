import type { Desk, DeskRow } from '../../../sandbox/sandbox.ts';
import { enrolEverybody } from '../../../sandbox/roster.ts';
import { type CommentPlay, playComments } from './comments.ts';
import { type FilePlay, playFiles } from './files.ts';
import type { LogEvent } from './log.ts';
import { moreDetail, troubleOf } from './texts.ts';

export const closing = { closeCode: 'Solution provided', closeNotes: 'Solved by the partner desk.' };

/** What the people at both desks do. Randomness is passed in: the same seed plays the same day. */
export interface Replay {
  /** Plays the next event of the log, and now and then something at the Salesforce desk. False at the end. */
  step(): boolean;
  readonly played: () => number;
  /** Tickets that were born or changed, counted once an event. */
  /** Files added by people, by side. */
  readonly files: FilePlay['counts'];
  /** Everything that people said under tickets. */
  readonly said: CommentPlay['said'];
  readonly counts: { incidents: number; events: number; casesBorn: number; caseEdits: number; clashes: number };
}

interface Desks {
  readonly servicenow: Desk;
  readonly salesforce: Desk;
}

const closedCase = 'Closed';

export function createReplay(log: readonly LogEvent[], desks: Desks, random: () => number): Replay {
  const incidents = new Map<string, string>();
  const born: string[] = [];
  const files = playFiles(desks);
  const comments = playComments(desks);
  const roster = enrolEverybody(desks, everybodyIn(log));
  const counts = { incidents: 0, events: 0, casesBorn: 0, caseEdits: 0, clashes: 0 };
  let next = 0;

  function playIncident(event: LogEvent): void {
    const known = incidents.get(event.number);
    const { state, urgency, impact } = event;
    const people = { assignment_group: roster.groups.get(event.group) ?? '', ...assignee(event) };
    const fields = { state, urgency, impact, ...people, ...closeFields(state) };
    if (known !== undefined) {
      desks.servicenow.edit('incident', known, fields, event.by);
      comments.incident(known, event.by);
      return;
    }
    const { subject, description } = troubleOf(event.number);
    const made = desks.servicenow.create(
      'incident',
      {
        ...fields,
        short_description: subject,
        description,
        contact_type: event.contactType,
        caller_id: roster.callers.get(event.caller) ?? '',
      },
      event.by,
    );
    incidents.set(event.number, made.id);
    files.opened(event.number, made.id);
    counts.incidents += 1;
  }

  /** Whoever works on it first has it, until another group gets it. */
  function assignee(event: LogEvent): Readonly<Record<string, string>> {
    const held = desks.servicenow.row('incident', incidents.get(event.number) ?? '')?.fields;
    const stays = (held?.['assignment_group'] ?? '') === (roster.groups.get(event.group) ?? '');
    if (event.state === '1' || !stays) return { assigned_to: '' };
    return held?.['assigned_to'] === '' ? { assigned_to: roster.agents.get(event.by) ?? '' } : {};
  }

  /** A Case that came from an incident of the log, still open on both desks. */
  function openTwin(): { readonly incident: string; readonly twin: DeskRow } | null {
    const ids = [...incidents.values()];
    const incident = ids[Math.floor(random() * ids.length)];
    if (incident === undefined) return null;
    const twin = desks.salesforce.find('Case', 'ServiceNow_Id__c', incident);
    if (twin === null || twin.fields['Status'] === closedCase) return null;
    const state = desks.servicenow.row('incident', incident)?.fields['state'];
    return state === '1' || state === '2' || state === '3' ? { incident, twin } : null;
  }

  function editCase(): void {
    const open = openTwin();
    if (open === null) return;
    const edits: readonly Readonly<Record<string, string>>[] = [
      { Status: 'Working' },
      { Status: 'Escalated', Priority: 'High' },
      { Priority: 'Low' },
      {
        Description: `${String(open.twin.fields['Description'] ?? '')}\n${moreDetail[Math.floor(random() * moreDetail.length)] ?? ''}`,
      },
      { Subject: `${String(open.twin.fields['Subject'] ?? '')} (called back)`.slice(0, 150) },
      { OwnerId: roster.queues[Math.floor(random() * roster.queues.length)] ?? '' },
    ];
    desks.salesforce.edit('Case', open.twin.id, edits[Math.floor(random() * edits.length)] ?? {}, 'dana.support');
    files.workedOn(open.twin.id);
    comments.workedOn(open.twin.id);
    counts.caseEdits += 1;
  }

  function bearCase(): void {
    const { subject, description } = troubleOf(String(born.length * 7 + 3));
    const made = desks.salesforce.create(
      'Case',
      { Subject: subject, Description: description, Origin: 'Web', Priority: 'Medium', Status: 'New' },
      'dana.support',
    );
    born.push(made.id);
    counts.casesBorn += 1;
    const older = born.at(-8);
    const row = older === undefined ? null : desks.salesforce.row('Case', older);
    if (row !== null && row.fields['Status'] !== closedCase) {
      desks.salesforce.edit('Case', row.id, { Status: closedCase }, 'dana.support');
    }
  }

  /** Two people change the same ticket at the same moment, differently. */
  function clash(): void {
    const open = openTwin();
    if (open === null) return;
    const urgency = desks.servicenow.row('incident', open.incident)?.fields['urgency'];
    const [mine, theirs] = urgency === '1' ? ['2', 'Low'] : urgency === '2' ? ['1', 'Low'] : ['1', 'Medium'];
    desks.servicenow.edit('incident', open.incident, { urgency: mine ?? '1' }, 'igor.itil');
    desks.salesforce.edit('Case', open.twin.id, { Priority: theirs ?? 'Low' }, 'dana.support');
    counts.clashes += 1;
  }

  return {
    played: () => next,
    counts,
    files: files.counts,
    said: comments.said,
    step: () => {
      const event = log[next];
      if (event === undefined) return false;
      next += 1;
      counts.events += 1;
      playIncident(event);
      if (next % 7 === 0) editCase();
      if (next % 40 === 0) bearCase();
      if (next % 90 === 0) clash();
      return true;
    },
  };
}

function everybodyIn(log: readonly LogEvent[]): Parameters<typeof enrolEverybody>[1] {
  const named = (pick: (event: LogEvent) => string): readonly string[] =>
    [...new Set(log.map(pick))].filter((name) => name !== '');
  return { callers: named(({ caller }) => caller), agents: named(({ by }) => by), groups: named(({ group }) => group) };
}

function closeFields(state: string): Readonly<Record<string, string>> {
  if (state === '6' || state === '7')
    return { close_code: closing.closeCode, close_notes: 'Solved, see the work notes.' };
  return state === '3' ? { hold_reason: '1' } : {};
}
