import type { Side } from '../../../src/core/side.ts';
import type { Desk, DeskRow } from '../../../src/sandbox/sandbox.ts';
import { digest, type Ticket } from './truth.ts';

const urgencies: Readonly<Record<string, string>> = { High: '1', Medium: '2', Low: '3' };
const classes: Readonly<Record<string, string>> = {
  1: 'new',
  2: 'working',
  3: 'working',
  6: 'closed',
  7: 'closed',
  8: 'closed',
  New: 'new',
  Working: 'working',
  Escalated: 'working',
  Closed: 'closed',
};
const origins: Readonly<Record<string, string>> = { Phone: 'phone', Email: 'email', Web: 'self-service' };

/** Every ticket of a desk by what the default mapping says of it. */
export function ticketsOf(side: Side, desk: Desk): readonly Ticket[] {
  return side === 'servicenow' ? incidentsOf(desk) : casesOf(desk);
}

function incidentsOf(desk: Desk): readonly Ticket[] {
  const entries = Map.groupBy(desk.rows('sys_journal_field'), (row) => text(row, 'element_id'));
  return desk.rows('incident').map((row) => ({
    id: row.id,
    partner: text(row, 'correlation_id'),
    fields: {
      subject: text(row, 'short_description'),
      description: text(row, 'description'),
      level: text(row, 'urgency'),
      state: classes[text(row, 'state')] ?? text(row, 'state'),
      channel: text(row, 'contact_type'),
      comments: digest((entries.get(row.id) ?? []).map((entry) => said(text(entry, 'value')))),
      files: digest(desk.files('incident', row.id).map((file) => file.hash)),
    },
  }));
}

function casesOf(desk: Desk): readonly Ticket[] {
  const comments = Map.groupBy(desk.rows('CaseComment'), (row) => text(row, 'ParentId'));
  return desk.rows('Case').map((row) => ({
    id: row.id,
    partner: text(row, 'ServiceNow_Id__c'),
    fields: {
      subject: text(row, 'Subject'),
      description: text(row, 'Description'),
      level: urgencies[text(row, 'Priority')] ?? text(row, 'Priority'),
      state: classes[text(row, 'Status')] ?? text(row, 'Status'),
      channel: origins[text(row, 'Origin')] ?? text(row, 'Origin'),
      comments: digest((comments.get(row.id) ?? []).map((each) => said(text(each, 'CommentBody')))),
      files: digest(desk.files('Case', row.id).map((file) => file.hash)),
    },
  }));
}

/** A comment without the line that says whose words they are on the other side. */
function said(body: string): string {
  return /Said \d+\w*: .*/s.exec(body)?.[0] ?? body;
}

function text(row: DeskRow, field: string): string {
  const value = row.fields[field];
  return value === null || value === undefined ? '' : String(value);
}
