import type { Hold } from '../core/link.ts';
import type { FieldMove } from '../core/plan.ts';
import type { FieldValue } from '../core/record.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { ConflictRow } from '../store/store.ts';
import { fieldLabel, oneLine, showValue, sideNames } from './words.ts';

/** What the person is called whom a value names; null for no person, or none that is known. */
export type NameOf = (field: string, side: Side, value: FieldValue) => string | null;

const noName: NameOf = () => null;

/** `Status Working → Closed, from ServiceNow; Subject …`. */
export function describeMoves(moves: readonly FieldMove[], nameOf = noName): string {
  const sources = new Set(moves.map((move) => move.from));
  const from = (side: Side, because: FieldMove['because']): string =>
    `, from ${sideNames[side]}${because === 'person' ? ' (decided by a person)' : ''}`;
  const parts = moves.map((move) => {
    const shown = (value: FieldValue): string => showNamed(nameOf, move.field, move.to, value);
    const change = `${fieldLabel(move.field, move.to)} ${shown(move.before)} → ${shown(move.value)}`;
    return sources.size > 1 ? `${change}${from(move.from, move.because)}` : change;
  });
  const [first] = moves;
  return `${parts.join('; ')}${sources.size === 1 && first !== undefined ? from(first.from, first.because) : ''}`;
}

function showNamed(nameOf: NameOf, field: string, side: Side, value: FieldValue): string {
  const name = nameOf(field, side, value);
  return name === null ? showValue(field, side, value) : oneLine(name);
}

/** Why a field is left alone. */
export function describeHold({ field, reason }: Hold): string {
  const label = (side: Side): string => fieldLabel(field, side);
  switch (reason.kind) {
    case 'no-counterpart':
      return `${label(reason.side)} "${reason.label === undefined ? showValue(field, reason.side, reason.value) : oneLine(reason.label)}" of ${sideNames[reason.side]} has no counterpart; left alone`;
    case 'class-locked':
      return `${label(reason.side)} "${showValue(field, reason.side, reason.value)}" of ${sideNames[reason.side]} cannot be left again; left alone`;
    case 'cut-text-edited':
      return `${label(reason.side)} was cut short for ${sideNames[reason.side]} and edited there; a person has to decide`;
    case 'manual-conflict':
      return `${label('servicenow')} waits for a person: casebridge conflicts resolve ${reason.conflictId}`;
    case 'bouncing':
      return `${label('servicenow')} was changed back ${reason.hops} times in a row; left alone until a person decides`;
    case 'parent-not-linked':
      return `${label(reason.side)}: the parent that ${sideNames[reason.side]} names has no counterpart yet; carried once it has one`;
    case 'parent-circle':
      return `${label(reason.side)} of ${sideNames[reason.side]} would make the ticket its own ancestor; left alone until that is undone`;
    case 'unreadable':
      return `${label(reason.side)} is not readable in ${sideNames[reason.side]}; left alone`;
    case 'condition':
      return `${label(reason.side)} stays behind: the ticket in ${sideNames[reason.side]} does not meet the mapping's condition`;
    case 'refused':
      return `${sideNames[reason.side]} keeps another ${label(reason.side)} than "${showValue(field, reason.side, reason.value)}"; left alone until the record changes`;
  }
}

/** Both values of a conflict, who won, and why. */
export function describeConflict(conflict: ConflictRow, nameOf = noName): string {
  const { field, values, winner } = conflict;
  const value = (side: Side): string => `${sideNames[side]} "${showNamed(nameOf, field, side, values[side])}"`;
  const both = `${fieldLabel(field, winner === null ? 'servicenow' : otherSide(winner))} changed on both sides (${value('servicenow')}, ${value('salesforce')})`;
  if (conflict.status === 'settled' && conflict.why === 'waits-for-person') return `${both}: settled`;
  if (winner === null) return `${both}: waits for a person: casebridge conflicts resolve ${conflict.id}`;
  return `${both}: ${sideNames[winner]} wins, ${whyWon(conflict, winner)}; the other value is kept`;
}

function whyWon(conflict: ConflictRow, winner: Side): string {
  switch (conflict.why) {
    case 'later':
      return `changed later${apart(conflict, winner)}`;
    case 'tie':
      return 'by the tie-break: both changed at about the same time';
    case 'settled-by-person':
      return 'decided by a person';
    case 'overtaken':
      return 'changed after our write';
    case 'overwritten-in-gap':
      return 'the other changed between our read and our write';
    case 'rule':
    case 'waits-for-person':
      return `by the rule "${conflict.rule}"`;
  }
}

function apart({ dates }: ConflictRow, winner: Side): string {
  if (dates === null) return '';
  const seconds = (Date.parse(dates[winner].earliest) - Date.parse(dates[otherSide(winner)].latest)) / 1000;
  return seconds > 0
    ? ` by at least ${seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`}`
    : '';
}
