import { describe, expect, it } from 'vitest';
import type { UnmatchedRow } from '../../../src/store/unmatched.ts';
import { builtAt } from '../../support/builders.ts';
import { hostile, later, type Run, scope } from './support.ts';

/** What a store must do with people who have no counterpart. */
export function peopleSuite(run: Run): void {
  describe('people without a counterpart', () => {
    const make = (pair: string, n: number, parts: Partial<UnmatchedRow> = {}): UnmatchedRow => ({
      pair,
      side: 'servicenow',
      field: 'caller_id',
      value: `user-${n}`,
      label: 'Rosa Lind',
      why: 'nobody',
      times: 1,
      linkId: null,
      firstAt: builtAt,
      lastAt: builtAt,
      ...parts,
    });

    it('are counted, keep when they were first met, and show their last ticket', async () => {
      const { pair } = scope();
      await run((tx) => tx.noteUnmatched([make(pair, 1), make(pair, 1), make(pair, 2, { label: null })]));
      const again = make(pair, 1, {
        why: 'ambiguous',
        linkId: 'link-9',
        firstAt: later,
        lastAt: later,
        label: 'Rosa B.',
      });
      await run((tx) => tx.noteUnmatched([again]));
      expect(await run((tx) => tx.listUnmatched({ pair, limit: 9 }))).toEqual([
        { ...again, times: 3, firstAt: builtAt },
        make(pair, 2, { label: null }),
      ]);
    });

    it('are listed by pages, and leave the list one by one', async () => {
      const { pair } = scope();
      const rows = [
        make(pair, 1, { side: 'salesforce', field: 'owner' }),
        make(pair, 1),
        make(pair, 2),
        ...hostile.map((text, n) => make(pair, 100 + n, { field: 'owner', label: text })),
      ];
      await run((tx) => tx.noteUnmatched(rows.toReversed()));
      const first = await run((tx) => tx.listUnmatched({ pair, limit: 2 }));
      expect(first).toEqual(rows.slice(0, 2));
      const rest = await run((tx) => tx.listUnmatched({ pair, after: first[1] ?? make(pair, 0), limit: 99 }));
      expect(rest).toEqual(rows.slice(2));
      await run((tx) => tx.clearUnmatched([make(pair, 2), make(pair, 7), make('another', 1)]));
      expect(await run((tx) => tx.listUnmatched({ pair, limit: 99 }))).toEqual(rows.filter((row) => row !== rows[2]));
    });
  });
}
