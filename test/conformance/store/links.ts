import { describe, expect, it } from 'vitest';
import type { Link } from '../../../src/core/link.ts';
import { sides } from '../../../src/core/side.ts';
import { DuplicateLink, type Tx } from '../../../src/store/store.ts';
import { builtAt, version } from '../../support/builders.ts';
import { hostile, later, type Run, scope } from './support.ts';

/** What a store must do with links. */
export function linksSuite(run: Run): void {
  describe('links', () => {
    it('come back as they went in, by id and by either record', async () => {
      const { link: build, pair } = scope();
      const [one, two] = [
        build({ holds: [{ field: 'state', reason: { kind: 'bouncing', hops: 4 } }] }),
        build({ status: 'pending' }),
      ];
      await run((tx) => tx.insertLinks([one, two]));
      const byId = await run((tx) => tx.linksById([two.id, 'nobody', one.id]));
      expect(byId).toHaveLength(2);
      expect(byId).toEqual(expect.arrayContaining([one, two]));
      for (const side of sides) {
        expect(await run((tx) => tx.linksBySource(pair, side, [one.ids[side], 'nobody']))).toEqual([one]);
        expect(await run((tx) => tx.linksBySource('another-pair', side, [one.ids[side]]))).toEqual([]);
        expect(await run((tx) => tx.linkIds(pair, side, ['nobody', one.ids[side]]))).toEqual([one.id]);
        expect(await run((tx) => tx.linkIds('another-pair', side, [one.ids[side]]))).toEqual([]);
      }
    });

    it('keep every text that a desk may hold', async () => {
      const { link: build } = scope();
      const fields = Object.fromEntries(hostile.map((text, index) => [`field_${index}`, text]));
      const base = { fields: { ...fields, n: 1.5, yes: true, no: false, nothing: null }, version: version(builtAt, 7) };
      const one = build({ bases: { servicenow: base, salesforce: { ...base, version: version() } } });
      await run((tx) => tx.insertLinks([one]));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([one]);
    });

    it('tie a record to one partner only', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      for (const side of sides) {
        const rival = { ...build(), ids: { ...build().ids, [side]: one.ids[side] } };
        await expect(run((tx) => tx.insertLinks([rival]))).rejects.toThrow(DuplicateLink);
        expect(await run((tx) => tx.linksById([rival.id]))).toEqual([]);
      }
      const elsewhere = { ...one, id: `${one.id}-b`, pair: `${one.pair}-b` };
      await run((tx) => tx.insertLinks([elsewhere]));
    });

    it('refuse a twin within one call, and then all of the call', async () => {
      const { link: build } = scope();
      const [one, two] = [build(), build()];
      const twin = { ...build(), ids: one.ids };
      await expect(run((tx) => tx.insertLinks([one, two, twin]))).rejects.toThrow(DuplicateLink);
      expect(await run((tx) => tx.linksById([one.id, two.id]))).toEqual([]);
    });

    it('stay taken while they are detached', async () => {
      const { link: build } = scope();
      const one = build({ status: 'detached' });
      await run((tx) => tx.insertLinks([one]));
      await expect(run((tx) => tx.insertLinks([{ ...build(), ids: one.ids }]))).rejects.toThrow(DuplicateLink);
    });

    it('take new bases, numbers, holds, hops, status and time', async () => {
      const { link: build } = scope();
      const [one, untouched] = [build(), build()];
      await run((tx) => tx.insertLinks([one, untouched]));
      const changed: Link = {
        ...one,
        bases: { ...one.bases, salesforce: { fields: { Subject: 'new' }, version: version(later) } },
        numbers: { servicenow: 'INC-new', salesforce: null },
        holds: [{ field: 'state', reason: { kind: 'no-counterpart', side: 'servicenow', value: '9' } }],
        hops: [{ field: 'state', count: 2, since: builtAt }],
        status: 'conflict',
        lastSyncedAt: later,
      };
      await run((tx) => tx.updateLinks([changed]));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([changed]);
      expect(await run((tx) => tx.linksById([untouched.id]))).toEqual([untouched]);
      await run((tx) => tx.setLinkStatus([one.id, 'nobody'], 'detached'));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([{ ...changed, status: 'detached' }]);
    });

    it('stay detached, whatever a run that began before has to record', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      await run((tx) => tx.setLinkStatus([one.id], 'detached'));
      await run((tx) => tx.updateLinks([{ ...one, lastSyncedAt: later, status: 'synced' }]));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([{ ...one, lastSyncedAt: later, status: 'detached' }]);
      await run((tx) => tx.setLinkStatus([one.id], 'pending'));
      expect(await run((tx) => tx.linksById([one.id]))).toMatchObject([{ status: 'pending' }]);
    });

    it('are found by pair, status, number and id, a page at a time', async () => {
      const { link: build, pair } = scope();
      const all = Array.from({ length: 5 }, (_, index) => build({ status: index === 2 ? 'conflict' : 'synced' }));
      await run((tx) => tx.insertLinks(all.toReversed()));
      const find = (filter: Parameters<Tx['findLinks']>[0]) => run((tx) => tx.findLinks(filter));
      expect(await find({ pair, limit: 3 })).toEqual(all.slice(0, 3));
      expect(await find({ pair, limit: 3, after: all[2]?.id ?? '' })).toEqual(all.slice(3));
      expect(await find({ pair, latestFirst: true, limit: 2 })).toEqual(all.slice(3).toReversed());
      expect(await find({ pair, status: 'conflict', limit: 9 })).toEqual([all[2]]);
      for (const search of [
        all[1]?.id,
        all[1]?.ids.servicenow,
        all[1]?.ids.salesforce,
        all[1]?.numbers.servicenow,
        all[1]?.numbers.salesforce,
      ]) {
        expect(await find({ search: search ?? '', limit: 9 })).toEqual([all[1]]);
      }
      expect(await find({ search: '%', limit: 9 })).toEqual([]);
    });

    it('are counted by status, with a zero for each that has none', async () => {
      const { link: build } = scope();
      const before = await run((tx) => tx.countLinks());
      await run((tx) => tx.insertLinks([build(), build({ status: 'quarantined' })]));
      const after = await run((tx) => tx.countLinks());
      expect(Object.keys(after).toSorted()).toEqual(['conflict', 'detached', 'pending', 'quarantined', 'synced']);
      expect(after.synced - before.synced).toBe(1);
      expect(after.quarantined - before.quarantined).toBe(1);
      expect(after.detached - before.detached).toBe(0);
    });
  });
}
