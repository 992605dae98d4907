import { iso } from '../clock.ts';
import type { Base, DeletionEvidence, Life, Link } from '../link.ts';
import { type FieldValue, sameVersion, type SourceRecord, valueIn } from '../record.ts';
import { bothSides, otherSide, type Side, sides } from '../side.ts';
import type { LifeAct, LifeRules } from './rules.ts';

/** What one look at a record came to. `into`: the record that it was merged into, where the desk says so. */
export type Sighting =
  | { readonly kind: 'found'; readonly record: SourceRecord }
  | { readonly kind: 'absent' }
  | { readonly kind: 'deleted'; readonly into: string | null };

export type Missing = Extract<Life, { readonly kind: 'missing' }>;
export type Ended = Exclude<Life, Missing>;

export type LifeDecision =
  /** Both are there, and nothing was noted: the merge goes on. */
  | { readonly kind: 'alive' }
  /** Both are there again: the merge goes on with this link. */
  | { readonly kind: 'back'; readonly link: Link; readonly was: Life }
  | { readonly kind: 'missing'; readonly life: Missing }
  /** Something became of a record. `survivor` is null where the ticket across cannot be seen either. */
  | { readonly kind: 'end'; readonly life: Ended; readonly act: LifeAct; readonly survivor: SourceRecord | null }
  | { readonly kind: 'follow'; readonly life: Extract<Ended, { kind: 'merged' }>; readonly survivor: SourceRecord }
  /** As it was noted: nothing to do. */
  | { readonly kind: 'over' };

export interface LifeInput {
  readonly link: Link;
  readonly seen: Readonly<Record<Side, Sighting>>;
  readonly rules: LifeRules;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Two looks at an absent record count as two only if they are so far apart, in milliseconds. */
  readonly missingLookMs: number;
}

/** True for a link that ended because of what became of its records: taken up again when they are back. A person's is not. */
export function endedByLife(link: Link): boolean {
  return link.status === 'detached' && link.life !== null;
}

/**
 * What to do about a link, from what was seen of its records and what was noted before. Pure. Something is done to a ticket only on
 * positive evidence about the other one; what no answer held is only looked at again.
 */
export function decideLife(input: LifeInput): LifeDecision {
  const { link, seen } = input;
  if (endedByLife(link)) return isBack(input) ? back(input) : { kind: 'over' };
  const gone = sides.find((side) => seen[side].kind === 'deleted');
  if (gone !== undefined) return afterDeletion(input, gone);
  const hidden = sides.find((side) => seen[side].kind === 'absent');
  if (hidden !== undefined) return { kind: 'missing', life: missing(input, hidden) };
  const { outOfScope } = input.rules;
  if (outOfScope !== 'ignore' && !originInScope(input)) {
    const life: Ended = { kind: 'out-of-scope', side: link.origin, at: notedAt(input), done: 'planned' };
    return { kind: 'end', life, act: outOfScope, survivor: found(input, otherSide(link.origin)) };
  }
  return link.life === null ? { kind: 'alive' } : back(input);
}

function afterDeletion(input: LifeInput, side: Side): LifeDecision {
  const { rules, seen } = input;
  const sighting = seen[side];
  const survivor = found(input, otherSide(side));
  const at = notedAt(input);
  const into = sighting.kind === 'deleted' ? sighting.into : null;
  if (into !== null) {
    const life = { kind: 'merged', side, into, at, done: 'planned' } as const;
    if (rules.merged === 'follow')
      return survivor === null ? { kind: 'end', life, act: 'detach', survivor } : { kind: 'follow', life, survivor };
    return { kind: 'end', life, act: careful(input, rules.merged, survivor), survivor };
  }
  const life: Ended = { kind: 'deleted', side, at, by: evidenceOf(side), done: 'planned' };
  return { kind: 'end', life, act: careful(input, rules.deleted, survivor), survivor };
}

/**
 * A ticket that somebody has touched since the two agreed is never deleted: what was written there would be lost. An edit that was seen
 * and could not be carried (held, refused) has moved the version of the base, and not its values.
 */
