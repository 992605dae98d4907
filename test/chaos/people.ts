import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { DeskProcess } from './world.ts';

/** Fields that every edit gives a value nobody has written before, so that each can be looked for at the end. */
export const textFields = {
  title: { servicenow: 'short_description', salesforce: 'Subject' },
  body: { servicenow: 'description', salesforce: 'Description' },
} as const;
export type TextField = keyof typeof textFields;

export const objects = { servicenow: 'incident', salesforce: 'Case' } as const;

export interface Edit {
  readonly side: Side;
  readonly field: TextField;
  readonly value: string;
  /** What stood there, and was written over by whoever saw it. */
  readonly over: string;
  readonly at: number;
}

export interface Said {
  readonly side: Side;
  readonly channel: 'public' | 'internal';
  readonly token: string;
}

export interface Added {
  readonly side: Side;
  readonly name: string;
  /** Customers may see it; on ServiceNow nothing tells that apart. */
  readonly shared: boolean;
}

/** A ticket that a person has opened, and everything people did to it. */
export interface Ticket {
  /** Stands in a field that nobody edits. */
  readonly token: string;
  readonly origin: Side;
  readonly id: string;
  readonly edits: Edit[];
  readonly comments: Said[];
  readonly files: Added[];
  /** Where somebody has deleted it; null while it stands. */
  removed: Side | null;
  /** Somebody has closed it; it is not opened again. */
  resolved: boolean;
}

const closing = {
  servicenow: { state: '6', close_code: 'Solution provided', close_notes: 'Closed by the desk.' },
  salesforce: { Status: 'Closed' },
} as const;

/** Where people work. */
export interface Offices {
  readonly desks: Readonly<
    Record<Side, Pick<DeskProcess, 'create' | 'edit' | 'comment' | 'attach' | 'remove' | 'find'>>
  >;
  /** True for two records that a link holds together. */
  linked(servicenow: string, salesforce: string): Promise<boolean>;
}

/** Everything people do, remembered: the judge holds the desks against it. */
export class People {
  readonly tickets: Ticket[] = [];
  readonly #world: Offices;
  readonly #random: () => number;
  readonly #texts: readonly string[];
  #count = 0;

  constructor(world: Offices, random: () => number, texts: readonly string[]) {
    this.#world = world;
    this.#random = random;
    this.#texts = texts;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }

  #side(): Side {
    return this.pick(sides) ?? 'servicenow';
  }

  #fresh(kind: string): string {
    this.#count += 1;
    // Closed at both ends, so that no mark is a part of another.
    return `[${kind}${this.#count}]`;
  }

  /** One of the tickets that stand; of the last ones more often than not, as at a desk. */
  #any(): Ticket | undefined {
    const standing = this.tickets.filter(({ removed }) => removed === null);
    return this.pick(this.#random() < 0.6 ? standing.slice(-8) : standing);
  }

  async open(): Promise<Ticket> {
    const origin = this.#side();
    const token = this.#fresh('t');
    const title = `${this.pick(this.#texts)?.slice(0, 90) ?? 'ticket'} ${token}`;
    const row = await this.#world.desks[origin].create(objects[origin], {
      [textFields.title[origin]]: title,
      [textFields.body[origin]]: `${this.pick(this.#texts) ?? ''}\n${token}`.slice(-3900),
      ...(origin === 'servicenow' ? { correlation_display: '' } : { Origin: 'Web' }),
    });
    const ticket: Ticket = {
      token,
      origin,
      id: row.id,
      edits: [],
      comments: [],
      files: [],
      removed: null,
      resolved: false,
    };
    this.tickets.push(ticket);
    return ticket;
  }

  /** The ticket's id on a side; null while it has no counterpart there. */
  async idOn(ticket: Ticket, side: Side): Promise<string | null> {
    if (ticket.origin === side) return ticket.id;
    const stamp = side === 'salesforce' ? 'ServiceNow_Id__c' : 'correlation_id';
    return (await this.#world.desks[side].find(objects[side], stamp, ticket.id))?.id ?? null;
  }

  async edit(ticket = this.#any(), side = this.#side()): Promise<void> {
    const id = ticket === undefined ? null : await this.idOn(ticket, side);
    if (ticket === undefined || id === null) return;
    const field: TextField = this.#random() < 0.7 ? 'title' : 'body';
    const value = `${this.pick(this.#texts)?.slice(0, 90) ?? 'edit'} ${ticket.token} ${this.#fresh('e')}`;
    const name = textFields[field][side];
    const before = await this.#world.desks[side].edit(objects[side], id, { [name]: value });
    ticket.edits.push({ side, field, value, over: String(before?.fields[name] ?? ''), at: Date.now() });
  }

  /** Both sides at the same moment. */
  async clash(): Promise<void> {
    const ticket = this.#any();
    const side = this.#side();
    await this.edit(ticket, side);
    await this.edit(ticket, otherSide(side));
  }

  async comment(channel: Said['channel'] = this.#random() < 0.5 ? 'public' : 'internal'): Promise<void> {
    const ticket = this.#any();
    const side = this.#side();
    const id = ticket === undefined ? null : await this.idOn(ticket, side);
    if (ticket === undefined || id === null) return;
    const token = this.#fresh('c');
    await this.#world.desks[side].comment(
      objects[side],
      id,
      `${this.pick(this.#texts)?.slice(0, 200) ?? ''} ${token}`,
      channel,
    );
    ticket.comments.push({ side, channel, token });
  }

  async attach(): Promise<void> {
    const ticket = this.#any();
    const side = this.#side();
    const id = ticket === undefined ? null : await this.idOn(ticket, side);
    if (ticket === undefined || id === null) return;
    const file = { name: `${this.#fresh('f')}.txt`, shared: this.#random() < 0.7 };
    await this.#world.desks[side].attach(objects[side], id, file);
    ticket.files.push({ side, ...file });
  }

  async resolve(): Promise<void> {
    const ticket = this.#any();
    const side = this.#side();
    const id = ticket === undefined || ticket.resolved ? null : await this.idOn(ticket, side);
    if (ticket === undefined || id === null) return;
    await this.#world.desks[side].edit(objects[side], id, closing[side]);
    ticket.resolved = true;
  }

  /** Deletes a ticket that is linked already: what is deleted while its create is in doubt may be made once more. */
  async remove(): Promise<void> {
    const ticket = this.#any();
    const side = this.#side();
    if (ticket === undefined || this.tickets.length < 8) return;
    const [servicenow, salesforce] = [await this.idOn(ticket, 'servicenow'), await this.idOn(ticket, 'salesforce')];
    if (servicenow === null || salesforce === null) return;
    if (!(await this.#world.linked(servicenow, salesforce))) return;
    await this.#world.desks[side].remove(objects[side], side === 'servicenow' ? servicenow : salesforce);
    ticket.removed = side;
  }

  /** Some of everything. */
  async bustle(acts: number): Promise<void> {
    for (let n = 0; n < acts; n += 1) {
      const dice = this.#random();
      if (this.tickets.length < 3 || dice < 0.2) await this.open();
      else if (dice < 0.6) await this.edit();
      else if (dice < 0.7) await this.clash();
      else if (dice < 0.9) await this.comment();
      else if (dice < 0.96) await this.attach();
      else if (dice < 0.98) await this.resolve();
      else await this.remove();
    }
  }
}
