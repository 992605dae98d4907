import { describe, expect, it } from 'vitest';
import type { Side } from '../../../src/core/side.ts';
import { builtAt, cursor, intent } from '../../support/builders.ts';
import { later, latest, type Run, scope } from './support.ts';

/** What a store must do with how far polls have come, and with creates that are under way. */
export function cursorsAndIntentsSuite(run: Run): void {
  describe('cursors', () => {
    it('are saved only on top of the version that was read', async () => {
      const { pair } = scope();
      const save = (version: number, side: Side = 'servicenow') =>
        run((tx) => tx.saveCursor(cursor(side, { pair, version })));
      expect(await run((tx) => tx.cursor(pair, 'servicenow'))).toBeNull();
      expect(await save(2)).toBe(false);
      expect(await save(1)).toBe(true);
      expect(await save(1)).toBe(false);
      expect(await save(3)).toBe(false);
      expect(await save(2)).toBe(true);
      expect(await save(1, 'salesforce')).toBe(true);
      expect((await run((tx) => tx.cursor(pair, 'servicenow')))?.version).toBe(2);
    });

    it('remember a walk that is under way', async () => {
      const { pair } = scope();
      const walk = { after: { stamp: later, id: 'x' }, startedAt: latest, deep: true, created: 3 };
      const walking = cursor('salesforce', {
        pair,
        walk,
        completeAt: builtAt,
        deepAt: later,
        at: { stamp: builtAt, id: 'y' },
      });
      await run((tx) => tx.saveCursor(walking));
      expect(await run((tx) => tx.cursor(pair, 'salesforce'))).toEqual(walking);
      await run((tx) => tx.saveCursor({ ...walking, walk: null, version: 2 }));
      expect(await run((tx) => tx.cursor(pair, 'salesforce'))).toEqual({ ...walking, walk: null, version: 2 });
    });

    it('know when a pair was first started, for ever', async () => {
      const { pair } = scope();
      expect(await run((tx) => tx.firstStart(pair, builtAt))).toBe(builtAt);
      expect(await run((tx) => tx.firstStart(pair, later))).toBe(builtAt);
    });
  });

  describe('intents', () => {
    it('are found by the record of origin until they are closed', async () => {
      const { pair } = scope();
      const one = intent({ id: `${pair}-1`, pair, originId: 'o1' });
      const two = intent({ id: `${pair}-2`, pair, originId: 'o2', sentAt: later });
      await run((tx) => tx.saveIntents([one, two]));
      expect(await run((tx) => tx.intentsByOrigin(pair, 'salesforce', ['o1', 'o9']))).toEqual([one]);
      expect(await run((tx) => tx.intentsByOrigin(pair, 'servicenow', ['o1']))).toEqual([]);
      const probed = { ...one, sentAt: latest, probes: 1, probedAt: latest };
      await run((tx) => tx.saveIntents([probed]));
      expect(await run((tx) => tx.intentsByOrigin(pair, 'salesforce', ['o1']))).toEqual([probed]);
      await run((tx) => tx.closeIntents([one.id]));
      expect(await run((tx) => tx.intentsByOrigin(pair, 'salesforce', ['o1']))).toEqual([]);
    });

    it('are listed oldest first', async () => {
      const { pair } = scope();
      const at = (minute: number) => `2020-01-01T00:0${minute}:00.000Z`;
      await run((tx) =>
        tx.saveIntents([3, 1, 2].map((n) => intent({ id: `${pair}-${n}`, pair, originId: `o${n}`, sentAt: at(n) }))),
      );
      const open = await run((tx) => tx.openIntents(2));
      expect(open.map((one) => one.sentAt)).toEqual([at(1), at(2)]);
      await run((tx) => tx.closeIntents([1, 2, 3].map((n) => `${pair}-${n}`)));
    });

    it('are one per record of origin', async () => {
      const { pair } = scope();
      await run((tx) => tx.saveIntents([intent({ id: `${pair}-1`, pair, originId: 'o1' })]));
      await expect(run((tx) => tx.saveIntents([intent({ id: `${pair}-2`, pair, originId: 'o1' })]))).rejects.toThrow();
    });
  });
}
