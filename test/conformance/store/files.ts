import { describe, expect, it } from 'vitest';
import type { ChildRow } from '../../../src/core/children.ts';
import { childRow, link } from '../../support/builders.ts';
import type { Run } from './support.ts';

const seen = '2026-03-02T08:00:00.000Z';
const next = '2026-03-02T08:00:00.001Z';

let drawn = 0;

async function newLink(run: Run, status: 'synced' | 'detached' = 'synced'): Promise<string> {
  drawn += 1;
  const id = `file-link-${drawn}`;
  const ids = { servicenow: `file-sn-${drawn}`, salesforce: `file-sf-${drawn}` };
  await run((tx) => tx.insertLinks([link({ id, pair: 'files', ids, status })]));
  return id;
}

/** What a store must do for files, whose rows several workers may reach for. */
export function filesSuite(run: Run): void {
  const file = (linkId: string, parts: Partial<ChildRow> = {}): ChildRow =>
    childRow({ id: `${linkId}-f`, linkId, kind: 'file', sourceId: 'f', state: 'planned', updatedAt: seen, ...parts });

  describe('the rows of files', () => {
    it('move on only from where they were seen', async () => {
      const linkId = await newLink(run);
      const row = file(linkId);
      const sent: ChildRow = { ...row, state: 'sent', updatedAt: next, detail: { name: 'a\u0000b', size: 3 } };
      await run((tx) => tx.saveChildren([row]));
      expect(await run((tx) => tx.swapChild(sent, seen))).toBe(true);
      expect(await run((tx) => tx.swapChild({ ...sent, state: 'refused' }, seen))).toBe(false);
      expect(await run((tx) => tx.childrenOf([linkId]))).toEqual([sent]);
      expect(await run((tx) => tx.swapChild({ ...sent, id: 'nobody' }, next))).toBe(false);
    });

    it('are taken by one of many who reach for them at once', async () => {
      const linkId = await newLink(run);
      const row = file(linkId);
      await run((tx) => tx.saveChildren([row]));
      const tries = Array.from({ length: 5 }, () =>
        run((tx) => tx.swapChild({ ...row, state: 'sent', updatedAt: next }, seen)),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    it('are due when their time has come, or when nobody has moved them for long', async () => {
      const due = async (at: string, now: string): Promise<readonly string[]> =>
        (await run((tx) => tx.linksWithFilesDue(at, now, 1000))).filter((id) => mine.has(id));
      const [old, putOff, done, unlinked, comment] = [
        await newLink(run),
        await newLink(run),
        await newLink(run),
        await newLink(run, 'detached'),
        await newLink(run),
      ];
      const mine = new Set([old, putOff, done, unlinked, comment]);
      await run((tx) =>
        tx.saveChildren([
          file(old, { state: 'sent' }),
          file(putOff, { detail: { nextAt: '2026-03-02T09:00:00.000Z' }, updatedAt: '2020-01-01T00:00:00.000Z' }),
          file(done, { state: 'carried' }),
          file(unlinked),
          file(comment, { kind: 'comment' }),
        ]),
      );
      expect(await due(seen, '2026-03-02T08:30:00.000Z')).toEqual([]);
      expect(await due(next, '2026-03-02T08:30:00.000Z')).toEqual([old]);
      expect(new Set(await due(next, '2026-03-02T09:00:00.000Z'))).toEqual(new Set([old, putOff]));
    });
  });
}
