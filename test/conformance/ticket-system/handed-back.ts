import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import type { Sending } from '../../../src/connectors/ticket-system.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';
import { createRequest } from './writes.ts';

const gone: Sending = { stillOurs: async () => Promise.resolve(false) };
const ours: Sending = { stillOurs: async () => Promise.resolve(true) };

/** The failures of a call, whether it failed as a whole or item by item. */
async function failures(work: Promise<readonly { readonly kind: string }[]> | undefined): Promise<readonly unknown[]> {
  const results = await (work ?? Promise.resolve([])).catch((error: unknown) => [{ kind: 'failed', error }]);
  return results.map((result) => ('error' in result && result.error instanceof ConnectorError ? result.error : result));
}

const handedBack = { kind: 'Unavailable', data: { executed: 'no', cause: 'not-ours' } };

export function handedBackTests(opened: Opened): void {
  const put = (desk: DeskUnderTest): string => desk.put({ ...desk.required, [desk.title]: 'as it was' });
  const titleOf = async (desk: DeskUnderTest, id: string): Promise<unknown> => {
    const [result] = await desk.system.read(desk.object, [id], [desk.title]);
    return result?.kind === 'found' ? result.record.fields[desk.title] : result?.kind;
  };

  describe('what is another worker’s by the time it would leave', () => {
    it('is handed back unsent: creates, updates, deletions and comments', async () => {
      const desk = opened();
      const { system, object } = desk;
      const id = put(desk);
      const create = createRequest(desk, { [desk.title]: 'not to be made' });
      expect(await failures(system.create([create], gone))).toMatchObject([handedBack]);
      const update = { object, id, fields: { [desk.title]: 'not to be' }, readBack: [desk.title] };
      expect(await failures(system.update([update], gone))).toMatchObject([handedBack]);
      if (system.erase !== undefined)
        expect(await failures(system.erase(object, [id], gone))).toMatchObject([handedBack]);
      const posts = [1, 2].map((n) => ({ object, recordId: id, channel: 'internal' as const, text: `${n}` }));
      if (desk.comment !== undefined)
        for (const error of await failures(system.children?.post(posts, gone)))
          expect(error).toMatchObject({ kind: 'Unavailable', data: { executed: 'no' } });

      const [probe] = await system.probe({
        object,
        fields: [desk.title],
        probes: [{ partnerId: create.partnerId, drawnId: create.drawnId }],
        control: id,
      });
      expect(probe).toEqual({ kind: 'none' });
      expect(await titleOf(desk, id)).toBe('as it was');
      const [read] = await system.read(object, [id], [], { comments: true, files: false });
      if (desk.comment !== undefined) expect(read).toMatchObject({ children: { comments: { items: [] } } });
    });

    it('goes out while it is ours', async () => {
      const desk = opened();
      const id = put(desk);
      const update = { object: desk.object, id, fields: { [desk.title]: 'as it is' }, readBack: [desk.title] };
      expect(await desk.system.update([update], ours)).toMatchObject([{ kind: 'written' }]);
      expect(await titleOf(desk, id)).toBe('as it is');
    });
  });
}