function careful({ link }: LifeInput, act: LifeAct, survivor: SourceRecord | null): LifeAct {
  if (act !== 'delete' || survivor === null) return act;
  const { fields, version } = link.bases[survivor.side];
  const carried = Object.entries(fields).every(([name, value]) => valueIn(survivor, name) === value);
  return carried && sameVersion(version, survivor.version) ? 'delete' : 'detach';
}

function evidenceOf(side: Side): DeletionEvidence {
  return side === 'salesforce' ? 'is-deleted' : 'delete-log';
}

/** A step that was noted and perhaps not carried out keeps its time, so that its notice stays one notice. */
function notedAt({ link, now }: LifeInput): string {
  return link.life === null || link.life.kind === 'missing' ? iso(now) : link.life.at;
}

function missing({ link, now, missingLookMs }: LifeInput, side: Side): Missing {
  const before = link.life;
  if (before?.kind !== 'missing' || before.side !== side) return { kind: 'missing', side, since: iso(now), looks: 1 };
  const due = now - Date.parse(before.since) >= before.looks * missingLookMs;
  return due ? { ...before, looks: before.looks + 1 } : before;
}

/** Both are there; a ticket that had left the scope must have come back into it, too. */
function isBack(input: LifeInput): boolean {
  const { link, rules, seen } = input;
  if (sides.some((side) => seen[side].kind !== 'found')) return false;
  if (link.life?.kind !== 'out-of-scope') return rules.outOfScope === 'ignore' || originInScope(input);
  return rules.backInScope === 'attach' && originInScope(input);
}

function originInScope(input: LifeInput): boolean {
  const record = found(input, input.link.origin);
  return record === null || input.rules.inScope(record);
}

function back(input: LifeInput): LifeDecision {
  const { life } = input.link;
  if (life === null) return { kind: 'alive' };
  return {
    kind: 'back',
    was: life,
    link: { ...input.link, status: 'pending', life: null, bases: basesOfBack(input, life) },
  };
}

function basesOfBack(input: LifeInput, life: Life): Link['bases'] {
  const { link, rules } = input;
  if (life.kind === 'missing') return link.bases;
  if (life.done === 'closed') return reopening(link, life, rules);
  if (life.done !== 'planned' || actOn(life, rules) !== 'close') return link.bases;
  return reopening({ ...link, bases: withOurClose(input, otherSide(life.side)) }, life, rules);
}

function actOn(life: Ended, rules: LifeRules): LifeRules['merged'] {
  if (life.kind === 'out-of-scope') return rules.outOfScope;
  return life.kind === 'merged' ? rules.merged : rules.deleted;
}

/** The answer to our closing was lost: a ticket that holds just what we sent was closed by us, and says nothing new. */
function withOurClose(input: LifeInput, side: Side): Link['bases'] {
  const { bases } = input.link;
  const survivor = found(input, side);
  if (survivor === null) return bases;
  const base = bases[side];
  const before = { ...survivor, fields: { ...survivor.fields, ...base.fields } };
  const sent = Object.entries(input.rules.closing(before) ?? {});
  if (sent.length === 0 || sent.some(([name, value]) => valueIn(survivor, name) !== value)) return bases;
  const known = sent.filter(([name]) => Object.hasOwn(base.fields, name));
  return { ...bases, [side]: { ...base, fields: { ...base.fields, ...Object.fromEntries(known) } } };
}

/**
 * We had closed the ticket across: what the record that is back says about its state counts as news, so that it opens the other
 * one again, unless somebody has changed that one meanwhile.
 */
function reopening(link: Link, life: Ended, rules: LifeRules): Readonly<Record<Side, Base>> {
  return bothSides((side) => {
    const base = link.bases[side];
    if (side !== life.side) return base;
    const fields: Record<string, FieldValue> = { ...base.fields };
    for (const name of rules.stateFields[side]) fields[name] = null;
    return { ...base, fields };
  });
}

function found({ seen }: LifeInput, side: Side): SourceRecord | null {
  const sighting = seen[side];
  return sighting.kind === 'found' ? sighting.record : null;
}
