import type { Family } from './family.ts';
import type { Fields, SourceRecord } from './record.ts';
import type { Side } from './side.ts';

/** A person or team by one of these: its id, or what one of the keys holds for it (`servicedesk@acme.example`, `Network`). */
export type Who = string;

/** A table or object in which people or teams are looked up. */
export interface Register {
  readonly object: string;
  /** Field that holds the id of the person or team. */
  readonly id: string;
  /** What stands before a key there (`Queue.` on a queue's assignment to an object). */
  readonly prefix: string;
  /** Rows of another kind do not count: field and value. */
  readonly only: readonly (readonly [field: string, value: string])[];
  /** Field that says `false` of people who have left; null where there is none. */
  readonly active: string | null;
}

/** How one field's people or teams are recognised across. */
export interface RefSpec {
  readonly pair: string;
  /** Name of the rule. */
  readonly field: string;
  readonly kind: 'person' | 'team';
  /** Where somebody whose id is known is read, and where somebody is found by a key: mostly the same. */
  readonly byId: Readonly<Record<Side, Register>>;
  readonly byKey: Readonly<Record<Side, Register>>;
  /** Native fields that hold the same for the same person, best first. */
  readonly keys: readonly Readonly<Record<Side, string>>[];
  /** What people call them, by their ids. */
  readonly label: Readonly<Record<Side, string>>;
  /** Said by hand; goes before any key. */
  readonly table: readonly Readonly<Record<Side, Who>>[];
  /** Further ones by name that the rule may want to write (its default). */
  readonly also: Readonly<Record<Side, readonly Who[]>>;
  /** Further fields of a match that the rule carries along. */
  readonly brings: Readonly<Record<Side, readonly string[]>>;
}

/** Somebody named in a ticket's field. */
export interface Ref {
  readonly spec: RefSpec;
  /** The side that names them. */
  readonly side: Side;
  /** Normalised. */
  readonly id: string;
}

/** Why somebody has no counterpart. `gone`: the desk does not know that id, or hides it. `no-key`: nothing to look for them by. */
export type WhyUnmatched = 'nobody' | 'ambiguous' | 'inactive' | 'gone' | 'no-key';

export type Counterpart =
  | { readonly kind: 'found'; readonly id: string; readonly fields: Fields }
  | { readonly kind: 'none'; readonly why: WhyUnmatched }
  /** The directory of this side could not be asked, or was not: says nothing about anybody. */
  | { readonly kind: 'unreadable'; readonly side: Side };

/** Who is who, as far as it was looked up before the tickets are decided. Pure from there on. */
export interface Directory {
  /** Who somebody named on `side` is across. */
  counterpart(spec: RefSpec, side: Side, id: string): Counterpart;
  /** Somebody that the mapping file names, on that side itself. */
  named(spec: RefSpec, side: Side, who: Who): Counterpart;
  /** What people call somebody; null where that was not read. */
  labelOf?(spec: RefSpec, side: Side, id: string): string | null;
}

/** What the rules of one ticket may look at beside the field they decide. */
export interface Ticket {
  readonly directory: Directory;
  /** Whose parents are known; left out where no rule asks for them. */
  readonly family?: Family;
  /** As read; a record that is about to be created is missing. */
  readonly records: Readonly<Partial<Record<Side, SourceRecord>>>;
}

/** True for what is an id on that side, and not a key to find somebody by. */
export function isId(side: Side, who: Who): boolean {
  return side === 'servicenow' ? /^[0-9a-f]{32}$/i.test(who) : /^0[0-9A-Za-z]{14}([0-9A-Z]{3})?$/i.test(who);
}

/** What all forms of one id have in common: letter case on ServiceNow, three check characters on Salesforce. */
export function idKey(side: Side, id: string): string {
  return side === 'servicenow' ? id.toLowerCase() : id.slice(0, 15);
}
