import type { Fields, SourceRecord } from './record.ts';
import type { Side } from './side.ts';

/** A person or team by one of these: its id, or what one of the keys holds for it (`servicedesk@acme.example`, `Network`). */
export type Who = string;

/** How one field's people or teams are recognised across. */
export interface RefSpec {
  readonly pair: string;
  /** Name of the rule. */
  readonly field: string;
  readonly kind: 'person' | 'team';
  /** Where they live: `sys_user` and `Contact`, `sys_user_group` and `Group`. */
  readonly objects: Readonly<Record<Side, string>>;
  /** Native fields that hold the same for the same person, best first. */
  readonly keys: readonly Readonly<Record<Side, string>>[];
  /** Said by hand; goes before any key. */
  readonly table: readonly Readonly<Record<Side, Who>>[];
  /** Further ones by name that the rule may want to write (its default). */
  readonly also: Readonly<Record<Side, readonly Who[]>>;
  /** Further fields of a match that the rule carries along. */
  readonly brings: Readonly<Record<Side, readonly string[]>>;
  /** A queue counts only if records of this object may be given to it. */
  readonly owns: Readonly<Record<Side, string | null>>;
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
}

/** What the rules of one ticket may look at beside the field they decide. */
export interface Ticket {
  readonly directory: Directory;
  /** As read; a record that is about to be created is missing. */
  readonly records: Readonly<Partial<Record<Side, SourceRecord>>>;
}
