import { createHash } from 'node:crypto';
import { otherSide, type Side, sides } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';

/** A ticket as its desk itself holds it, in words that both sides share. */
export interface Ticket {
  readonly id: string;
  /** The id across that it carries; empty for none. */
  readonly partner: string;
  /** By name; what differs between two sides of a pair is drift. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What the two desks say of each other when all is said to be done. */
export interface Truth {
  readonly tickets: number;
  /** Tickets that nothing on the other side stands for. */
  readonly lost: number;
  /** Tickets that more than one on the other side stands for. */
  readonly twice: number;
  readonly different: number;
  /** The first few that are wrong, for people. */
  readonly examples: readonly string[];
}

const examplesShown = 5;

/** Compares every ticket of both desks, on what the desks hold and not on what anybody says about it. */
export async function compareDesks(desks: Desks): Promise<Truth> {
  const [servicenow, salesforce] = await Promise.all(sides.map((side) => desks[side].ask({ do: 'tickets' })));
  return compare({ servicenow: servicenow ?? [], salesforce: salesforce ?? [] });
}

export function isWhole({ lost, twice, different }: Truth): boolean {
  return lost + twice + different === 0;
}

export function compare(tickets: Readonly<Record<Side, readonly Ticket[]>>): Truth {
  const partners = { servicenow: partnersOf(tickets, 'servicenow'), salesforce: partnersOf(tickets, 'salesforce') };
  const wrong = sides.flatMap((side) =>
    tickets[side].flatMap(({ id }) => {
      const found = partners[side].get(id)?.size ?? 0;
      return found === 1 ? [] : [{ kind: found === 0 ? 'lost' : 'twice', id }];
    }),
  );
  const across = new Map(tickets.salesforce.map((ticket) => [ticket.id, ticket]));
  const different = tickets.servicenow.flatMap((ticket) => {
    const [partnerId = ''] = partners.servicenow.get(ticket.id) ?? [];
    const other = across.get(partnerId);
    if (other === undefined) return [];
    const names = Object.keys(ticket.fields).filter((name) => ticket.fields[name] !== other.fields[name]);
    return names.map((name) => `${ticket.id} ${name}: ${short(ticket.fields[name])} | ${short(other.fields[name])}`);
  });
  return {
    tickets: tickets.servicenow.length + tickets.salesforce.length,
    lost: wrong.filter(({ kind }) => kind === 'lost').length,
    twice: wrong.filter(({ kind }) => kind === 'twice').length,
    different: different.length,
    examples: [...wrong.map(({ kind, id }) => `${kind}: ${id}`), ...different].slice(0, examplesShown),
  };
}

/** Who stands for whom, by the marks of either side. */
function partnersOf(
  tickets: Readonly<Record<Side, readonly Ticket[]>>,
  side: Side,
): ReadonlyMap<string, ReadonlySet<string>> {
  const partners = new Map<string, Set<string>>();
  const add = (id: string, partner: string): void => {
    if (partner !== '') partners.set(id, (partners.get(id) ?? new Set()).add(partner));
  };
  for (const { id, partner } of tickets[side]) add(id, partner);
  for (const { id, partner } of tickets[otherSide(side)]) add(partner, id);
  return partners;
}

function short(value: string | undefined): string {
  return JSON.stringify((value ?? '').slice(-60));
}

/** One value for many texts whose order does not matter. */
export function digest(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts.toSorted()) hash.update(`${text.length}:${text}`);
  return texts.length === 0 ? '' : `${texts.length} ${hash.digest('hex').slice(0, 16)}`;
}
