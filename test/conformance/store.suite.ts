import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Life, Link } from '../../src/core/link.ts';
import { type Side, sides } from '../../src/core/side.ts';
import type { ProposalRow } from '../../src/store/matching.ts';
import type { UnmatchedRow } from '../../src/store/unmatched.ts';
import { DuplicateLink, type Store, type Tx } from '../../src/store/store.ts';
import {
  builtAt,
  conflictRow,
  cursor,
  historyRow,
  intent,
  link,
  pendingWrite,
  quarantineRow,
  runRow,
  version,
} from '../support/builders.ts';
import { queueSuite } from './queue.suite.ts';
import { childrenSuite } from './store/children.ts';
import { filesSuite } from './store/files.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** A second replica's store on the same data. */
  readonly another?: () => Promise<Store>;
  /** As if every worker had been killed. */
  readonly loseWorkers?: () => Promise<void>;
  close(): Promise<void>;
}

/** Opens an empty store. */
export type OpenStore = () => Promise<StoreUnderTest>;

const later = '2026-03-02T09:00:00.000Z';
const latest = '2026-03-02T10:00:00.000Z';

/** Texts that desks really hold and databases stumble over. */
const hostile = [
  '',
  ' ',
  'a\u0000b',
  '\ud83d',
  'a\udc00b',
  '\u001a0000',
  '😀👩‍👩‍👧',
  'a\r\nb',
  "'; DROP TABLE links; --",
  '\u202eabc',
  '"\\',
];

let drawn = 0;

/** Rows of a pair that no other test uses. */
function scope() {
  drawn += 1;
  const pair = `pair-${drawn}`;
  let links = 0;
  return {
    pair,
    link: (parts: Partial<Link> = {}): Link => {
      links += 1;
      const tail = `${drawn}-${String(links).padStart(4, '0')}`;
      const ids = { servicenow: `sn-${tail}`, salesforce: `sf-${tail}` };
      const numbers = { servicenow: `INC-${tail}`, salesforce: `CS-${tail}` };
      return link({ id: `link-${tail}`, pair, ids, numbers, ...parts });
    },
  };
}

/** What every Store must do, on whatever it keeps its rows. */
export function storeSuite(name: string, open: OpenStore): void {
  describe(`${name}: rows`, () => {
    let opened: StoreUnderTest;
    const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => opened.store.transaction(work);
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });

    transactions(run);
    matching(run);
    links(run);
    lives(run);
    cursorsAndIntents(run);
    pendings(run);
    childrenSuite(run);
    filesSuite(run);
    conflicts(run);
    histories(run);
    quarantine(run);
    runsAndPauses(run);
    people(run);
    tokens(() => opened.store);
  });
  queueSuite(name, open);
}

type Run = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

