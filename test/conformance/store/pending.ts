import { describe, expect, it } from 'vitest';
import { pendingWrite } from '../../support/builders.ts';
import { hostile, later, type Run, scope } from './support.ts';

/** What a store must do with writes that are under way. */
export function pendingSuite(run: Run): void {
  describe('pending writes', () => {
    it('are kept per link, side and field, the last one standing', async () => {
      const { pair } = scope();
      const [one, other] = [`${pair}-a`, `${pair}-b`];
      const subject = pendingWrite({ linkId: one });
      const state = pendingWrite({ linkId: one, side: 'servicenow', field: 'state', value: '2', before: null });
      await run((tx) => tx.savePending([subject, state, pendingWrite({ linkId: other, value: true, before: 4 })]));
      const again = { ...subject, value: 'Printer gone', sentAt: later, runId: 'run-7' };
      await run((tx) => tx.savePending([again]));
      const held = await run((tx) => tx.pendingOf([one]));
      expect(held).toHaveLength(2);
      expect(held).toEqual(expect.arrayContaining([state, again]));
      await run((tx) => tx.clearPending([one]));
      expect(await run((tx) => tx.pendingOf([one, other]))).toEqual([
        pendingWrite({ linkId: other, value: true, before: 4 }),
      ]);
    });

    it('name the links that have waited since before a time, each once', async () => {
      const { pair } = scope();
      const at = '2019-01-01T00:00:00.000Z';
      const old = (n: number, field: string) => pendingWrite({ linkId: `${pair}-${n}`, field, sentAt: at });
      await run((tx) => tx.savePending([old(1, 'a'), old(1, 'b'), old(2, 'a'), pendingWrite({ linkId: `${pair}-3` })]));
      const waiting = await run((tx) => tx.linksWithPendingBefore('2019-01-01T00:00:00.001Z', 10));
      expect(waiting.toSorted()).toEqual([`${pair}-1`, `${pair}-2`]);
      expect(await run((tx) => tx.linksWithPendingBefore(at, 10))).toEqual([]);
      expect(await run((tx) => tx.linksWithPendingBefore(later, 1))).toHaveLength(1);
    });

    it('keep every text that a desk may hold', async () => {
      const { pair } = scope();
      const rows = hostile.map((text, n) => pendingWrite({ linkId: pair, field: `f${n}`, value: text, before: text }));
      await run((tx) => tx.savePending(rows));
      expect(await run((tx) => tx.pendingOf([pair]))).toEqual(expect.arrayContaining(rows));
    });
  });
}
