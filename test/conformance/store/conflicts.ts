import { describe, expect, it } from 'vitest';
import { conflictRow, version } from '../../support/builders.ts';
import { later, type Run, scope } from './support.ts';

/** What a store must do with conflicts. */
export function conflictsSuite(run: Run): void {
  describe('conflicts', () => {
    it('stay one row however often they are noted', async () => {
      const { pair } = scope();
      const row = conflictRow({ id: `${pair}-1`, pair, linkId: pair });
      const moved = conflictRow({
        id: `${pair}-3`,
        pair,
        linkId: pair,
        versions: { ...row.versions, servicenow: version(later, 5) },
      });
      expect(await run((tx) => tx.noteConflicts([row]))).toEqual([row.id]);
      const again = await run((tx) =>
        tx.noteConflicts([moved, { ...row, id: `${pair}-2` }, { ...moved, id: `${pair}-4` }]),
      );
      expect(again).toEqual([moved.id, row.id, moved.id]);
      expect(await run((tx) => tx.conflictsOf([pair], ['open']))).toHaveLength(2);
    });

    it('tell values apart by kind', async () => {
      const { pair } = scope();
      const row = (n: number, value: string | number | null) =>
        conflictRow({ id: `${pair}-${n}`, pair, linkId: pair, values: { servicenow: value, salesforce: 'x' } });
      const ids = await run((tx) => tx.noteConflicts([row(1, '1'), row(2, 1), row(3, null), row(4, '')]));
      expect(new Set(ids).size).toBe(4);
    });

    it('are decided by a person, then settled', async () => {
      const { pair } = scope();
      const row = conflictRow({
        id: `${pair}-1`,
        pair,
        linkId: pair,
        values: { servicenow: 'a\u0000b', salesforce: '\ud83d' },
      });
      await run((tx) => tx.noteConflicts([row]));
      await run((tx) => tx.decideConflict(row.id, { kind: 'value', value: 'both \ud83d' }));
      const decided = { ...row, status: 'decided', decision: { kind: 'value', value: 'both \ud83d' } };
      expect(await run((tx) => tx.conflictsOf([pair], ['decided']))).toEqual([decided]);
      expect(await run((tx) => tx.conflictsOf([pair], ['open']))).toEqual([]);
      await run((tx) => tx.settleConflicts([row.id], 'salesforce', later));
      const settled = { ...decided, status: 'settled', winner: 'salesforce', settledAt: later };
      expect(await run((tx) => tx.conflictById(row.id))).toEqual(settled);
      await run((tx) => tx.decideConflict(row.id, { kind: 'take', side: 'servicenow' }));
      expect(await run((tx) => tx.conflictById(row.id))).toEqual(settled);
    });

    it('are listed by pair, open and decided ones unless all are asked for', async () => {
      const { pair } = scope();
      const rows = ['open', 'decided', 'settled'].map((status, n) =>
        conflictRow({ id: `${pair}-${n}`, pair, linkId: `${pair}-${n}`, status: status as 'open', winner: null }),
      );
      await run((tx) => tx.noteConflicts(rows.toReversed()));
      const list = (all: boolean, after?: string) =>
        run((tx) => tx.listConflicts({ all, pair, limit: 2, ...(after === undefined ? {} : { after }) }));
      expect((await list(false)).map((row) => row.id)).toEqual([`${pair}-0`, `${pair}-1`]);
      expect((await list(true)).map((row) => row.id)).toEqual([`${pair}-0`, `${pair}-1`]);
      expect((await list(true, `${pair}-1`)).map((row) => row.id)).toEqual([`${pair}-2`]);
      expect(await run((tx) => tx.conflictById('nobody'))).toBeNull();
    });
  });
}
