import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { QuarantineReason, Store, Tx } from '../../src/store/store.ts';
import { builtAt, quarantineRow } from '../support/builders.ts';
import { fakeClock } from '../support/clock.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { seededIds } from '../support/random.ts';

const later = '2026-03-02T09:00:00.000Z';
const refused: QuarantineReason = {
  kind: 'connector',
  error: 'Rejected',
  data: { side: 'salesforce', executed: 'no', status: 400, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' },
};
const many: QuarantineReason = { kind: 'plan', why: 'too-many-deletes', others: ['INC0010042'] };
const at = (n: number): string => `2026-03-02T08:00:0${n}.000Z`;

function suite(name: string, open: () => Promise<{ readonly store: Store; close(): Promise<void> }>): void {
  describe(`what is set aside in ${name}`, () => {
    let store: Store;
    let close: () => Promise<void>;
    const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => store.transaction(work);
    beforeAll(async () => {
      ({ store, close } = await open());
      const rows = Array.from({ length: 9 }, (_, n) =>
        quarantineRow({
          key: `link:q-${n}`,
          pair: n === 8 ? 'other' : 'incident-case',
          reason: n < 6 ? refused : many,
          firstAt: at(8 - n),
          nextAt: later,
        }),
      );
      await run((tx) => tx.saveQuarantine(rows));
    });
    afterAll(() => close());

    it('comes by pages, the oldest first, of one pair where asked', async () => {
      const first = await run((tx) => tx.quarantinePage({ limit: 4 }));
      expect(first.map(({ key }) => key)).toEqual(['link:q-8', 'link:q-7', 'link:q-6', 'link:q-5']);
      const after = first.at(-1) ?? { firstAt: '', key: '' };
      const rest = await run((tx) => tx.quarantinePage({ after, limit: 9 }));
      expect(rest.map(({ key }) => key)).toEqual(['link:q-4', 'link:q-3', 'link:q-2', 'link:q-1', 'link:q-0']);
      expect(await run((tx) => tx.quarantinePage({ pair: 'other', limit: 9 }))).toHaveLength(1);
    });

    it('is counted by pair and reason, with the first few of each', async () => {
      const groups = await run((tx) => tx.quarantineGroups());
      const sorted = groups.toSorted((a, b) => b.count - a.count);
      expect(sorted.map(({ pair, count }) => [pair, count])).toEqual([
        ['incident-case', 6],
        ['incident-case', 2],
        ['other', 1],
      ]);
      expect(sorted[0]).toMatchObject({ reason: refused, firstAt: at(3), nextAt: later });
      expect(sorted[0]?.keys).toEqual([5, 4, 3, 2, 1].map((n) => `link:q-${n}`));
      expect(await run((tx) => tx.quarantineGroups('other'))).toHaveLength(1);
    });

    it('comes due as a whole when its pair is set going, with the word that a person gave', async () => {
      await run((tx) =>
        tx.releaseQuarantine('incident-case', builtAt, { of: 'too-many-deletes', is: 'allowed-by-person' }),
      );
      const due = await run((tx) => tx.quarantineDue(builtAt, 99));
      expect(due.filter(({ pair }) => pair === 'incident-case')).toHaveLength(8);
      const [stopped, other, plain] = await run((tx) => tx.quarantined(['link:q-7', 'link:q-8', 'link:q-0']));
      expect(stopped?.reason).toEqual({ kind: 'plan', why: 'allowed-by-person' });
      expect(other).toMatchObject({ reason: many, nextAt: later });
      expect(plain).toMatchObject({ reason: refused, nextAt: builtAt });
    });

    it('keeps its reasons where a person said nothing of them', async () => {
      await run((tx) => tx.releaseQuarantine('other', builtAt, null));
      expect(await run((tx) => tx.quarantined(['link:q-8']))).toMatchObject([{ reason: many, nextAt: builtAt }]);
    });
  });
}

suite('a store in memory', async () => {
  const store = createMemoryStore({ clock: fakeClock(), ids: seededIds(1) });
  return { store, close: async () => undefined };
});

suite('Postgres', async () => {
  const database = await newDatabase();
  const store = await storeOn(database);
  return {
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
