import { describe, expect, it } from 'vitest';
import type { Life, Link } from '../../../src/core/link.ts';
import { DuplicateLink } from '../../../src/store/store.ts';
import { builtAt } from '../../support/builders.ts';
import { later, latest, type Run, scope } from './support.ts';

/** What a store must do with what became of linked records. */
export function livesSuite(run: Run): void {
  describe('what became of records', () => {
    const deleted: Life = { kind: 'deleted', side: 'salesforce', at: later, by: 'is-deleted', done: 'told' };

    it('is kept with the link, and forgotten with it', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      const ended: Link = { ...one, status: 'detached', life: deleted };
      await run((tx) => tx.updateLinks([ended]));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([ended]);

      await run((tx) => tx.setLinkStatus([one.id], 'detached'));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([{ ...ended, life: null }]);
    });

    it('never gets into a link that a person has unlinked meanwhile', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      await run((tx) => tx.setLinkStatus([one.id], 'detached'));
      await run((tx) => tx.updateLinks([{ ...one, status: 'detached', life: deleted }]));
      expect((await run((tx) => tx.linksById([one.id])))[0]?.life).toBeNull();
    });

    it('lets a link be taken up again, but not one that a person has unlinked', async () => {
      const { link: build } = scope();
      const [byLife, byPerson] = [build(), build()];
      await run((tx) => tx.insertLinks([byLife, byPerson]));
      await run((tx) => tx.updateLinks([{ ...byLife, status: 'detached', life: deleted }]));
      await run((tx) => tx.setLinkStatus([byPerson.id], 'detached'));

      const back = [byLife, byPerson].map((one): Link => ({ ...one, status: 'pending' }));
      await run((tx) => tx.reattachLinks(back));
      const held = await run((tx) => tx.linksById([byLife.id, byPerson.id]));
      expect(held.map(({ status, life }) => [status, life])).toEqual([
        ['pending', null],
        ['detached', null],
      ]);
    });

    it('lets a link go over to another record that has none', async () => {
      const { link: build, pair } = scope();
      const [one, other] = [build(), build()];
      await run((tx) => tx.insertLinks([one, other]));
      await run((tx) => tx.moveLink(one.id, 'salesforce', 'sf-master'));

      expect((await run((tx) => tx.linksBySource(pair, 'salesforce', ['sf-master'])))[0]?.id).toBe(one.id);
      expect(await run((tx) => tx.linksBySource(pair, 'salesforce', [one.ids.salesforce]))).toEqual([]);
      await expect(run((tx) => tx.moveLink(other.id, 'salesforce', 'sf-master'))).rejects.toThrow(DuplicateLink);
    });

    it('is counted by pair and time, without what is merely missing', async () => {
      const { link: build, pair } = scope();
      const [gone, longGone, hidden, living] = [build(), build(), build(), build()];
      await run((tx) => tx.insertLinks([gone, longGone, hidden, living]));
      await run((tx) =>
        tx.updateLinks([
          { ...gone, status: 'detached', life: { ...deleted, at: latest } },
          { ...longGone, status: 'detached', life: { ...deleted, at: builtAt } },
          { ...hidden, life: { kind: 'missing', side: 'servicenow', since: latest, looks: 2 } },
        ]),
      );
      expect(await run((tx) => tx.countEnds(pair, later))).toEqual({ recent: 1, living: 2 });
    });

    it('and what is held back are told in figures', async () => {
      const { link: build } = scope();
      const before = await run((tx) => tx.countHeld());
      const [kept, hidden] = [build(), build()];
      await run((tx) => tx.insertLinks([kept, hidden]));
      await run((tx) =>
        tx.updateLinks([
          { ...kept, holds: [{ field: 'urgency', reason: { kind: 'refused', side: 'servicenow', value: '1' } }] },
          { ...hidden, life: { kind: 'missing', side: 'servicenow', since: latest, looks: 1 } },
        ]),
      );
      expect(await run((tx) => tx.countHeld())).toEqual({
        refused: before.refused + 1,
        missing: before.missing + 1,
      });
    });
  });
}
