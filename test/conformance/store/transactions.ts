import { describe, expect, it } from 'vitest';
import { cursor } from '../../support/builders.ts';
import { type Run, scope } from './support.ts';

/** What a store must hold to about what is done together. */
export function transactionsSuite(run: Run): void {
  describe('a transaction', () => {
    it('shows its own writes to itself and, once over, to others', async () => {
      const { link: build } = scope();
      const one = build();
      const within = await run(async (tx) => {
        await tx.insertLinks([one]);
        return tx.linksById([one.id]);
      });
      expect(within).toEqual([one]);
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([one]);
    });

    it('leaves nothing behind when its work throws', async () => {
      const { link: build, pair } = scope();
      const one = build();
      const failed = run(async (tx) => {
        await tx.insertLinks([one]);
        await tx.saveCursor(cursor('servicenow', { pair }));
        await tx.enqueue([{ kind: 'link', linkId: one.id }]);
        throw new Error('the power went');
      });
      await expect(failed).rejects.toThrow('the power went');
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([]);
      expect(await run((tx) => tx.cursor(pair, 'servicenow'))).toBeNull();
    });

    it('gives back what its work returns, and lets many be asked for at once', async () => {
      const { pair } = scope();
      const saved = await Promise.all(
        Array.from({ length: 8 }, () =>
          run(async (tx) => {
            const held = await tx.cursor(pair, 'servicenow');
            return tx.saveCursor(cursor('servicenow', { pair, version: (held?.version ?? 0) + 1 }));
          }).catch(() => false),
        ),
      );
      const stored = await run((tx) => tx.cursor(pair, 'servicenow'));
      expect(stored?.version).toBe(saved.filter(Boolean).length);
    });
  });
}
