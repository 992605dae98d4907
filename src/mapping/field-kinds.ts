import type { FieldValue } from '../core/record.ts';
import type { Side } from '../core/side.ts';
import type { Condition } from './condition.ts';

interface BothFields {
  readonly servicenow: string;
  readonly salesforce: string;
}

interface OneWay {
  /** Written on this side only; `both` by default. */
  readonly writes?: 'both' | Side;
}

/**
 * What to do about a value without a counterpart: `keep` leaves the target alone and reports it (default), `empty` empties the
 * target, anything else is written in its place.
 */
export type Otherwise = 'keep' | 'empty' | (string & {});

/** What is known to be the same about one person on both sides: a usual key, or two fields by name. */
export type PersonKey =
  'email' | 'userName' | 'name' | 'employeeNumber' | { readonly servicenow: string; readonly salesforce: string };

interface Counterparts extends BothFields, OneWay {
  /** Said by hand, and asked first: ids, or what a key holds (`{ servicenow: 'Network', salesforce: 'EMEA Network' }`). */
  readonly table?: readonly { readonly servicenow: string; readonly salesforce: string }[];
  readonly otherwise?: Otherwise | Readonly<Partial<Record<Side, Otherwise>>>;
}

/** A reference to a person: caller and Contact, assignee and owner. Only ever written as an id that was found. */
export interface PersonField extends Counterparts {
  readonly kind: 'person';
  /** Where they live. By default `sys_user`; `Contact` for ContactId, else `User`. */
  readonly in?: Readonly<Partial<Record<Side, string>>>;
  /** Keys to find them by, best first; `['email']` by default, letter case of e-mails ignored. */
  readonly by?: readonly [PersonKey, ...PersonKey[]];
  /** Further empty fields to fill along with it, out of the person found: `{ salesforce: { AccountId: 'AccountId' } }`. */
  readonly brings?: Readonly<Partial<Record<Side, Readonly<Record<string, string>>>>>;
}

/** An assignment group and a queue. */
export interface TeamField extends Counterparts {
  readonly kind: 'team';
  /** `sys_user_group` and `Group` (of Type Queue) by default. */
  readonly in?: Readonly<Partial<Record<Side, string>>>;
  readonly by?: readonly [PersonKey, ...PersonKey[]];
}

/** Values that stand for each other. The first line with a value gives its counterpart. */
export interface ChoicesField extends BothFields, OneWay {
  readonly kind: 'choices';
  readonly map: readonly (readonly [servicenow: string, salesforce: string])[];
  /** For values in no line; `same` writes the value itself. */
  readonly otherwise?: Otherwise | Readonly<Partial<Record<Side, Otherwise>>>;
}

/** Text of several fields, shown on one side and never read back: `{number}: {short_description|first 80}`. */
export interface TemplateField {
  readonly kind: 'template';
  /** The side that shows it. */
  readonly to: Side;
  readonly field: string;
  /** `{Field}` of the other side; `{Field|first 80}`, `{Field|upper}`, `{Field|lower}`, `{Field|or none}`; `{{` and `}}` for braces. */
  readonly text: string;
  /** Longest text that `field` holds; by its metadata where left out. */
  readonly limit?: number;
}

/** Marked-up text on one side, plain text on the other. */
export interface HtmlField extends BothFields, OneWay {
  readonly kind: 'html';
  /** The side that holds HTML. */
  readonly on: Side;
  readonly limits: Readonly<Record<Side, number>>;
}

/** A point in time, or a day. */
export interface DateField extends BothFields, OneWay {
  readonly kind: 'date';
  /** What each side holds; by the live metadata where left out, else `time`. */
  readonly as?: Readonly<Partial<Record<Side, 'time' | 'day'>>>;
  /** Where a day begins and ends, if one side holds times and the other days: `Europe/Lisbon`; `UTC` by default. */
  readonly zone?: string;
}

export interface NumberField extends BothFields, OneWay {
  readonly kind: 'number';
  /** Digits behind the point that both sides keep; more are rounded. */
  readonly decimals?: number;
}

export interface BooleanField extends BothFields, OneWay {
  readonly kind: 'boolean';
  /** What yes and no are called where they are not booleans: `{ servicenow: ['yes', 'no'] }`. */
  readonly words?: Readonly<Partial<Record<Side, readonly [yes: string, no: string]>>>;
}

/** One value, written on one side: with the record's create, or put right again whenever it differs. */
export interface ConstantField {
  readonly kind: 'constant';
  readonly to: Side;
  readonly field: string;
  readonly value: string | number | boolean;
  /** `create` by default. */
  readonly set?: 'create' | 'always';
}

/** Your own conversion. Pure and quick: same value in, same value out. One that is left out makes the field one-way. */
export interface FunctionField extends BothFields {
  readonly kind: 'function';
  readonly toServiceNow?: (value: FieldValue) => FieldValue;
  readonly toSalesforce?: (value: FieldValue) => FieldValue;
}

/** On each side: what its record must be like for the field's value to leave it. */
export type When = Readonly<Partial<Record<Side, Condition>>>;

export type MoreFields =
  | PersonField
  | TeamField
  | ChoicesField
  | TemplateField
  | HtmlField
  | DateField
  | NumberField
  | BooleanField
  | ConstantField
  | FunctionField;

/** Further fields that go out with a value, where the target has them empty. */
export interface Transition {
  /** The side whose field takes the value; `servicenow` by default. */
  readonly on?: Side;
  readonly field: string;
  readonly to: readonly [string, ...string[]];
  /** Text, with `{Field|first 200}` of the other side's record. */
  readonly set: Readonly<Record<string, string>>;
}
