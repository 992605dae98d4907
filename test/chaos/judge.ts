import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';
import { type Added, objects, type People, type Said, type TextField, textFields, type Ticket } from './people.ts';
import type { World } from './world.ts';

export type Breach =
  | 'second ticket'
  | 'came back'
  | 'lost edit'
  | 'sides differ'
  | 'comment twice'
  | 'comment missing'
  | 'file twice'
  | 'file missing'
  | 'leak'
  | 'stuck';

export interface Broken {
  readonly what: Breach;
  readonly about: string;
}

/** What time cannot mend any more, and what may only be late. */
export const lasting: ReadonlySet<Breach> = new Set([
  'second ticket',
  'came back',
  'comment twice',
  'file twice',
  'leak',
]);

interface Spoken {
  readonly text: string;
  readonly channel: 'public' | 'internal';
}

interface Truth {
  readonly rows: Readonly<Record<Side, readonly DeskRow[]>>;
  readonly spoken: Readonly<Record<Side, readonly Spoken[]>>;
  /** Names of the files on a record, for tickets that people added one to. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Every value that a conflict or history row keeps. */
  readonly kept: string;
  /** Pairs of values between which a person was asked to choose: the sides differ until then, and neither is lost. */
  readonly asked: ReadonlySet<string>;
}

/** Where the truth is asked for: the desks' own tables, and ours for the values that they keep. */
export interface Grounds {
  rows(side: Side, object: string): Promise<readonly DeskRow[]>;
  /** Names of the files on a record. */
  files(side: Side, object: string, id: string): Promise<readonly string[]>;
  ours(): Promise<Pick<Truth, 'kept' | 'asked'>>;
}

async function truthOf(grounds: Grounds, people: People): Promise<Truth> {
  const journal = (await grounds.rows('servicenow', 'sys_journal_field')).map(({ fields }): Spoken => ({
    text: String(fields['value'] ?? ''),
    channel: fields['element'] === 'comments' ? 'public' : 'internal',
  }));
  const comments = (await grounds.rows('salesforce', 'CaseComment')).map(({ fields }): Spoken => ({
    text: String(fields['CommentBody'] ?? ''),
    channel: fields['IsPublished'] === true ? 'public' : 'internal',
  }));
  const rows = {
    servicenow: await grounds.rows('servicenow', objects.servicenow),
    salesforce: await grounds.rows('salesforce', objects.salesforce),
  };
  const files = new Map<string, readonly string[]>();
  for (const ticket of people.tickets.filter((one) => one.files.length > 0 && one.removed === null))
    for (const side of sides)
      for (const row of rows[side].filter((each) => isOf(each, side, ticket)))
        files.set(row.id, await grounds.files(side, objects[side], row.id));
  return { rows, spoken: { servicenow: journal, salesforce: comments }, files, ...(await grounds.ours()) };
}

function groundsOf(world: World): Grounds {
  return {
    rows: (side, object) => world.desks[side].rows(object),
    files: (side, object, id) => world.desks[side].files(object, id),
    ours: async () => {
      const conflicts = await world.query('SELECT "values"::text AS kept, base::text AS base FROM conflicts');
      const history = await world.query('SELECT value::text AS kept, value_before::text AS base FROM history');
      const open = await world.query(
        `SELECT "values"->>'servicenow' AS servicenow, "values"->>'salesforce' AS salesforce FROM conflicts WHERE status = 'open'`,
      );
      return {
        asked: new Set(open.map((row) => `${String(row['servicenow'])}|${String(row['salesforce'])}`)),
        kept: [...conflicts, ...history].map((row) => `${String(row['kept'])} ${String(row['base'])}`).join('\n'),
      };
    },
  };
}

/** Holds both desks' own tables against what people did. Our own tables are asked only for the values that they keep. */
export async function judge(world: World, people: People): Promise<readonly Broken[]> {
  return judgeOn(groundsOf(world), people);
}

/** The same on any grounds. */
export async function judgeOn(grounds: Grounds, people: People): Promise<readonly Broken[]> {
  const truth = await truthOf(grounds, people);
  return people.tickets.flatMap((ticket) => judgeTicket(truth, ticket));
}

function judgeTicket(truth: Truth, ticket: Ticket): readonly Broken[] {
  const { rows } = truth;
  const twins = sides.map((side) => rows[side].filter((row) => isOf(row, side, ticket)));
  const [servicenow = [], salesforce = []] = twins;
  if (servicenow.length > 1 || salesforce.length > 1) return [{ what: 'second ticket', about: ticket.token }];
  if (ticket.removed !== null) return judgeRemoved(truth, ticket, ticket.removed);
  const pair = { servicenow: servicenow[0], salesforce: salesforce[0] };
  if (pair.servicenow === undefined || pair.salesforce === undefined)
    return [{ what: 'sides differ', about: `${ticket.token} stands alone` }];
  const both = { servicenow: pair.servicenow, salesforce: pair.salesforce };
  return [
    ...(Object.keys(textFields) as TextField[]).flatMap((field) => judgeField(truth, ticket, both, field)),
    ...judgeClosed(ticket, both),
    ...ticket.comments.flatMap((said) => judgeComment(truth, said)),
    ...ticket.files.flatMap((file) => judgeFile(truth, both, file)),
  ];
}

