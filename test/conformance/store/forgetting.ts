import { describe, expect, it } from 'vitest';
import { forgottenBase, isForgotten, type Link } from '../../../src/core/link.ts';
import type { Tx } from '../../../src/store/store.ts';
import {
  builtAt,
  childRow,
  conflictRow,
  historyRow,
  intent,
  pendingWrite,
  quarantineRow,
  runRow,
} from '../../support/builders.ts';
import { later, latest, type Run, scope } from './support.ts';

/** What a store must forget, and what it must not. */
export function forgettingSuite(run: Run): void {
  describe('a forgotten link', () => {
    const keepAbout = async (tx: Tx, link: Link): Promise<void> => {
      const { id: linkId, pair, ids } = link;
      await tx.insertLinks([link]);
      await tx.addHistory([historyRow({ linkId }), historyRow({ linkId, field: 'urgency' })]);
      await tx.noteConflicts([
        conflictRow({ id: `${linkId}-open`, linkId, pair }),
        conflictRow({ id: `${linkId}-settled`, linkId, pair, field: 'urgency', status: 'settled', settledAt: later }),
      ]);
      await tx.saveChildren([childRow({ id: `${linkId}-child`, linkId })]);
      await tx.savePending([
        pendingWrite({ linkId }),
        pendingWrite({ linkId: `${linkId}-intent`, field: 'Description' }),
      ]);
      await tx.saveIntents([intent({ id: `${linkId}-intent`, pair, originId: ids.salesforce })]);
      await tx.saveQuarantine([
        quarantineRow({ key: `link:${linkId}`, pair }),
        quarantineRow({ key: `new:${pair}:salesforce:${ids.salesforce}`, pair }),
      ]);
      await tx.saveProposals([
        {
          id: `${linkId}-proposal`,
          pair,
          ids: { ...ids, salesforce: 'another' },
          numbers: link.numbers,
          why: { kind: 'near', likeness: 0.8, hours: 2 },
          status: 'rejected',
          at: builtAt,
          decidedAt: later,
        },
      ]);
      await tx.noteUnmatched([
        {
          pair,
          side: 'servicenow',
          field: 'caller_id',
          value: linkId,
          label: 'Rosa Lind',
          why: 'nobody',
          times: 1,
          linkId,
          firstAt: builtAt,
          lastAt: builtAt,
        },
      ]);
    };

    it('leaves its ids and nothing else, and takes nothing of any other', async () => {
      const { link } = scope();
      const [gone, kept] = [link(), link()];
      await run(async (tx) => {
        await keepAbout(tx, gone);
        await keepAbout(tx, kept);
      });
      expect(await run((tx) => tx.forgetLink(gone.id))).toEqual({
        history: 2,
        conflicts: 2,
        children: 1,
        inDoubt: 3,
        quarantined: 2,
        proposals: 1,
        unmatched: 1,
      });
      const left = await run(async (tx) => ({
        links: await tx.linksById([gone.id, kept.id]),
        history: await tx.historyOf(gone.id, 9),
        conflicts: await tx.conflictsOf([gone.id], ['open', 'decided', 'settled']),
        children: await tx.childrenOf([gone.id]),
        pending: await tx.pendingOf([gone.id, `${gone.id}-intent`]),
        intents: await tx.intentsByOrigin(gone.pair, 'salesforce', [gone.ids.salesforce]),
        others: (await tx.historyOf(kept.id, 9)).length + (await tx.childrenOf([kept.id])).length,
        proposals: await tx.listProposals({ pair: gone.pair, limit: 9 }),
        unmatched: await tx.listUnmatched({ pair: gone.pair, limit: 9 }),
      }));
      expect(left).toMatchObject({ history: [], conflicts: [], children: [], pending: [], intents: [], others: 3 });
      expect(left.proposals.map(({ id }) => id)).toEqual([`${kept.id}-proposal`]);
      expect(left.unmatched.map(({ value }) => value)).toEqual([kept.id]);
      expect(left.links).toEqual([
        {
          ...gone,
          status: 'detached',
          numbers: { servicenow: null, salesforce: null },
          bases: { servicenow: forgottenBase, salesforce: forgottenBase },
          holds: [],
          hops: [],
          life: null,
        },
        kept,
      ]);
      expect(left.links.map(isForgotten)).toEqual([true, false]);
    });

    it('is not filled again by a worker that had read it before', async () => {
      const { link } = scope();
      const read = link();
      await run((tx) => tx.insertLinks([read]));
      await run((tx) => tx.forgetLink(read.id));
      await run((tx) => tx.updateLinks([{ ...read, lastSyncedAt: latest }]));
      expect((await run((tx) => tx.linksById([read.id]))).map(isForgotten)).toEqual([true]);
    });

    it('is null where there is none', async () => {
      expect(await run((tx) => tx.forgetLink('nobody'))).toBeNull();
    });
  });

  describe('what has grown old', () => {
    // Older than every row of any other test.
    const at = (day: number): string => `1999-01-0${day}T00:00:00.000Z`;

    it('goes, the oldest first and so many at a time; what is younger, open or under way stays', async () => {
      const { pair } = scope();
      const conflict = (n: number, parts: object) =>
        conflictRow({ id: `${pair}-${n}`, linkId: `${pair}-${n}`, pair, ...parts });
      await run(async (tx) => {
        await tx.addHistory([3, 1, 2, 5].map((day) => historyRow({ linkId: pair, value: day, at: at(day) })));
        await tx.saveRun(runRow({ id: `${pair}-old`, startedAt: at(1), endedAt: at(2), state: 'done' }));
        await tx.saveRun(runRow({ id: `${pair}-long`, startedAt: at(1), endedAt: null, state: 'running' }));
        await tx.noteConflicts([
          conflict(1, { at: at(1), status: 'settled', settledAt: at(1) }),
          conflict(2, { at: at(1), status: 'open' }),
          conflict(3, { at: at(1), status: 'settled', settledAt: at(5) }),
        ]);
      });
      const before = { history: at(4), conflicts: at(4) };
      expect(await run((tx) => tx.prune(before, 2))).toEqual({ history: 2, runs: 1, conflicts: 1 });
      expect((await run((tx) => tx.historyOf(pair, 9))).map(({ value }) => value)).toEqual(
        expect.arrayContaining([3, 5]),
      );
      expect(await run((tx) => tx.prune(before, 2))).toEqual({ history: 1, runs: 0, conflicts: 0 });
      expect(await run((tx) => tx.prune(before, 2))).toEqual({ history: 0, runs: 0, conflicts: 0 });
      const left = await run(async (tx) => ({
        history: (await tx.historyOf(pair, 9)).map(({ value }) => value),
        conflicts: (await tx.listConflicts({ all: true, pair, limit: 9 })).map(({ id }) => id),
        long: await tx.runById(`${pair}-long`),
        old: await tx.runById(`${pair}-old`),
      }));
      expect(left).toMatchObject({ history: [5], conflicts: [`${pair}-2`, `${pair}-3`], long: {}, old: null });
    });

    it('stays where it is kept for ever', async () => {
      const { pair } = scope();
      await run((tx) => tx.addHistory([historyRow({ linkId: pair, at: at(1) })]));
      expect(await run((tx) => tx.prune({ history: null, conflicts: null }, 9))).toEqual({
        history: 0,
        runs: 0,
        conflicts: 0,
      });
      await run((tx) => tx.prune({ history: at(4), conflicts: null }, 9));
    });
  });
}
