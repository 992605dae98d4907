import { describe, expect, it } from 'vitest';
import type { ProposalRow } from '../../../src/store/matching.ts';
import { builtAt } from '../../support/builders.ts';
import { hostile, later, latest, type Run, scope } from './support.ts';

/** What a store must do with proposed matches. */
export function proposalsSuite(run: Run): void {
  describe('proposals', () => {
    const near = { kind: 'near', likeness: 0.8, hours: 2 } as const;
    const make = (pair: string, n: number, parts: Partial<ProposalRow> = {}): ProposalRow => ({
      id: `proposal-${pair}-${n}`,
      pair,
      ids: { servicenow: `sn-${n}`, salesforce: `sf-${n}` },
      numbers: { servicenow: `INC-${n}`, salesforce: null },
      why: near,
      status: 'open',
      at: builtAt,
      decidedAt: null,
      ...parts,
    });

    it('come back as they went in, by either record, with whatever texts', async () => {
      const { pair } = scope();
      const rows = hostile.map((text, n) =>
        make(pair, n, { numbers: { servicenow: text, salesforce: text }, why: { kind: 'rule', rule: text } }),
      );
      await run((tx) => tx.saveProposals(rows));
      expect(
        await run((tx) =>
          tx.proposalsOf(
            pair,
            'salesforce',
            rows.map((row) => row.ids.salesforce),
          ),
        ),
      ).toEqual(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
      expect(await run((tx) => tx.proposalsOf(pair, 'servicenow', ['sn-1']))).toEqual([rows[1]]);
      expect(await run((tx) => tx.proposalsOf('another', 'servicenow', ['sn-1']))).toEqual([]);
      expect(await run((tx) => tx.proposalById(rows[0]?.id ?? ''))).toEqual(rows[0]);
    });

    it('are one for two records: an open one learns, a decided one stays', async () => {
      const { pair } = scope();
      const learnt = { kind: 'near', likeness: 0.9, hours: 3 } as const;
      const first = make(pair, 1);
      await run((tx) => tx.saveProposals([first, make(pair, 1, { id: `another-${pair}` })]));
      await run((tx) => tx.saveProposals([make(pair, 1, { id: `third-${pair}`, why: learnt })]));
      const [open] = await run((tx) => tx.listProposals({ pair, limit: 10 }));
      expect(open).toMatchObject({ id: first.id, why: learnt, status: 'open' });
      expect(await run((tx) => tx.decideProposal(open?.id ?? '', 'rejected', later))).toBe(true);
      expect(await run((tx) => tx.decideProposal(open?.id ?? '', 'accepted', latest))).toBe(false);
      await run((tx) => tx.saveProposals([make(pair, 1)]));
      await run((tx) => tx.dropProposals(pair, 'servicenow', ['sn-1']));
      expect(await run((tx) => tx.listProposals({ pair, limit: 10 }))).toEqual([
        { ...open, status: 'rejected', decidedAt: later },
      ]);
    });

    it('are listed by status and page, and forgotten with their records while open', async () => {
      const { pair } = scope();
      await run((tx) => tx.saveProposals([1, 2, 3].map((n) => make(pair, n))));
      await run((tx) => tx.decideProposal(`proposal-${pair}-2`, 'accepted', later));
      const open = await run((tx) => tx.listProposals({ pair, status: 'open', limit: 1 }));
      expect(open.map((row) => row.id)).toEqual([`proposal-${pair}-1`]);
      const rest = await run((tx) => tx.listProposals({ pair, status: 'open', after: `proposal-${pair}-1`, limit: 9 }));
      expect(rest.map((row) => row.id)).toEqual([`proposal-${pair}-3`]);
      const dropped = await run((tx) => tx.dropProposals(pair, 'salesforce', ['sf-1', 'sf-2', 'sf-9']));
      expect(dropped.map((row) => row.id)).toEqual([`proposal-${pair}-1`]);
      const left = await run((tx) => tx.listProposals({ pair, limit: 9 }));
      expect(left.map((row) => row.id)).toEqual([`proposal-${pair}-2`, `proposal-${pair}-3`]);
    });
  });
}
