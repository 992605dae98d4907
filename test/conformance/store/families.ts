import { describe, expect, it } from 'vitest';
import type { Link } from '../../../src/core/link.ts';
import type { Side } from '../../../src/core/side.ts';
import { type Run, scope } from './support.ts';

/** What a store must tell of tickets that hang on one another. */
export function familiesSuite(run: Run): void {
  describe('families', () => {
    const waiting = (side: Side, value: string): Link['holds'] => [
      { field: 'state', reason: { kind: 'unreadable', side } },
      { field: 'parent', reason: { kind: 'parent-not-linked', side, value } },
    ];

    it('finds a record in whatever pair it is linked', async () => {
      const a = scope().link();
      const other = scope();
      const b = other.link({ ids: { servicenow: 'sn-shared', salesforce: `sf-${other.pair}` } });
      await run((tx) => tx.insertLinks([a, b]));
      expect(await run((tx) => tx.linksAnywhere('servicenow', [a.ids.servicenow, 'sn-shared', 'nobody']))).toEqual([
        a,
        b,
      ]);
    });

    it('wakes who waits for a record that is linked now, and nobody else', async () => {
      const { link: build } = scope();
      const parent = build();
      const child = build({ holds: waiting('servicenow', parent.ids.servicenow) });
      const across = build({ holds: waiting('salesforce', parent.ids.salesforce) });
      const stranger = build({ holds: waiting('servicenow', 'another') });
      const mixedUp = build({ holds: waiting('salesforce', parent.ids.servicenow) });
      const ended = build({ holds: waiting('servicenow', parent.ids.servicenow), status: 'detached' });
      await run((tx) => tx.insertLinks([child, across, stranger, mixedUp, ended]));
      const again = await run(async (tx) => {
        await tx.insertLinks([parent]);
        return tx.linksToRejoin([parent]);
      });
      expect(again.toSorted()).toEqual([child.id, across.id].toSorted());
    });

    it('wakes who is held in a circle with a ticket that moves', async () => {
      const { link: build } = scope();
      const moved = build();
      const held = build({
        holds: [
          { field: 'parent', reason: { kind: 'parent-circle', side: 'servicenow', value: moved.ids.servicenow } },
        ],
      });
      await run((tx) => tx.insertLinks([moved, held]));
      expect(await run((tx) => tx.linksToRejoin([moved]))).toEqual([held.id]);
      expect(await run((tx) => tx.linksToRejoin([held]))).toEqual([]);
    });

    it('wakes a link whose parent was linked by somebody else meanwhile', async () => {
      const { link: build } = scope();
      const [parent, ended] = [build(), build({ status: 'detached' })];
      await run((tx) => tx.insertLinks([parent, ended]));
      const child = build({ holds: waiting('salesforce', parent.ids.salesforce) });
      const orphan = build({ holds: waiting('salesforce', ended.ids.salesforce) });
      await run((tx) => tx.insertLinks([child, orphan]));
      expect(await run((tx) => tx.linksToRejoin([child, orphan]))).toEqual([child.id]);
      expect(await run((tx) => tx.linksToRejoin([]))).toEqual([]);
    });
  });
}
