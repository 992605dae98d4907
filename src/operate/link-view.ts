import type { ChildRow } from '../core/children.ts';
import { formatKey, type Link } from '../core/link.ts';
import type { PendingWrite } from '../core/plan.ts';
import { fieldsOf } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { ReadResult } from '../connectors/ticket-system.ts';
import { type Engine, pairOf } from '../engine/engine.ts';
import type { ConflictRow, HistoryRow, QuarantineRow, Store } from '../store/store.ts';
import { oneLink } from './links.ts';

/** What the store knows about one link. */
export interface KeptLink {
  readonly link: Link;
  readonly history: readonly (HistoryRow & { readonly id: string })[];
  /** Open and decided ones. */
  readonly conflicts: readonly ConflictRow[];
  readonly pending: readonly PendingWrite[];
  readonly quarantine: QuarantineRow | null;
  readonly children: readonly ChildRow[];
}

/** Everything kept about the link that this text names. Throws Refused. */
export async function keptLink(store: Store, search: string, historyShown: number): Promise<KeptLink> {
  const link = await oneLink(store, search);
  const { id } = link;
  return store.transaction(async (tx) => {
    const [quarantine] = await tx.quarantined([formatKey({ kind: 'link', linkId: id })]);
    return {
      link,
      history: await tx.historyPage(id, { limit: historyShown }),
      conflicts: await tx.conflictsOf([id], ['open', 'decided']),
      pending: await tx.pendingOf([id]),
      quarantine: quarantine ?? null,
      children: await tx.childrenOf([id]),
    };
  });
}

/** One side of a link as it is now, or why it could not be asked. */
export type SideNow = ReadResult | { readonly kind: 'error'; readonly error: Error } | { readonly kind: 'unmapped' };

/** Reads both sides: one call each, side by side. A side that fails is told, not thrown. */
export async function readLink(engine: Engine, link: Link): Promise<Readonly<Record<Side, SideNow>>> {
  const pair = pairOf(engine, link.pair);
  const read = async (side: Side): Promise<SideNow> => {
    if (pair === undefined) return { kind: 'unmapped' };
    try {
      const [result] = await engine.systems[side].read(pair.objects[side], [link.ids[side]], fieldsOf(pair, side));
      return result ?? { kind: 'absent', id: link.ids[side] };
    } catch (error) {
      return { kind: 'error', error: error instanceof Error ? error : new Error(String(error)) };
    }
  };
  const [servicenow, salesforce] = await Promise.all([read('servicenow'), read('salesforce')]);
  return { servicenow, salesforce };
}
