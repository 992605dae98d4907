import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SettledValue } from '../../src/core/plan.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { SessionRow } from '../../src/store/overview.ts';
import type { AdminRecords, Store, Tx } from '../../src/store/store.ts';
import { builtAt, conflictRow, historyRow, link, quarantineRow } from '../support/builders.ts';
import { fakeClock } from '../support/clock.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { seededIds } from '../support/random.ts';

const take: SettledValue = { kind: 'take', side: 'salesforce' };
const later = '2026-03-02T09:00:00.000Z';

/** What people ask of a store comes to the same on every store. */
function suite(name: string, open: () => Promise<{ readonly store: Store; close(): Promise<void> }>): void {
  describe(`what people ask of ${name}`, () => {
    let store: Store;
    let close: () => Promise<void>;
    const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => store.transaction(work);
    beforeAll(async () => {
      ({ store, close } = await open());
      await run((tx) => tx.insertLinks(links));
    });
    afterAll(() => close());

    const links = ['Printer on fire', 'VPN 100% down_now', 'Ümlaut \\ "quoted"', 'As INC0010042 and INC0099999'].map(
      (title, n) =>
        link({
          id: `o-${n}`,
          pair: n === 3 ? 'other' : 'incident-case',
          ids: { servicenow: `${n}`.repeat(32), salesforce: `50000000000000${n}AAA` },
          numbers: { servicenow: `INC001004${n}`, salesforce: `0000200${n}` },
          status: n === 0 ? 'conflict' : 'synced',
          bases: {
            servicenow: { fields: { short_description: title }, version: { stamp: builtAt, count: 1 } },
            salesforce: { fields: {}, version: { stamp: builtAt, count: null } },
          },
        }),
    );
    const found = async (text: string): Promise<readonly string[]> =>
      (await run((tx) => tx.searchLinks({ text, titles: ['short_description'], limit: 10 }))).map(({ id }) => id);

    it('finds links by id, number, its beginning, and any part of the title', async () => {
      expect(await found('o-1')).toEqual(['o-1']);
      expect(await found('INC0010042')).toEqual(['o-2']);
      expect(await found('inc00100')).toEqual(['o-0', 'o-1', 'o-2', 'o-3']);
      expect(await found('1'.repeat(32))).toEqual(['o-1']);
      expect(await found('ON FIRE')).toEqual(['o-0']);
      expect(await found('100% DOWN_')).toEqual(['o-1']);
      expect(await found('%')).toEqual(['o-1']);
      expect(await found('_')).toEqual(['o-1']);
      expect(await found('\\ "q')).toEqual(['o-2']);
      expect(await found("'; DROP TABLE links; --")).toEqual([]);
    });

    it('looks through titles only where no id or number fits', async () => {
      expect(await found('INC0010042')).toEqual(['o-2']);
      expect(await found('INC0099999')).toEqual(['o-3']);
    });

    it('pages links in either order, and counts those of a pair', async () => {
      const page = (after: string | undefined, latestFirst: boolean) =>
        run((tx) => tx.searchLinks({ titles: [], latestFirst, limit: 2, ...(after === undefined ? {} : { after }) }));
      expect((await page(undefined, true)).map(({ id }) => id)).toEqual(['o-3', 'o-2']);
      expect((await page('o-2', true)).map(({ id }) => id)).toEqual(['o-1', 'o-0']);
      expect((await page('o-1', false)).map(({ id }) => id)).toEqual(['o-2', 'o-3']);
      expect(await run((tx) => tx.countLinksOf('incident-case'))).toMatchObject({ synced: 2, conflict: 1, pending: 0 });
      expect(await run((tx) => tx.searchLinks({ pair: 'other', status: 'synced', titles: [], limit: 9 }))).toHaveLength(
        1,
      );
    });

    it('decides those conflicts that are open, once, and says by whom', async () => {
      await run((tx) =>
        tx.noteConflicts(
          ['a', 'b', 'c'].map((id, n) =>
            conflictRow({ id, linkId: `o-${n}`, field: n === 0 ? 'state' : 'short_description' }),
          ),
        ),
      );
      expect(await run((tx) => tx.countConflicts({ status: 'open' }))).toEqual({ state: 1, short_description: 2 });
      await run((tx) => tx.settleConflicts(['c'], 'servicenow', later));
      const decided = await run((tx) => tx.decideOpen(['a', 'b', 'c', 'nobody'], take, { actor: 'ann', at: later }));
      expect(new Set(decided)).toEqual(new Set(['a', 'b']));
      expect(await run((tx) => tx.decideOpen(['a'], take, { actor: 'bob', at: later }))).toEqual([]);
      expect(await run((tx) => tx.conflictById('a'))).toMatchObject({
        status: 'decided',
        decision: take,
        decidedBy: 'ann',
        decidedAt: later,
      });
      expect(await run((tx) => tx.conflictById('c'))).not.toHaveProperty('decidedBy');
      expect((await run((tx) => tx.conflictsById(['c', 'nobody', 'a']))).map(({ id }) => id)).toEqual(['c', 'a']);
      const page = await run((tx) => tx.conflictPage({ field: 'short_description', after: 'b', limit: 5 }));
      expect(page.map(({ id }) => id)).toEqual(['c']);
      expect(await run((tx) => tx.conflictPage({ linkId: 'o-0', status: 'decided', limit: 5 }))).toHaveLength(1);
    });

    it('gives of two who decide at the same moment the conflict to one', async () => {
      await run((tx) => tx.noteConflicts([conflictRow({ id: 'race', linkId: 'o-3', field: 'urgency' })]));
      const tries = await Promise.all(
        ['ann', 'bob', 'cyd'].map((actor) => run((tx) => tx.decideOpen(['race'], take, { actor, at: later }))),
      );
      expect(tries.flat()).toEqual(['race']);
    });

    it('pages what happened to a link, of one field where asked', async () => {
      const rows = ['state', 'short_description', 'state'].map((field) => historyRow({ linkId: 'o-0', field }));
      for (const row of rows) await run((tx) => tx.addHistory([row]));
      const first = await run((tx) => tx.historyPage('o-0', { limit: 2 }));
      expect(first.map(({ field }) => field)).toEqual(['state', 'short_description']);
      const rest = await run((tx) => tx.historyPage('o-0', { limit: 2, after: first.at(-1)?.id ?? '' }));
      expect(rest.map(({ field }) => field)).toEqual(['state']);
      expect(await run((tx) => tx.historyPage('o-0', { field: 'state', limit: 9 }))).toHaveLength(2);
    });

    it('counts what waits', async () => {
      await run((tx) => tx.saveQuarantine([quarantineRow({ key: 'link:o-1' })]));
      expect(await run((tx) => tx.counts())).toEqual({
        openConflicts: 0,
        decidedConflicts: 3,
        quarantined: 1,
        inDoubt: 0,
        openProposals: 0,
        unmatched: 0,
      });
    });

    describe('sessions', () => {
      const admin = (): AdminRecords => {
        if (store.admin === undefined) throw new Error('it keeps none');
        return store.admin;
      };
      const session = (hash: string, parts: Partial<SessionRow> = {}): SessionRow => ({
        hash,
        tokenId: 't1',
        role: 'operator',
        name: 'duty \u0000 desk',
        csrf: 'c',
        createdAt: builtAt,
        seenAt: builtAt,
        endsAt: later,
        ...parts,
      });

      it('are kept until they end, are not used, or end with their token', async () => {
        await admin().addSession(session('h1'));
        await admin().addSession(session('h2', { tokenId: 't2' }));
        await admin().addSession(session('h3', { endsAt: builtAt }));
        expect(await admin().sessionByHash('h1')).toEqual(session('h1'));
        await admin().touchSession('h1', later);
        expect(await admin().sessionByHash('h1')).toMatchObject({ seenAt: later });
        await admin().dropSessions('2026-03-02T08:30:00.000Z', '2026-03-02T07:00:00.000Z');
        expect(await admin().sessionByHash('h3')).toBeNull();
        await admin().dropSessions('2026-03-02T08:30:00.000Z', '2026-03-02T08:30:00.000Z');
        expect(await admin().sessionByHash('h2')).toBeNull();
        await admin().endSessionsOf('t2');
        expect(await admin().sessionByHash('h1')).not.toBeNull();
        await admin().endSessionsOf('t1');
        expect(await admin().sessionByHash('h1')).toBeNull();
      });

      it('leave a trail that comes by pages', async () => {
        const row = { at: builtAt, actor: 'ann', action: 'login', target: null, detail: {} };
        for (const action of ['one', 'two', 'three']) await admin().addAudit({ ...row, action });
        const first = await admin().auditPage({ limit: 2 });
        expect(first.map(({ action }) => action)).toEqual(['three', 'two']);
        const rest = await admin().auditPage({ limit: 2, after: first.at(-1)?.id ?? '' });
        expect(rest.map(({ action }) => action)).toEqual(['one']);
      });
    });
  });
}

suite('a store in memory', async () => {
  const store = createMemoryStore({ clock: fakeClock(), ids: seededIds(1) });
  return { store, close: async () => undefined };
});

suite('Postgres', async () => {
  const database: TestDatabase = await newDatabase();
  const store = await storeOn(database);
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