/** A ticket is known by its id on the side it was born on, and by our stamp on the other. */
function isOf(row: DeskRow, side: Side, ticket: Ticket): boolean {
  if (side === ticket.origin) return row.id === ticket.id;
  return row.fields[side === 'salesforce' ? 'ServiceNow_Id__c' : 'correlation_id'] === ticket.id;
}

/** What a person deleted is not made again; its texts are known by their mark, whatever id they would have. */
function judgeRemoved({ rows, spoken }: Truth, ticket: Ticket, removed: Side): readonly Broken[] {
  const broken: Broken[] = [];
  if (rows[removed].some((row) => JSON.stringify(row.fields).includes(ticket.token)))
    broken.push({ what: 'came back', about: `${ticket.token} on ${removed}` });
  for (const side of sides)
    if (rows[side].filter((row) => JSON.stringify(row.fields).includes(ticket.token)).length > 1)
      broken.push({ what: 'second ticket', about: `${ticket.token} on ${side}` });
  for (const { token, side, channel } of ticket.comments) {
    const across = spoken[otherSide(side)].filter(({ text }) => text.includes(token));
    if (across.length > 1) broken.push({ what: 'comment twice', about: `${ticket.token} ${token}` });
    if (channel === 'internal' && across.some((one) => one.channel === 'public'))
      broken.push({ what: 'leak', about: `${ticket.token} ${token}` });
  }
  return broken;
}

function judgeField(
  truth: Truth,
  ticket: Ticket,
  rows: Readonly<Record<Side, DeskRow>>,
  field: TextField,
): readonly Broken[] {
  const value = (side: Side): string =>
    String(rows[side].fields[textFields[field][side]] ?? '').replaceAll('\r\n', '\n');
  const broken: Broken[] = [];
  if (value('servicenow') !== value('salesforce') && !truth.asked.has(`${value('servicenow')}|${value('salesforce')}`))
    broken.push({
      what: 'sides differ',
      about: `${ticket.token} ${field}: ${value('servicenow')} | ${value('salesforce')}`,
    });
  const edits = ticket.edits.filter((edit) => edit.field === field);
  edits.forEach((edit, index) => {
    const stands = sides.some((side) => value(side) === edit.value);
    // By somebody on its own side, or by somebody across who had it before his eyes.
    const superseded = edits.slice(index + 1).some((later) => later.side === edit.side || later.over === edit.value);
    const known = truth.kept.includes(edit.value);
    if (!stands && !superseded && !known)
      broken.push({ what: 'lost edit', about: `${ticket.token} ${field}: ${edit.value}` });
  });
  return broken;
}

function judgeClosed(ticket: Ticket, { servicenow, salesforce }: Readonly<Record<Side, DeskRow>>): readonly Broken[] {
  const state = String(servicenow.fields['state']);
  const status = String(salesforce.fields['Status']);
  const closed = { servicenow: ['6', '7', '8'].includes(state), salesforce: status === 'Closed' };
  if (closed.servicenow === closed.salesforce && closed.servicenow === ticket.resolved) return [];
  return [{ what: 'sides differ', about: `${ticket.token} state ${state} | ${status}` }];
}

function judgeComment(truth: Truth, said: Said): readonly Broken[] {
  const across = truth.spoken[otherSide(said.side)].filter(({ text }) => text.includes(said.token));
  const broken: Broken[] = [];
  if (across.length > 1) broken.push({ what: 'comment twice', about: said.token });
  if (across.length === 0) broken.push({ what: 'comment missing', about: `${said.token} from ${said.side}` });
  if (said.channel === 'internal' && across.some(({ channel }) => channel === 'public'))
    broken.push({ what: 'leak', about: said.token });
  const back = truth.spoken[said.side].filter(({ text }) => text.includes(said.token));
  if (back.length > 1) broken.push({ what: 'comment twice', about: `${said.token} came back` });
  return broken;
}

/** A Salesforce file that customers do not see stays away from an incident, whose caller may read it. */
function judgeFile(truth: Truth, rows: Readonly<Record<Side, DeskRow>>, file: Added): readonly Broken[] {
  const count = (side: Side): number =>
    (truth.files.get(rows[side].id) ?? []).filter((name) => name.includes(file.name)).length;
  const carried = file.side === 'servicenow' || file.shared;
  const across = count(otherSide(file.side));
  if (across > 1 || count(file.side) > 1) return [{ what: 'file twice', about: file.name }];
  if (carried && across === 0) return [{ what: 'file missing', about: `${file.name} from ${file.side}` }];
  if (!carried && across > 0) return [{ what: 'leak', about: file.name }];
  return [];
}
