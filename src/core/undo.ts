import type { Link } from './link.ts';
import type { FieldMove, LinkView, PutBack } from './plan.ts';
import { type FieldValue, valueIn, type SourceRecord } from './record.ts';
import type { FieldRule, PairRules } from './rules.ts';
import { otherSide, type Side } from './side.ts';

/** One move of a run, as the history keeps it. */
export interface RunMove extends FieldMove {
  readonly linkId: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What a run did to one field of one side: what stood there before its first write, and what its last one left. */
export interface Overwritten {
  readonly linkId: string;
  readonly field: string;
  readonly side: Side;
  readonly before: FieldValue;
  readonly value: FieldValue;
  /** True where the run made the ticket. */
  readonly created: boolean;
}

/** Adds moves, oldest first, to what is known of a run. Changes `known`. */
export function foldMoves(known: Map<string, Overwritten>, moves: readonly RunMove[]): void {
  for (const { linkId, field, to: side, before, value, because } of moves) {
    const key = `${linkId} ${side} ${field}`;
    const first = known.get(key);
    const start = first ?? { linkId, field, side, before, created: because === 'create' };
    known.set(key, { ...start, value });
  }
}

/** Why a value is left as it is. */
export type LeftReason =
  /** Comments cannot be taken back. */
  | 'comment'
  /** The run made the ticket; undo takes no ticket away. */
  | 'created'
  | 'unlinked'
  /** The record is deleted, or not shown to us. */
  | 'gone'
  /** The mapping no longer writes this field on this side. */
  | 'unmapped'
  | 'unreadable'
  | 'changed-since'
  /** It was edited across, and that edit is on its way. */
  | 'edited-across'
  | 'back-already'
  | 'in-conflict'
  /** A write whose answer was lost is not settled yet. */
  | 'in-doubt'
  /** It is the beginning of a text that is kept whole across: it would be shown anew at once. */
  | 'cut-text';

export type Judged =
  | { readonly kind: 'put-back'; readonly now: FieldValue }
  | { readonly kind: 'leave'; readonly why: LeftReason; readonly now: FieldValue | undefined };

/** A ticket as it stands, for judging what may be put back. */
export interface UndoTicket {
  readonly link: Link | null;
  /** Null for a record that did not come back, or was never asked for. */
  readonly now: Readonly<Record<Side, SourceRecord | null>>;
  /** Null for a pair that the mapping no longer has. */
  readonly rules: PairRules | null;
  /** Rule names with a conflict that is open or being carried out. */
  readonly inConflict: ReadonlySet<string>;
  /** `<side> <native field>` of writes whose outcome is not known. */
  readonly inDoubt: ReadonlySet<string>;
}

const commentFields: ReadonlySet<string> = new Set(['comments', 'work_notes']);

/** Decides whether one overwritten value may be put back. Pure; decided again, on what stands then, when it is carried out. */
export function judgePutBack(ticket: UndoTicket, was: Overwritten): Judged {
  const leave = (why: LeftReason, now?: FieldValue): Judged => ({ kind: 'leave', why, now });
  const { link, rules } = ticket;
  const rule = rules?.fields.find(({ name }) => name === was.field);
  if (rule === undefined && commentFields.has(was.field)) return leave('comment');
  if (was.created) return leave('created');
  if (link === null || link.status === 'detached') return leave('unlinked');
  if (rule === undefined || (rule.writes !== 'both' && rule.writes !== was.side)) return leave('unmapped');
  const mine = ticket.now[was.side];
  const theirs = ticket.now[otherSide(was.side)];
  if (mine === null || theirs === null) return leave('gone');
  const now = valueIn(mine, rule.fields[was.side]);
  const across = valueIn(theirs, rule.fields[otherSide(was.side)]);
  if (now === undefined || across === undefined) return leave('unreadable');
  if (rule.same(was.side, now, was.before)) return leave('back-already', now);
  if (ticket.inDoubt.has(`${was.side} ${rule.fields[was.side]}`)) return leave('in-doubt', now);
  if (ticket.inConflict.has(was.field)) return leave('in-conflict', now);
  if (!rule.same(was.side, now, was.value) || !asAgreed(link, rule, was.side, now)) return leave('changed-since', now);
  if (!asAgreed(link, rule, otherSide(was.side), across)) return leave('edited-across', now);
  const shownAnew = rule.refresh?.(
    was.side === 'servicenow'
      ? { servicenow: was.before, salesforce: across }
      : { servicenow: across, salesforce: was.before },
  );
  return shownAnew?.on === was.side ? leave('cut-text', now) : { kind: 'put-back', now };
}

/** What `field` of one ticket is to be, for the sides that are put back. */
export function toPutBack(runId: string, values: readonly Overwritten[]): PutBack {
  const on: { [S in Side]?: { readonly expect: FieldValue; readonly value: FieldValue } } = {};
  for (const { side, before, value } of values) on[side] = { expect: value, value: before };
  return { kind: 'put-back', runId, on };
}

/** True if a side holds what it held when the two last agreed: nobody has edited the field there since. */
function asAgreed(link: LinkView['link'], rule: FieldRule, side: Side, now: FieldValue): boolean {
  return rule.same(side, link.bases[side].fields[rule.fields[side]] ?? null, now);
}