function transactions(run: Run): void {
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

function links(run: Run): void {
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

function lives(run: Run): void {
  describe('what became of records', () => {
    const deleted: Life = { kind: 'deleted', side: 'salesforce', at: later, by: 'is-deleted', done: 'told' };

    it('is kept with the link, and forgotten with it', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      const ended: Link = { ...one, status: 'detached', life: deleted };
      await run((tx) => tx.updateLinks([ended]));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([ended]);

      await run((tx) => tx.setLinkStatus([one.id], 'detached'));
      expect(await run((tx) => tx.linksById([one.id]))).toEqual([{ ...ended, life: null }]);
    });

    it('never gets into a link that a person has unlinked meanwhile', async () => {
      const { link: build } = scope();
      const one = build();
      await run((tx) => tx.insertLinks([one]));
      await run((tx) => tx.setLinkStatus([one.id], 'detached'));
      await run((tx) => tx.updateLinks([{ ...one, status: 'detached', life: deleted }]));
      expect((await run((tx) => tx.linksById([one.id])))[0]?.life).toBeNull();
    });

    it('lets a link be taken up again, but not one that a person has unlinked', async () => {
      const { link: build } = scope();
      const [byLife, byPerson] = [build(), build()];
      await run((tx) => tx.insertLinks([byLife, byPerson]));
      await run((tx) => tx.updateLinks([{ ...byLife, status: 'detached', life: deleted }]));
      await run((tx) => tx.setLinkStatus([byPerson.id], 'detached'));

      const back = [byLife, byPerson].map((one): Link => ({ ...one, status: 'pending' }));
      await run((tx) => tx.reattachLinks(back));
      const held = await run((tx) => tx.linksById([byLife.id, byPerson.id]));
      expect(held.map(({ status, life }) => [status, life])).toEqual([
        ['pending', null],
        ['detached', null],
      ]);
    });

    it('lets a link go over to another record that has none', async () => {
      const { link: build, pair } = scope();
      const [one, other] = [build(), build()];
      await run((tx) => tx.insertLinks([one, other]));
      await run((tx) => tx.moveLink(one.id, 'salesforce', 'sf-master'));

      expect((await run((tx) => tx.linksBySource(pair, 'salesforce', ['sf-master'])))[0]?.id).toBe(one.id);
      expect(await run((tx) => tx.linksBySource(pair, 'salesforce', [one.ids.salesforce]))).toEqual([]);
      await expect(run((tx) => tx.moveLink(other.id, 'salesforce', 'sf-master'))).rejects.toThrow(DuplicateLink);
    });

    it('is counted by pair and time, without what is merely missing', async () => {
      const { link: build, pair } = scope();
      const [gone, longGone, hidden, living] = [build(), build(), build(), build()];
      await run((tx) => tx.insertLinks([gone, longGone, hidden, living]));
      await run((tx) =>
        tx.updateLinks([
          { ...gone, status: 'detached', life: { ...deleted, at: latest } },
          { ...longGone, status: 'detached', life: { ...deleted, at: builtAt } },
          { ...hidden, life: { kind: 'missing', side: 'servicenow', since: latest, looks: 2 } },
        ]),
      );
      expect(await run((tx) => tx.countEnds(pair, later))).toEqual({ recent: 1, living: 2 });
    });

    it('and what is held back are told in figures', async () => {
      const { link: build } = scope();
      const before = await run((tx) => tx.countHeld());
      const [kept, hidden] = [build(), build()];
      await run((tx) => tx.insertLinks([kept, hidden]));
      await run((tx) =>
        tx.updateLinks([
          { ...kept, holds: [{ field: 'urgency', reason: { kind: 'refused', side: 'servicenow', value: '1' } }] },
          { ...hidden, life: { kind: 'missing', side: 'servicenow', since: latest, looks: 1 } },
        ]),
      );
      expect(await run((tx) => tx.countHeld())).toEqual({
        refused: before.refused + 1,
        missing: before.missing + 1,
      });
    });
  });
}

function matching(run: Run): void {
  describe('proposals', () => {
    const near = { kind: 'near', likeness: 0.8, hours: 2 } as const;
    const make = (pair: string, n: number, parts: Partial<ProposalRow> = {}): ProposalRow => ({
      id: `proposal-${pair}-${n}`,
      pair,
      ids: { servicenow: `sn-${n}`, salesforce: `sf-${n}` },
      numbers: { servicenow: `INC-${n}`, salesforce: null },
      why: near,
      status: 'open',
      at: builtAt,
      decidedAt: null,
      ...parts,
    });

    it('come back as they went in, by either record, with whatever texts', async () => {
      const { pair } = scope();
      const rows = hostile.map((text, n) =>
        make(pair, n, { numbers: { servicenow: text, salesforce: text }, why: { kind: 'rule', rule: text } }),
      );
      await run((tx) => tx.saveProposals(rows));
      expect(
        await run((tx) =>
          tx.proposalsOf(
            pair,
            'salesforce',
            rows.map((row) => row.ids.salesforce),
          ),
        ),
      ).toEqual(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
      expect(await run((tx) => tx.proposalsOf(pair, 'servicenow', ['sn-1']))).toEqual([rows[1]]);
      expect(await run((tx) => tx.proposalsOf('another', 'servicenow', ['sn-1']))).toEqual([]);
      expect(await run((tx) => tx.proposalById(rows[0]?.id ?? ''))).toEqual(rows[0]);
    });

    it('are one for two records: an open one learns, a decided one stays', async () => {
      const { pair } = scope();
      const learnt = { kind: 'near', likeness: 0.9, hours: 3 } as const;
      const first = make(pair, 1);
      await run((tx) => tx.saveProposals([first, make(pair, 1, { id: `another-${pair}` })]));
      await run((tx) => tx.saveProposals([make(pair, 1, { id: `third-${pair}`, why: learnt })]));
      const [open] = await run((tx) => tx.listProposals({ pair, limit: 10 }));
      expect(open).toMatchObject({ id: first.id, why: learnt, status: 'open' });
      expect(await run((tx) => tx.decideProposal(open?.id ?? '', 'rejected', later))).toBe(true);
      expect(await run((tx) => tx.decideProposal(open?.id ?? '', 'accepted', latest))).toBe(false);
      await run((tx) => tx.saveProposals([make(pair, 1)]));
      await run((tx) => tx.dropProposals(pair, 'servicenow', ['sn-1']));
      expect(await run((tx) => tx.listProposals({ pair, limit: 10 }))).toEqual([
        { ...open, status: 'rejected', decidedAt: later },
      ]);
    });

    it('are listed by status and page, and forgotten with their records while open', async () => {
      const { pair } = scope();
      await run((tx) => tx.saveProposals([1, 2, 3].map((n) => make(pair, n))));
      await run((tx) => tx.decideProposal(`proposal-${pair}-2`, 'accepted', later));
      const open = await run((tx) => tx.listProposals({ pair, status: 'open', limit: 1 }));
      expect(open.map((row) => row.id)).toEqual([`proposal-${pair}-1`]);
      const rest = await run((tx) => tx.listProposals({ pair, status: 'open', after: `proposal-${pair}-1`, limit: 9 }));
      expect(rest.map((row) => row.id)).toEqual([`proposal-${pair}-3`]);
      const dropped = await run((tx) => tx.dropProposals(pair, 'salesforce', ['sf-1', 'sf-2', 'sf-9']));
      expect(dropped.map((row) => row.id)).toEqual([`proposal-${pair}-1`]);
      const left = await run((tx) => tx.listProposals({ pair, limit: 9 }));
      expect(left.map((row) => row.id)).toEqual([`proposal-${pair}-2`, `proposal-${pair}-3`]);
    });
  });

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

function cursorsAndIntents(run: Run): void {
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

function pendings(run: Run): void {
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

function conflicts(run: Run): void {
  describe('conflicts', () => {
    it('stay one row however often they are noted', async () => {
      const { pair } = scope();
      const row = conflictRow({ id: `${pair}-1`, pair, linkId: pair });
      const moved = conflictRow({
        id: `${pair}-3`,
        pair,
        linkId: pair,
        versions: { ...row.versions, servicenow: version(later, 5) },
      });
      expect(await run((tx) => tx.noteConflicts([row]))).toEqual([row.id]);
      const again = await run((tx) =>
        tx.noteConflicts([moved, { ...row, id: `${pair}-2` }, { ...moved, id: `${pair}-4` }]),
      );
      expect(again).toEqual([moved.id, row.id, moved.id]);
      expect(await run((tx) => tx.conflictsOf([pair], ['open']))).toHaveLength(2);
    });

    it('tell values apart by kind', async () => {
      const { pair } = scope();
      const row = (n: number, value: string | number | null) =>
        conflictRow({ id: `${pair}-${n}`, pair, linkId: pair, values: { servicenow: value, salesforce: 'x' } });
      const ids = await run((tx) => tx.noteConflicts([row(1, '1'), row(2, 1), row(3, null), row(4, '')]));
      expect(new Set(ids).size).toBe(4);
    });

    it('are decided by a person, then settled', async () => {
      const { pair } = scope();
      const row = conflictRow({
        id: `${pair}-1`,
        pair,
        linkId: pair,
        values: { servicenow: 'a\u0000b', salesforce: '\ud83d' },
      });
      await run((tx) => tx.noteConflicts([row]));
      await run((tx) => tx.decideConflict(row.id, { kind: 'value', value: 'both \ud83d' }));
      const decided = { ...row, status: 'decided', decision: { kind: 'value', value: 'both \ud83d' } };
      expect(await run((tx) => tx.conflictsOf([pair], ['decided']))).toEqual([decided]);
      expect(await run((tx) => tx.conflictsOf([pair], ['open']))).toEqual([]);
      await run((tx) => tx.settleConflicts([row.id], 'salesforce', later));
      const settled = { ...decided, status: 'settled', winner: 'salesforce', settledAt: later };
      expect(await run((tx) => tx.conflictById(row.id))).toEqual(settled);
      await run((tx) => tx.decideConflict(row.id, { kind: 'take', side: 'servicenow' }));
      expect(await run((tx) => tx.conflictById(row.id))).toEqual(settled);
    });

    it('are listed by pair, open and decided ones unless all are asked for', async () => {
      const { pair } = scope();
      const rows = ['open', 'decided', 'settled'].map((status, n) =>
        conflictRow({ id: `${pair}-${n}`, pair, linkId: `${pair}-${n}`, status: status as 'open', winner: null }),
      );
      await run((tx) => tx.noteConflicts(rows.toReversed()));
      const list = (all: boolean, after?: string) =>
        run((tx) => tx.listConflicts({ all, pair, limit: 2, ...(after === undefined ? {} : { after }) }));
      expect((await list(false)).map((row) => row.id)).toEqual([`${pair}-0`, `${pair}-1`]);
      expect((await list(true)).map((row) => row.id)).toEqual([`${pair}-0`, `${pair}-1`]);
      expect((await list(true, `${pair}-1`)).map((row) => row.id)).toEqual([`${pair}-2`]);
      expect(await run((tx) => tx.conflictById('nobody'))).toBeNull();
    });
  });
}

function histories(run: Run): void {
  it('history comes back newest first', async () => {
    const { pair } = scope();
    const rows = [1, 2, 3].map((n) =>
      historyRow({ linkId: pair, value: n, before: n === 1 ? null : n - 1, at: builtAt }),
    );
    await run((tx) => tx.addHistory(rows.slice(0, 2)));
    await run((tx) => tx.addHistory(rows.slice(2)));
    expect(await run((tx) => tx.historyOf(pair, 2))).toEqual([rows[2], rows[1]]);
    expect(await run((tx) => tx.historyOf('nobody', 2))).toEqual([]);
  });

  it('history of a run comes oldest first, by pages, and tells which runs wrote, the latest first', async () => {
    const { pair } = scope();
    // Behind every other run there is, so that they are the latest.
    const [early, late] = [`~${pair}-1`, `~${pair}-2`];
    const row = (n: number, runId: string, at: string) =>
      historyRow({ linkId: `${pair}-${n % 2}`, runId, value: n, at });
    const mine = [row(1, early, builtAt), row(2, early, later), row(3, early, latest)];
    await run((tx) => tx.addHistory([mine[0] ?? row(0, early, builtAt), row(9, late, later)]));
    await run((tx) => tx.addHistory(mine.slice(1)));
    const page = await run((tx) => tx.runHistory(early, { limit: 2 }));
    expect(page).toMatchObject(mine.slice(0, 2));
    expect(await run((tx) => tx.runHistory(early, { limit: 2, after: page[1]?.id ?? '' }))).toMatchObject(
      mine.slice(2),
    );
    expect(await run((tx) => tx.runHistory('nobody', { limit: 2 }))).toEqual([]);
    expect(await run((tx) => tx.runsThatWrote(2))).toEqual([
      { runId: late, firstAt: later, lastAt: later, values: 1, tickets: 1 },
      { runId: early, firstAt: builtAt, lastAt: latest, values: 3, tickets: 2 },
    ]);
    expect(await run((tx) => tx.runsThatWrote(1))).toHaveLength(1);
  });
}

function quarantine(run: Run): void {
  it('quarantine holds a key once, until it is due, until it is cleared', async () => {
    const { pair } = scope();
    const row = quarantineRow({
      key: `link:${pair}-1`,
      pair,
      firstAt: '2018-01-01T00:00:00.000Z',
      nextAt: '2018-01-01T00:00:01.000Z',
    });
    const other = quarantineRow({
      key: `new:${pair}:servicenow:x`,
      pair,
      reason: { kind: 'record', message: 'a\u0000b \ud83d' },
      firstAt: '2018-01-01T00:00:00.001Z',
      nextAt: '2018-01-01T00:00:00.500Z',
    });
    await run((tx) => tx.saveQuarantine([row, other]));
    const again = { ...row, attempts: 2, nextAt: '2018-01-01T00:00:02.000Z' };
    await run((tx) => tx.saveQuarantine([again]));
    expect(await run((tx) => tx.quarantined([row.key, 'link:nobody']))).toEqual([again]);
    expect(await run((tx) => tx.quarantineDue('2018-01-01T00:00:01.000Z', 10))).toEqual([other]);
    expect(await run((tx) => tx.quarantineDue('2018-01-01T00:00:02.000Z', 10))).toEqual([other, again]);
    expect((await run((tx) => tx.listQuarantine(2))).map((one) => one.key)).toEqual([row.key, other.key]);
    await run((tx) => tx.clearQuarantine([row.key, other.key]));
    expect(await run((tx) => tx.quarantined([row.key, other.key]))).toEqual([]);
  });
}

function runsAndPauses(run: Run): void {
  it('a paused pair stays paused until somebody resumes it', async () => {
    const { pair } = scope();
    const pause = {
      pair,
      reason: 'too-many-creates' as const,
      detail: { found: 201, side: 'servicenow' },
      at: builtAt,
    };
    await run((tx) => tx.pausePair(pause));
    expect(await run((tx) => tx.pauses())).toContainEqual(pause);
    await run((tx) => tx.resumePair(pair));
    expect((await run((tx) => tx.pauses())).filter((one) => one.pair === pair)).toEqual([]);
  });

  it('runs are remembered, the unfinished one is found', async () => {
    const { pair } = scope();
    const make = (id: number, startedAt: string) => runRow({ id: `${pair}-${id}`, kind: 'resync', pair, startedAt });
    const [first, second] = [make(1, builtAt), make(2, later)];
    await run((tx) => tx.saveRun(first));
    await run((tx) => tx.saveRun(second));
    expect(await run((tx) => tx.unfinishedRun('resync', pair))).toEqual(second);
    const done = {
      ...second,
      state: 'done' as const,
      endedAt: latest,
      counts: { updated: 2 },
      position: { after: 'x', at: null },
    };
    await run((tx) => tx.saveRun(done));
    expect(await run((tx) => tx.runById(done.id))).toEqual(done);
    await run((tx) => tx.saveRun({ ...first, state: 'stopped' }));
    expect(await run((tx) => tx.unfinishedRun('resync', pair))).toEqual({ ...first, state: 'stopped' });
    expect(await run((tx) => tx.unfinishedRun('resync', null))).toBeNull();
    expect(await run((tx) => tx.unfinishedRun('verify', pair))).toBeNull();
    expect(await run((tx) => tx.recentRuns(1))).toEqual([done]);
    expect(await run((tx) => tx.runById('nobody'))).toBeNull();
  });

  it('remembers which instance a side was', async () => {
    expect(await run((tx) => tx.identity('salesforce'))).toBeNull();
    await run((tx) => tx.saveIdentity('salesforce', '00D1'));
    await run((tx) => tx.saveIdentity('salesforce', '00D2'));
    expect(await run((tx) => tx.identity('salesforce'))).toBe('00D2');
    expect(await run((tx) => tx.identity('servicenow'))).toBeNull();
  });
}

function tokens(store: () => Store): void {
  it('keeps a token only on top of the version that was read', async () => {
    const token = (accessToken: string) => ({
      accessToken,
      refreshToken: null,
      expiresAt: builtAt,
      instanceUrl: 'https://a.example',
    });
    const vault = store().tokens;
    expect(await vault.load('servicenow')).toBeNull();
    expect(await vault.save('servicenow', token('one'), 0)).toBe(true);
    expect(await vault.save('servicenow', token('rival'), 0)).toBe(false);
    expect(await vault.save('servicenow', token('two'), 1)).toBe(true);
    expect(await vault.load('servicenow')).toEqual({ token: token('two'), version: 2 });
    expect(await vault.load('salesforce')).toBeNull();
  });
}

function people(run: Run): void {
  describe('people without a counterpart', () => {
    const make = (pair: string, n: number, parts: Partial<UnmatchedRow> = {}): UnmatchedRow => ({
      pair,
      side: 'servicenow',
      field: 'caller_id',
      value: `user-${n}`,
      label: 'Rosa Lind',
      why: 'nobody',
      times: 1,
      linkId: null,
      firstAt: builtAt,
      lastAt: builtAt,
      ...parts,
    });

    it('are counted, keep when they were first met, and show their last ticket', async () => {
      const { pair } = scope();
      await run((tx) => tx.noteUnmatched([make(pair, 1), make(pair, 1), make(pair, 2, { label: null })]));
      const again = make(pair, 1, {
        why: 'ambiguous',
        linkId: 'link-9',
        firstAt: later,
        lastAt: later,
        label: 'Rosa B.',
      });
      await run((tx) => tx.noteUnmatched([again]));
      expect(await run((tx) => tx.listUnmatched({ pair, limit: 9 }))).toEqual([
        { ...again, times: 3, firstAt: builtAt },
        make(pair, 2, { label: null }),
      ]);
    });

    it('are listed by pages, and leave the list one by one', async () => {
      const { pair } = scope();
      const rows = [
        make(pair, 1, { side: 'salesforce', field: 'owner' }),
        make(pair, 1),
        make(pair, 2),
        ...hostile.map((text, n) => make(pair, 100 + n, { field: 'owner', label: text })),
      ];
      await run((tx) => tx.noteUnmatched(rows.toReversed()));
      const first = await run((tx) => tx.listUnmatched({ pair, limit: 2 }));
      expect(first).toEqual(rows.slice(0, 2));
      const rest = await run((tx) => tx.listUnmatched({ pair, after: first[1] ?? make(pair, 0), limit: 99 }));
      expect(rest).toEqual(rows.slice(2));
      await run((tx) => tx.clearUnmatched([make(pair, 2), make(pair, 7), make('another', 1)]));
      expect(await run((tx) => tx.listUnmatched({ pair, limit: 99 }))).toEqual(rows.filter((row) => row !== rows[2]));
    });
  });
}
