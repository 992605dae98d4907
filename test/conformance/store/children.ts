import { describe, expect, it } from 'vitest';
import type { ChildRow } from '../../../src/core/children.ts';
import { builtAt, childRow, link } from '../../support/builders.ts';
import type { Run } from './support.ts';

const later = '2026-03-02T09:00:00.000Z';
const hostile = ['a\u0000b', '\ud83d', '\u001a0000', '😀👩‍👩‍👧', 'a\r\nb', "'; DROP TABLE children; --"];

let drawn = 0;

/** A link that no other test uses, in the store. */
async function newLink(run: Run): Promise<string> {
  drawn += 1;
  const id = `child-link-${drawn}`;
  const ids = { servicenow: `child-sn-${drawn}`, salesforce: `child-sf-${drawn}` };
  await run((tx) => tx.insertLinks([link({ id, pair: 'children', ids })]));
  return id;
}

/** What a store must do with the ledger of comments and files. */
export function childrenSuite(run: Run): void {
  describe('the ledger', () => {
    it('comes back link by link, oldest first, as it went in', async () => {
      const [one, two] = [await newLink(run), await newLink(run)];
      const rows = [
        childRow({ id: `${one}-b`, linkId: one, sourceId: 'b', createdAt: later }),
        childRow({ id: `${one}-a`, linkId: one, sourceId: 'a' }),
        childRow({ id: `${two}-a`, linkId: two, sourceId: 'a', detail: { stamp: null, tries: 2, unsent: true } }),
      ];
      await run((tx) => tx.saveChildren([rows[1], rows[0], rows[2]] as ChildRow[]));
      expect(await run((tx) => tx.childrenOf([two, one, 'nobody']))).toEqual([rows[2], rows[1], rows[0]]);
      expect(await run((tx) => tx.childrenOf([]))).toEqual([]);
    });

    it('keeps one row of each source: a later one takes over all but its id and its beginning', async () => {
      const linkId = await newLink(run);
      const first = childRow({ id: `${linkId}-1`, linkId, sourceId: 'a' });
      const next = childRow({
        ...first,
        id: `${linkId}-2`,
        state: 'carried',
        counterpartId: 'x',
        channel: 'internal',
        hash: 'f'.repeat(64),
        detail: { told: 'yes' },
        createdAt: later,
        updatedAt: later,
      });
      await run((tx) => tx.saveChildren([first]));
      await run((tx) => tx.saveChildren([first, next]));
      expect(await run((tx) => tx.childrenOf([linkId]))).toEqual([
        { ...next, id: first.id, createdAt: first.createdAt },
      ]);
      const others: Partial<ChildRow>[] = [{ kind: 'file' }, { side: 'salesforce' }, { sourceId: 'a#2' }];
      await run((tx) =>
        tx.saveChildren(others.map((parts, n) => ({ ...first, ...parts, id: `${linkId}-other-${n}` }))),
      );
      expect(await run((tx) => tx.childrenOf([linkId]))).toHaveLength(4);
    });

    it('is found by what hangs on a ticket of a side, whether that is a source or a counterpart', async () => {
      const linkId = await newLink(run);
      const source = childRow({ id: `${linkId}-1`, linkId, sourceId: `${linkId}-s`, counterpartId: `${linkId}-c` });
      const file = childRow({ ...source, id: `${linkId}-2`, kind: 'file' });
      await run((tx) => tx.saveChildren([source, file]));
      expect(await run((tx) => tx.childrenById('comment', 'servicenow', [`${linkId}-s`, 'none']))).toEqual([source]);
      expect(await run((tx) => tx.childrenById('comment', 'salesforce', [`${linkId}-c`]))).toEqual([source]);
      expect(await run((tx) => tx.childrenById('comment', 'salesforce', [`${linkId}-s`]))).toEqual([]);
      expect(await run((tx) => tx.childrenById('file', 'servicenow', [`${linkId}-s`]))).toEqual([file]);
      expect(await run((tx) => tx.childrenById('file', 'servicenow', []))).toEqual([]);
    });

    it('names the links that wait with something about to be sent, longest first, but for unlinked ones', async () => {
      const [waits, waitsLonger, detached, done] = [
        await newLink(run),
        await newLink(run),
        await newLink(run),
        await newLink(run),
      ];
      const planned = (linkId: string, n: number, updatedAt: string): ChildRow =>
        childRow({ id: `${linkId}-${n}`, linkId, sourceId: String(n), state: 'planned', updatedAt });
      await run((tx) =>
        tx.saveChildren([
          planned(waits, 1, '2018-01-01T00:00:00.000Z'),
          planned(waits, 2, '2018-01-02T00:00:00.000Z'),
          planned(waitsLonger, 1, '2017-01-01T00:00:00.000Z'),
          planned(detached, 1, '2017-01-01T00:00:00.000Z'),
          { ...planned(done, 1, '2017-01-01T00:00:00.000Z'), state: 'sent' },
        ]),
      );
      await run((tx) => tx.setLinkStatus([detached], 'detached'));
      const due = (at: string, limit = 10): Promise<readonly string[]> =>
        run((tx) => tx.linksWithChildrenPlannedBefore('comment', at, limit));
      expect(await due('2019-01-01T00:00:00.000Z')).toEqual([waitsLonger, waits]);
      expect(await due('2019-01-01T00:00:00.000Z', 1)).toEqual([waitsLonger]);
      expect(await due('2018-01-01T00:00:00.000Z')).toEqual([waitsLonger]);
      expect(await run((tx) => tx.linksWithChildrenPlannedBefore('file', builtAt, 10))).toEqual([]);
    });

    it('is counted by kind, state and channel', async () => {
      const linkId = await newLink(run);
      const count = async (): Promise<number> => {
        const counts = await run((tx) => tx.countChildren());
        return (
          counts.find((one) => one.state === 'withheld' && one.channel === 'internal' && one.kind === 'comment')
            ?.count ?? 0
        );
      };
      const before = await count();
      const withheld = (n: number): ChildRow =>
        childRow({ id: `${linkId}-${n}`, linkId, sourceId: String(n), state: 'withheld', channel: 'internal' });
      await run((tx) => tx.saveChildren([withheld(1), withheld(2)]));
      expect((await count()) - before).toBe(2);
    });

    it('keeps every text that a desk may hold', async () => {
      const linkId = await newLink(run);
      const rows = hostile.map((text, n) =>
        childRow({ id: `${linkId}-${n}`, linkId, sourceId: `${n}${text}`, detail: { author: text } }),
      );
      await run((tx) => tx.saveChildren(rows));
      const held = await run((tx) => tx.childrenOf([linkId]));
      expect(held).toHaveLength(rows.length);
      expect(held).toEqual(expect.arrayContaining(rows));
    });

    it('forgets what a transaction had saved when it fails', async () => {
      const linkId = await newLink(run);
      const failing = run(async (tx) => {
        await tx.saveChildren([childRow({ id: `${linkId}-1`, linkId })]);
        throw new Error('after all');
      });
      await expect(failing).rejects.toThrow('after all');
      expect(await run((tx) => tx.childrenOf([linkId]))).toEqual([]);
    });
  });
}
