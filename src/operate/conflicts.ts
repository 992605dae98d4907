import type { SettledValue } from '../core/plan.ts';
import type { ConflictFilter } from '../store/overview.ts';
import type { ConflictRow, Tx } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

/** Most conflicts that one act decides. */
export const mostAtOnce = 10_000;

/**
 * Decides one conflict; noted and queued in one transaction, so that whoever reconciles next carries it out. Throws Refused with who
 * was faster and when: of two people who decide at the same moment, one is told so.
 */
export async function decideConflict(operator: Operator, id: string, decision: SettledValue): Promise<ConflictRow> {
  const { row, decided } = await operator.store.transaction(async (tx) => {
    const done = await decide(tx, operator, [id], decision);
    return { row: await tx.conflictById(id), decided: done.length === 1 };
  });
  if (row === null) throw new Refused({ kind: 'no-conflict', id });
  if (!decided) throw new Refused({ kind: 'conflict-over', id, ...overBy(row) });
  await note(operator, 'conflict.decide', id, { link: row.linkId, field: row.field, ...told(decision) });
  return row;
}

export interface Skipped {
  readonly id: string;
  readonly why: 'unknown' | 'decided' | 'settled';
  readonly by: string | null;
  readonly at: string | null;
}

export interface DecidedMany {
  readonly decided: number;
  readonly skipped: readonly Skipped[];
  /** Open ones that the filter lets through and that this act had no room for. */
  readonly left: number;
}

export type Chosen = { readonly ids: readonly string[] } | { readonly filter: Pick<ConflictFilter, 'pair' | 'field'> };

/** A conflict holds the texts of both sides, which may be long: ten thousand at once would not fit into memory. */
const atATime = 500;

/** Decides many conflicts in one transaction: those named, or every open one that a filter lets through, up to 10,000. */
export async function decideMany(operator: Operator, chosen: Chosen, decision: SettledValue): Promise<DecidedMany> {
  const result = await operator.store.transaction(async (tx): Promise<DecidedMany> => {
    const skipped: Skipped[] = [];
    let decided = 0;
    for await (const ids of 'ids' in chosen ? partsOf(chosen.ids) : openIds(tx, chosen.filter)) {
      const done = new Set(await decide(tx, operator, ids, decision));
      const others = ids.filter((id) => !done.has(id));
      const known = new Map((await tx.conflictsById(others)).map((row) => [row.id, row]));
      decided += done.size;
      skipped.push(...others.map((id) => skip(id, known.get(id))));
    }
    const left = 'ids' in chosen ? 0 : sum(await tx.countConflicts({ ...chosen.filter, status: 'open' }));
    return { decided, skipped, left };
  });
  await note(operator, 'conflicts.decide', null, {
    decided: result.decided,
    skipped: result.skipped.length,
    ...('filter' in chosen ? chosen.filter : {}),
    ...told(decision),
  });
  return result;
}

function* partsOf(given: readonly string[]): Generator<readonly string[]> {
  const ids = [...new Set(given)].slice(0, mostAtOnce);
  for (let from = 0; from < ids.length; from += atATime) yield ids.slice(from, from + atATime);
}

/** Open ones, page by page; those of a page may be decided before the next one is asked for. */
async function* openIds(tx: Tx, filter: ConflictFilter): AsyncGenerator<readonly string[]> {
  for (let seen = 0, after: string | undefined; seen < mostAtOnce;) {
    const from = after === undefined ? {} : { after };
    const rows = await tx.conflictPage({ ...filter, status: 'open', ...from, limit: atATime });
    if (rows.length > 0) yield rows.map((row) => row.id);
    seen += rows.length;
    after = rows.at(-1)?.id;
    if (rows.length < atATime) return;
  }
}

async function decide(
  tx: Tx,
  operator: Operator,
  ids: readonly string[],
  decision: SettledValue,
): Promise<readonly string[]> {
  const done = await tx.decideOpen(ids, decision, { actor: operator.actor, at: timeOf(operator) });
  const links = new Set((await tx.conflictsById(done)).map((row) => row.linkId));
  if (links.size > 0) await tx.enqueue([...links].map((linkId) => ({ kind: 'link', linkId })));
  return done;
}

function skip(id: string, row: ConflictRow | undefined): Skipped {
  if (row === undefined) return { id, why: 'unknown', by: null, at: null };
  const { status, by, at } = overBy(row);
  return { id, why: status, by, at };
}

function overBy(
  row: ConflictRow,
): Pick<Extract<Refused['refusal'], { kind: 'conflict-over' }>, 'status' | 'by' | 'at'> {
  return {
    status: row.status === 'settled' ? 'settled' : 'decided',
    by: row.decidedBy ?? null,
    at: row.decidedAt ?? row.settledAt,
  };
}

function told(decision: SettledValue): Readonly<Record<string, string>> {
  return decision.kind === 'take' ? { take: decision.side } : { take: 'value' };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
