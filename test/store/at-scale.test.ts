import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../scripts/bench/million/fill.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { type Explained, explained } from './explain.ts';

/** Enough rows that reading all of them is never the cheapest way. */
const links = 20_000;
const pair = 'incident-case';
const titles = ['short_description'];
const later = '2036-03-02T09:00:00.000Z';

type Asks = Parameters<typeof explained>[1];

/** Nothing is forbidden to the planner, and no time is measured: what it takes at this size is what it takes at a million. */
describe('at many links', () => {
  let database: TestDatabase;
  let store: PrismaStore;
  beforeAll(async () => {
    database = await newDatabase();
    await fill(database.url, links, () => undefined);
    await database.query(
      `INSERT INTO pending_writes SELECT id, 'salesforce', 'urgency', '1', '2', created_at FROM links LIMIT 5000`,
    );
    // The databases of tests commit before their log is on disk, and a page counts as seen by all only once it is.
    await database.query('CHECKPOINT');
    await database.query('VACUUM ANALYZE');
    store = await storeOn(database);
  }, 120_000);
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  const cases: readonly (readonly [what: string, asks: Asks, indexes: readonly string[]])[] = [
    ['the latest links', (tx) => tx.searchLinks({ titles, latestFirst: true, limit: 51 }), ['links_pkey']],
    ['links of one status', (tx) => tx.findLinks({ status: 'conflict', limit: 500 }), ['links_pair_status_id_idx']],
    ['links of one pair', (tx) => tx.findLinks({ pair: 'problem-case', limit: 500 }), ['links_pair_status_id_idx']],
    [
      'links of one status of one pair',
      (tx) => tx.searchLinks({ pair, status: 'pending', titles, latestFirst: true, limit: 51 }),
      ['links_pair_status_id_idx'],
    ],
    [
      'a link by its number',
      (tx) => tx.findLinks({ search: 'INC0012345', limit: 3 }),
      [
        'links_servicenow_number_id_idx',
        'links_salesforce_number_id_idx',
        'links_servicenow_id_idx',
        'links_salesforce_id_idx',
      ],
    ],
    [
      'the beginning of a number',
      (tx) => tx.searchLinks({ text: 'INC00077', titles, latestFirst: true, limit: 51 }),
      ['links_servicenow_number_id_idx'],
    ],
    ['a part of a title', (tx) => tx.searchLinks({ text: 'desk 12345', titles, limit: 51 }), ['links_title_idx']],
    ['how many comments and files there are', (tx) => tx.countChildren(), []],
    ['how many there are', (tx) => Promise.all([tx.countLinks(), tx.countLinksOf(pair)]), []],
    ['ends', (tx) => tx.countEnds(pair, later), ['links_ended_idx', 'links_living_life_idx']],
    ['what is held', (tx) => tx.countHeld(), ['links_holds_idx']],
    ['open conflicts', (tx) => tx.conflictPage({ status: 'open', limit: 51 }), []],
    ['conflicts to be carried out', (tx) => tx.listConflicts({ all: false, limit: 500 }), ['conflicts_unsettled_idx']],
    [
      'how many conflicts there are of each field',
      (tx) => tx.countConflicts({ status: 'settled' }),
      ['conflicts_status_field_id_idx'],
    ],
    ['history of one link', (tx) => tx.historyPage(someLink(9000), { limit: 51 }), ['history_link_id_id_idx']],
    [
      'writes whose time has come',
      (tx) => tx.linksWithPendingBefore('2023-11-15T00:00:00.000Z', 1000),
      ['pending_writes_sent_at_idx'],
    ],
    [
      'comments whose time has come',
      (tx) => tx.linksWithChildrenPlannedBefore('comment', later, 1000),
      ['children_state_updated_at_idx'],
    ],
    ['files whose time has come', (tx) => tx.linksWithFilesDue(later, later, 1000), ['children_state_updated_at_idx']],
    [
      'links by their records',
      (tx) => tx.linksBySource(pair, 'servicenow', ['a'.repeat(32)]),
      ['links_pair_servicenow_id_key'],
    ],
    ['links by their ids', (tx) => tx.linksById([someLink(7), someLink(8)]), ['links_pkey']],
  ];

  it.each(cases)('finds %s by an index', async (_what, asks, indexes) => {
    const plan: Explained = await explained(store, asks);
    expect(plan.indexes).toEqual(expect.arrayContaining([...indexes]));
    // Small ones may be read whole: what is set aside, and the figures.
    expect(plan.wholeTables.filter((table) => ['links', 'history', 'children', 'conflicts'].includes(table))).toEqual(
      [],
    );
  });

  it('finds what runs wrote along the index of runs, past no row of another', async () => {
    await database.query(`UPDATE history SET run_id = 'run-' || id % 12`);
    await database.query('VACUUM ANALYZE history');
    const plan = await explained(store, (tx) => tx.runsThatWrote(20));
    expect(plan).toEqual({ indexes: ['history_run_id_id_idx'], wholeTables: [] });
  });

  it('counts comments and files as they come, change and go, in few steps', async () => {
    const counted = async (): Promise<unknown> =>
      database.query(
        `SELECT kind, state, channel, count(*)::int AS count FROM children GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      );
    const told = (): Promise<unknown> => store.transaction((tx) => tx.countChildren());
    expect(await told()).toEqual(await counted());
    await database.query(`UPDATE children SET state = 'refused' WHERE hash < '1'`);
    await database.query(`UPDATE children SET updated_at = now() WHERE hash > 'e'`);
    expect(await told()).toEqual(await counted());
    await database.query(`DO $$ BEGIN FOR n IN 1..1500 LOOP
      UPDATE children SET state = CASE n % 2 WHEN 0 THEN 'planned' ELSE 'sent' END
      WHERE id = (SELECT id FROM children ORDER BY id LIMIT 1);
    END LOOP; END $$`);
    expect(await told()).toEqual(await counted());
    expect(Number((await database.query('SELECT count(*) AS n FROM child_counts'))[0]?.['n'])).toBeLessThan(1_100);
    await database.query(`DELETE FROM children WHERE state <> 'carried'`);
    expect(await told()).toEqual(await counted());
  });

  it('counts links as they come, change and go, however the steps are added up', async () => {
    const counted = async (): Promise<unknown> =>
      Object.fromEntries(
        (await database.query('SELECT status, count(*)::int AS n FROM links GROUP BY status')).map((row) => [
          row['status'],
          row['n'],
        ]),
      );
    const told = async (): Promise<unknown> =>
      Object.fromEntries(
        Object.entries(await store.transaction((tx) => tx.countLinks())).filter(([, count]) => count > 0),
      );
    expect(await told()).toEqual(await counted());
    await database.query(`UPDATE links SET status = 'pending' WHERE servicenow_number LIKE 'INC0001%'`);
    expect(await told()).toEqual(await counted());
    const steps = async (): Promise<number> =>
      Number((await database.query('SELECT count(*) AS n FROM link_counts'))[0]?.['n']);
    // A thousand updates were more steps than are left alone.
    expect(await steps()).toBeLessThan(20);
    await database.query(`DELETE FROM links WHERE status = 'pending'`);
    expect(await told()).toEqual(await counted());
    await database.query('TRUNCATE links');
    expect(await told()).toEqual({});
  });

  /** An id as `fill` makes it begins so; any text of that form sorts among them. */
  function someLink(n: number): string {
    const at = (1_700_000_000_000 + n * 60_000).toString(16).padStart(12, '0');
    return `${at.slice(0, 8)}-${at.slice(8)}-7000-8000-000000000000`;
  }
});
