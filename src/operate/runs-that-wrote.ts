import type { RunFigures } from '../store/overview.ts';
import type { RunKind, Store } from '../store/store.ts';

/** A run that wrote something, and what is known of it. */
export interface RunThatWrote extends RunFigures {
  /** Null for the rounds of a daemon or of `sync`: their history is all that is kept of them. */
  readonly kind: RunKind | null;
  /** The run that it undid. */
  readonly undoes: string | null;
}

/** The one begun last first. */
export async function runsThatWrote(store: Store, limit: number): Promise<readonly RunThatWrote[]> {
  return store.transaction(async (tx) => {
    const runs: RunThatWrote[] = [];
    for (const figures of await tx.runsThatWrote(limit)) {
      const row = await tx.runById(figures.runId);
      const of = row?.position['of'];
      runs.push({ ...figures, kind: row?.kind ?? null, undoes: typeof of === 'string' ? of : null });
    }
    return runs;
  });
}
