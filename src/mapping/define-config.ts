import type { CommentsConfig } from './comments-config.ts';
import type { FilesConfig } from './files-config.ts';
import type { ConflictRule } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { LifeConfig, ScopeConfig } from './life-config.ts';
import type { MoreFields, Transition, When } from './field-kinds.ts';
import type { MatchConfig } from './match-config.ts';
import type { ParentField } from './parent-rule.ts';

/** Text on both sides; longer is cut on the shorter side with `…` and the cut never travels back. */
export interface TextField {
  readonly kind: 'text';
  readonly servicenow: string;
  readonly salesforce: string;
  /** Longest text a side holds, in characters as that side counts them. */
  readonly limits: Readonly<Record<Side, number>>;
}

/** Values in classes: a change within a class never travels, a change of class writes the class's first value. */
export interface ClassField {
  readonly kind: 'classes';
  readonly servicenow: string;
  readonly salesforce: string;
  readonly classes: readonly {
    readonly servicenow: readonly [string, ...string[]];
    readonly salesforce: readonly [string, ...string[]];
    /** Values of this class that cannot be left once entered; a change over one is held. */
    readonly locked?: readonly string[];
  }[];
  /** Values in no class: `hold` that field with its reason (default), or `ignore` it silently. */
  readonly others?: 'hold' | 'ignore';
  /** Where a locked value keeps a ticket closed that was opened again across: `hold` (default), or tell it by an internal comment, too. */
  readonly reopen?: 'hold' | 'followUp';
  /** ServiceNow values for close_code and close_notes are sent with this class's first ServiceNow value. */
  readonly resolveClass?: number;
}

/** A value shown on one side and never read back. */
export interface ShownField {
  readonly kind: 'shown';
  readonly from: Side;
  readonly servicenow: string;
  readonly salesforce: string;
  /** Left out quietly where the target's object has no such field. */
  readonly optional?: boolean;
}

/** The same value on both sides, unchanged. */
export interface SameField {
  readonly kind: 'same';
  readonly servicenow: string;
  readonly salesforce: string;
  /** Written on this side only; `both` by default. */
  readonly writes?: 'both' | Side;
}

interface EveryField {
  /** Name in plans, conflicts and history; the ServiceNow field by default. */
  readonly name?: string;
  readonly conflict?: ConflictRule;
  /** Its values are kept encrypted in the database, with CASEBRIDGE_SECRET_KEY. */
  readonly sensitive?: true;
  /** Values leave a side only while its record is like this; until then the field is left alone. */
  readonly when?: When;
}

/** The kinds of the default mapping. */
export type BasicField = (TextField | ClassField | ShownField | SameField) & EveryField;

export type FieldConfig = BasicField | (MoreFields & EveryField) | (ParentField & EveryField);

export interface PairConfig {
  /** A short name: `incident-case`. Letters, digits and `-`. */
  readonly name: string;
  readonly servicenow: { readonly table: string };
  /** With a record type (its DeveloperName), only records of that type belong to the pair, and new ones are made with it. */
  readonly salesforce: { readonly object: string; readonly recordType?: string };
  readonly fields: readonly FieldConfig[];
  /** Conflict rule of fields that name none; default `latest`. */
  readonly conflict?: ConflictRule;
  /** Who wins a tie under `latest`; default `servicenow`. */
  readonly tieBreak?: Side;
  /** Only what was created after `from`, or changed after it while open. ISO 8601; `all` for everything. Default: the first start. */
  readonly sync?: { readonly from?: string };
  /** What ServiceNow wants when Salesforce closes a ticket. */
  readonly resolve?: { readonly closeCode: string; readonly closeNotes: string };
  /** What a desk wants beside a value: fields that go out with it where they are empty. `resolve` is the usual one of them. */
  readonly transitions?: readonly Transition[];
  /** Which tickets are ours, by their fields; judged where a ticket was born. Default: all since the start point. */
  readonly scope?: ScopeConfig;
  /** What happens to the other ticket where one is deleted, merged, or leaves the scope. */
  readonly life?: LifeConfig;
  /** How tickets that were on both desks before are recognised as one. */
  readonly match?: MatchConfig;
  /** Comments and work notes travel; left out, they stay where they are. */
  readonly comments?: CommentsConfig;
  /** Attachments and files travel; left out, they stay where they are. */
  readonly files?: FilesConfig;
  /** Most creates one poll may cause before the pair stops and asks; default 200. */
  readonly maxCreatesPerPoll?: number;
}

export interface CasebridgeConfig {
  readonly pairs: readonly PairConfig[];
}

/** Types a mapping file, so that an editor completes it. Returns what it is given. */
export function defineConfig(config: CasebridgeConfig): CasebridgeConfig {
  return config;
}
