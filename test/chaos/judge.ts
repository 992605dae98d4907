import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';
import { type People, type TextField, textFields, type Ticket } from './people.ts';
import type { World } from './world.ts';

export type Breach = 'second ticket' | 'lost edit' | 'sides differ' | 'comment twice' | 'comment missing' | 'leak';

export interface Broken {
  readonly what: Breach;
  readonly about: string;
}

export interface Spoken {
  readonly text: string;
  readonly channel: 'public' | 'internal';
}

/** What stands at both desks at the end, and what we have kept of what does not. */
export interface Truth {
  readonly rows: Readonly<Record<Side, readonly DeskRow[]>>;
  readonly spoken: Readonly<Record<Side, readonly Spoken[]>>;
  /** Every value that a conflict or history row keeps. */
  readonly kept: string;
  /** Pairs of values between which a person was asked to choose: the sides differ until then, and neither is lost. */
  readonly asked: ReadonlySet<string>;
}

async function truthOf(world: World): Promise<Truth> {
  const { servicenow, salesforce } = world.desks;
  const journal = (await servicenow.rows('sys_journal_field')).map(({ fields }): Spoken => ({
    text: String(fields['value'] ?? ''),
    channel: fields['element'] === 'comments' ? 'public' : 'internal',
  }));
  const comments = (await salesforce.rows('CaseComment')).map(({ fields }): Spoken => ({
    text: String(fields['CommentBody'] ?? ''),
    channel: fields['IsPublished'] === true ? 'public' : 'internal',
  }));
  const conflicts = await world.query('SELECT "values"::text AS kept, base::text AS base FROM conflicts');
  const history = await world.query('SELECT value::text AS kept, value_before::text AS base FROM history');
  const open = await world.query(
    `SELECT "values"->>'servicenow' AS servicenow, "values"->>'salesforce' AS salesforce FROM conflicts WHERE status = 'open'`,
  );
  return {
    asked: new Set(open.map((row) => `${String(row['servicenow'])}|${String(row['salesforce'])}`)),
    rows: { servicenow: await servicenow.rows('incident'), salesforce: await salesforce.rows('Case') },
    spoken: { servicenow: journal, salesforce: comments },
    kept: [...conflicts, ...history].map((row) => `${String(row['kept'])} ${String(row['base'])}`).join('\n'),
  };
}

/** Holds both desks' own tables against what people did. Our own tables are asked only for the values that they keep. */
export async function judge(world: World, people: People): Promise<readonly Broken[]> {
  return judgeTruth(await truthOf(world), people);
}

/** The same, by what was gathered already. */
export function judgeTruth(truth: Truth, people: People): readonly Broken[] {
  return people.tickets.flatMap((ticket) => judgeTicket(truth, ticket));
}

function judgeTicket(truth: Truth, ticket: Ticket): readonly Broken[] {
  const { rows } = truth;
  const twins = sides.map((side) => rows[side].filter((row) => isOf(row, side, ticket)));
  const [servicenow = [], salesforce = []] = twins;
  if (servicenow.length > 1 || salesforce.length > 1) return [{ what: 'second ticket', about: ticket.token }];
  const pair = { servicenow: servicenow[0], salesforce: salesforce[0] };
  if (pair.servicenow === undefined || pair.salesforce === undefined)
    return [{ what: 'sides differ', about: `${ticket.token} stands alone` }];
  const both = { servicenow: pair.servicenow, salesforce: pair.salesforce };
  return [
    ...(Object.keys(textFields) as TextField[]).flatMap((field) => judgeField(truth, ticket, both, field)),
    ...ticket.comments.flatMap((said) => judgeComment(truth, said)),
  ];
}

/** A ticket is known by its id on the side it was born on, and by our stamp on the other. */
function isOf(row: DeskRow, side: Side, ticket: Ticket): boolean {
  if (side === ticket.origin) return row.id === ticket.id;
  return row.fields[side === 'salesforce' ? 'ServiceNow_Id__c' : 'correlation_id'] === ticket.id;
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

function judgeComment(truth: Truth, said: Ticket['comments'][number]): readonly Broken[] {
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
