import { parseKey } from '../core/link.ts';
import { allowedByPerson } from '../engine/life/brake.ts';
import type { QuarantineReason, QuarantineRow, Tx } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

/** More than this set aside means that something else is wrong; the rest follows when these are gone. */
export const mostSetAside = 10_000;

/** Which rows an act is about. `record`: key as listed, or id or number of the record. */
export type Selection =
  | { readonly kind: 'record'; readonly search: string }
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'cause'; readonly cause: string }
  | { readonly kind: 'all' };

/** What went wrong, without the record: bounded, and the same for all that fail alike. */
export function causeOf(reason: QuarantineReason): string {
  switch (reason.kind) {
    case 'connector': {
      const { side, code, cause, status } = reason.data;
      const what = code ?? cause ?? (status === undefined ? null : String(status));
      return ['connector', side, reason.error, what].filter((part) => part !== null && part !== undefined).join(':');
    }
    case 'plan':
      return `plan:${reason.why}`;
    case 'mapping':
      return `mapping:${reason.field}:${reason.why}`;
    case 'record':
      return `record:${reason.message.replaceAll(/[0-9a-f]{8,}|\d+|"[^"]*"/gi, '…').slice(0, 80)}`;
  }
}

/** What a person says yes to with a retry. */
export interface RetryConsent {
  /** He has looked across: what cannot be seen there is not there, and the ticket is to be created. */
  readonly unseen?: boolean;
}

/** Tries rows again now. Throws Refused where the selection names nothing. */
export async function retrySetAside(
  operator: Operator,
  selection: Selection,
  { unseen }: RetryConsent = {},
): Promise<readonly QuarantineRow[]> {
  const rows = await operator.store.transaction(async (tx) => {
    const chosen = await choose(tx, selection);
    const reasonOf = ({ reason }: QuarantineRow): QuarantineReason =>
      unseen === true && reason.kind === 'plan' && reason.why === 'probe-unknown'
        ? { kind: 'plan', why: allowedByPerson }
        : reason;
    await tx.saveQuarantine(chosen.map((row) => ({ ...row, reason: reasonOf(row), nextAt: timeOf(operator) })));
    await tx.enqueue(chosen.flatMap((row) => parseKey(row.key) ?? []));
    return chosen;
  });
  await note(operator, 'quarantine.retry', targetOf(selection), {
    count: rows.length,
    ...(unseen === true ? { unseen } : {}),
  });
  return rows;
}

/**
 * Forgets rows until their records change again. The link, where there is one, is pending again: its next change, or a resync, is
 * compared in full. Throws Refused where the selection names nothing.
 */
export async function dropSetAside(operator: Operator, selection: Selection): Promise<readonly QuarantineRow[]> {
  const rows = await operator.store.transaction(async (tx) => {
    const chosen = await choose(tx, selection);
    await tx.clearQuarantine(chosen.map((row) => row.key));
    const links = chosen.map((row) => parseKey(row.key)).flatMap((key) => (key?.kind === 'link' ? [key.linkId] : []));
    const set = (await tx.linksById(links)).filter((link) => link.status === 'quarantined').map((link) => link.id);
    if (set.length > 0) await tx.setLinkStatus(set, 'pending', 'keep');
    return chosen;
  });
  await note(operator, 'quarantine.drop', targetOf(selection), { count: rows.length });
  return rows;
}

async function choose(tx: Tx, selection: Selection): Promise<readonly QuarantineRow[]> {
  if (selection.kind === 'keys') return found(await tx.quarantined([...new Set(selection.keys)]), selection);
  const rows = await tx.listQuarantine(mostSetAside);
  if (selection.kind === 'all') return rows;
  return found(
    rows.filter((row) => isMeant(row, selection)),
    selection,
  );
}

function isMeant(row: QuarantineRow, selection: Extract<Selection, { kind: 'record' | 'cause' }>): boolean {
  if (selection.kind === 'cause') return causeOf(row.reason) === selection.cause;
  const { search } = selection;
  return row.key === search || [...Object.values(row.ids), ...Object.values(row.numbers)].includes(search);
}

function found(rows: readonly QuarantineRow[], selection: Selection): readonly QuarantineRow[] {
  if (rows.length === 0) throw new Refused({ kind: 'none-set-aside', search: targetOf(selection) ?? '' });
  return rows;
}

function targetOf(selection: Selection): string | null {
  switch (selection.kind) {
    case 'record':
      return selection.search;
    case 'keys':
      return selection.keys.length === 1 ? (selection.keys[0] ?? null) : null;
    case 'cause':
      return selection.cause;
    case 'all':
      return null;
  }
}
