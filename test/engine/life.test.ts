import { describe, expect, it } from 'vitest';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { resync } from '../../src/engine/resync.ts';
import { resumePair } from '../../src/operate/pairs.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';

/** A world whose desks tell a deletion from an absence. */
interface Scene extends World {
  /** Our internal notices under a ticket. */
  notices(side: Side, id: string): readonly string[];
  /** Queues the only link, as the stream of deletions does. */
  touch(): Promise<void>;
}

function scene(pair: Partial<PairConfig> = {}): Scene {
  const world = createWorld(pair, { tellsDeleted: true });
  return {
    ...world,
    notices: (side, id) =>
      world.desks[side].comments
        .all(objects[side], id)
        .filter(({ own, channel }) => own && channel === 'internal')
        .map(({ text }) => text),
    touch: async () => {
      const { id } = await world.link();
      await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: id }]));
    },
  };
}

async function linked(world: Scene, born: Side = 'servicenow'): Promise<Readonly<Record<Side, string>>> {
  world.put(born, born === 'servicenow' ? newIncident : newCase);
  await world.sync();
  return (await world.link()).ids;
}

describe.each(sides)('a ticket deleted on %s', (gone) => {
  const left = otherSide(gone);

  it('is told of across, internally and once, and the two part', async () => {
    const world = scene();
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();

    expect(await world.link()).toMatchObject({
      status: 'detached',
      life: { kind: 'deleted', side: gone, done: 'told' },
    });
    expect(world.notices(left, ids[left])).toEqual([expect.stringContaining('was deleted')]);
    const rows = await world.store.transaction(async (tx) =>
      tx.childrenOf([(await tx.findLinks({ limit: 1 }))[0]?.id ?? '']),
    );
    expect(rows.find((row) => row.sourceId.startsWith('life:deleted'))).toMatchObject({
      state: 'carried',
      counterpartId: left === 'servicenow' ? null : expect.any(String),
      side: gone,
    });

    await world.touch();
    await world.edit(left, ids[left], left === 'servicenow' ? { urgency: '1' } : { Priority: 'High' });
    await world.sync();
    expect(world.notices(left, ids[left])).toHaveLength(1);
    expect(world.desks[gone].rows(objects[gone])).toEqual([]);
  });

  it('is taken up again where it was when it is restored, with what was edited meanwhile', async () => {
    const world = scene();
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();
    await world.edit(left, ids[left], left === 'servicenow' ? { urgency: '1' } : { Priority: 'Low' });

    await world.clock.advance(60_000);
    world.desks[gone].restore(objects[gone], ids[gone]);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null, ids });
    expect(world.twin(gone).fields).toMatchObject(gone === 'servicenow' ? { urgency: '3' } : { Priority: 'High' });
  });

  it('closes the other one where the mapping says so, and opens it again when it is restored', async () => {
    const world = scene({ life: { deleted: 'close' } });
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();
    expect(world.twin(left).fields).toMatchObject(
      left === 'servicenow' ? { state: '6', close_code: 'Solution provided' } : { Status: 'Closed' },
    );
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'closed' } });
    const history = await world.store.transaction(async (tx) =>
      tx.historyOf((await tx.findLinks({ limit: 1 }))[0]?.id ?? '', 10),
    );
    expect(history.some((row) => row.to === left && row.value === (left === 'servicenow' ? '6' : 'Closed'))).toBe(true);

    await world.clock.advance(60_000);
    world.desks[gone].restore(objects[gone], ids[gone]);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null });
    expect(world.twin(left).fields).toMatchObject(left === 'servicenow' ? { state: '1' } : { Status: 'New' });
  });

  it('opens both where the answer to the closing was lost before it is restored', async () => {
    const world = scene({ life: { deleted: 'close' } });
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    world.desks[left].faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    const closed = left === 'servicenow' ? { state: '6' } : { Status: 'Closed' };
    expect(world.twin(left).fields).toMatchObject(closed);
    expect(await world.link()).toMatchObject({ status: 'quarantined', life: { done: 'planned' } });

    world.desks[gone].restore(objects[gone], ids[gone]);
    await world.clock.advance(600_000);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null });
    expect(world.twin('servicenow').fields['state']).toBe('1');
    expect(world.twin('salesforce').fields['Status']).toBe('New');
  });

  it('takes the other one with it only where the mapping says so by name and nobody has touched that', async () => {
    const world = scene({ life: { deleted: 'delete' } });
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();
    expect(world.desks[left].rows(objects[left])).toEqual([]);
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'deleted' } });

    world.desks[gone].restore(objects[gone], ids[gone]);
    await world.sync();
    expect(world.desks[gone].rows(objects[gone])).toHaveLength(1);
  });

  it('leaves a touched one alive under the same rule, and tells it', async () => {
    const world = scene({ life: { deleted: 'delete' } });
    const ids = await linked(world, gone);
    await world.edit(left, ids[left], left === 'servicenow' ? { description: 'More.' } : { Description: 'More.' });
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.sync();
    expect(world.desks[left].rows(objects[left])).toHaveLength(1);
    expect(await world.link()).toMatchObject({ life: { done: 'told' } });
  });

  it('leaves one alive that is edited after the deletion of the other was decided on', async () => {
    const world = scene({ life: { deleted: 'delete' } });
    const ids = await linked(world, gone);
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.poll();
    const desk = world.desks[left];
    let reads = 0;
    const edits = {
      ...desk,
      read: async (...args: Parameters<typeof desk.read>) => {
        reads += 1;
        // Once for the decision, once right before the deletion.
        if (reads === 2)
          desk.edit(
            objects[left],
            ids[left],
            left === 'servicenow' ? { description: 'Late' } : { Description: 'Late' },
          );
        return desk.read(...args);
      },
    };
    const jobs = await world.store.queue.takeBatch(10);
    await reconcile({ ...world.engine, systems: { ...world.desks, [left]: edits } }, jobs);
    expect(reads).toBe(2);
    expect(world.desks[left].rows(objects[left])).toHaveLength(1);
  });

  it('leaves one alive whose edit found the deleted ticket', async () => {
    const world = scene({ life: { deleted: 'delete' } });
    const ids = await linked(world, gone);
    await world.edit(left, ids[left], left === 'servicenow' ? { description: 'More.' } : { Description: 'More.' });
    await world.poll();
    const jobs = await world.store.queue.takeBatch(10);
    const desk = world.desks[gone];
    const deleting = {
      ...desk,
      update: async (...args: Parameters<typeof desk.update>) => {
        desk.remove(objects[gone], ids[gone]);
        return desk.update(...args);
      },
    };
    await reconcile({ ...world.engine, systems: { ...world.engine.systems, [gone]: deleting } }, jobs);
    for (let tries = 0; tries < 3; tries += 1) {
      await world.clock.advance(120_000);
      await world.sync();
    }
    expect(world.desks[left].rows(objects[left])).toHaveLength(1);
    expect(await world.link()).toMatchObject({ status: 'detached', life: { kind: 'deleted', done: 'told' } });
  });

  it('is passed over in silence under `ignore`', async () => {
    const world = scene({ life: { deleted: 'ignore' } });
    const ids = await linked(world, gone);
    const before = world.writes();
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();
    expect(world.notices(left, ids[left])).toEqual([]);
    expect(world.writes()).toBe(before);
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'nothing' } });
  });

  it('stays with its pair where a person had unlinked the two', async () => {
    const world = scene();
    const ids = await linked(world, gone);
    const { id } = await world.link();
    await world.store.transaction((tx) => tx.setLinkStatus([id], 'detached'));
    world.desks[gone].remove(objects[gone], ids[gone]);
    await world.touch();
    await world.sync();
    world.desks[gone].restore(objects[gone], ids[gone]);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'detached', life: null });
    expect(world.notices(left, ids[left])).toEqual([]);
  });
});

describe('a record that no answer holds', () => {
  it('is looked at again, and called missing after an hour; nothing is ever written', async () => {
    const world = scene();
    const ids = await linked(world);
    const before = world.writes();
    world.desks.servicenow.hide('incident', ids.servicenow, true);
    await world.touch();
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'quarantined', life: { kind: 'missing', looks: 1 } });
    for (let hours = 0; hours < 12; hours += 1) {
      await world.clock.advance(3_600_000);
      await world.sync();
    }
    expect(await world.link()).toMatchObject({ status: 'quarantined', life: { kind: 'missing', side: 'servicenow' } });
    const [row] = await world.store.transaction((tx) => tx.listQuarantine(5));
    expect(row?.reason).toEqual({ kind: 'plan', why: 'missing-on-servicenow' });
    expect(world.writes()).toBe(before);
    expect(world.notices('salesforce', ids.salesforce)).toEqual([]);

    world.desks.servicenow.hide('incident', ids.servicenow, false);
    await world.clock.advance(7 * 3_600_000);
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null });
  });

  it('stops its pair where its side shows nothing at all any more', async () => {
    const world = scene();
    for (let no = 0; no < 6; no += 1) world.put('servicenow', { ...newIncident, short_description: `No. ${no}` });
    await world.sync();
    for (const { id } of world.desks.servicenow.rows('incident')) world.desks.servicenow.hide('incident', id, true);
    const before = world.writes();
    const [one] = world.desks.salesforce.rows('Case');
    await world.edit('salesforce', one?.id ?? '', { Priority: 'Low' });
    await world.sync();
    const pauses = await world.store.transaction((tx) => tx.pauses());
    expect(pauses).toMatchObject([{ reason: 'side-blind', detail: { side: 'servicenow' } }]);
    expect(world.writes()).toBe(before);
    const links = await world.store.transaction((tx) => tx.findLinks({ limit: 10 }));
    expect(links.filter((link) => link.status === 'detached')).toEqual([]);
  });
});

describe('many deletions at once', () => {
  const many = async (world: Scene, total: number, removed: number) => {
    for (let no = 0; no < total; no += 1) world.put('salesforce', { ...newCase, Subject: `No. ${no}` });
    await world.sync();
    const links = await world.store.transaction((tx) => tx.findLinks({ limit: 100 }));
    const gone = links.slice(0, removed);
    for (const link of gone) world.desks.salesforce.remove('Case', link.ids.salesforce);
    await world.store.transaction((tx) => tx.enqueue(gone.map(({ id }) => ({ kind: 'link', linkId: id }))));
    await world.sync();
  };
  const detached = async (world: Scene) =>
    (await world.store.transaction((tx) => tx.findLinks({ limit: 100 }))).filter((link) => link.status === 'detached');

  it('stop the pair before anything is done', async () => {
    const world = scene({ life: { maxPerRun: 3 } });
    await many(world, 12, 4);
    expect(await detached(world)).toEqual([]);
    expect(world.desks.servicenow.comments.posted).toBe(0);
    expect(await world.store.transaction((tx) => tx.pauses())).toMatchObject([
      { reason: 'too-many-deletes', detail: { found: 4, limit: 3 } },
    ]);
  });

  it('are carried out once a person has said yes to them, and to no others', async () => {
    const world = scene({ life: { maxPerRun: 3 } });
    await many(world, 20, 4);
    const operator = { store: world.store, actor: 'cli:ada', now: () => world.clock.now() };
    await resumePair(operator, 'incident-case', ['incident-case']);
    await world.sync();
    expect(await detached(world)).toEqual([]);

    await resumePair(operator, 'incident-case', ['incident-case'], { ends: true });
    await world.sync();
    expect(await detached(world)).toHaveLength(4);

    const rest = (await world.store.transaction((tx) => tx.findLinks({ limit: 100 }))).filter(
      (link) => link.status !== 'detached',
    );
    for (const link of rest.slice(0, 1)) world.desks.salesforce.remove('Case', link.ids.salesforce);
    await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: rest[0]?.id ?? '' }]));
    await world.sync();
    expect(await detached(world)).toHaveLength(4);
    expect(await world.store.transaction((tx) => tx.pauses())).toMatchObject([{ reason: 'too-many-deletes' }]);
  });

  it('stop it at half of all links, whatever the limit', async () => {
    const world = scene();
    await many(world, 12, 7);
    expect(await detached(world)).toEqual([]);
  });

  it('are carried out where they are as many as usual', async () => {
    const world = scene();
    await many(world, 12, 4);
    expect(await detached(world)).toHaveLength(4);
    expect(world.desks.servicenow.comments.posted).toBe(4);
  });
});

describe('a merged Case', () => {
  const open = {
    sync: { from: '2020-01-01T00:00:00Z' },
    scope: { salesforce: { field: 'Origin', is: 'Web' } },
  } as const;

  it('passes its incident on to the Case that is left, if that one has none', async () => {
    const world = scene(open);
    const master = world.put('salesforce', { ...newCase, Subject: 'The one that is left', Origin: 'Phone' });
    const loser = world.put('salesforce', { ...newCase, Subject: 'The other one' });
    await world.sync();
    const before = await world.link();
    expect(before.ids.salesforce).toBe(loser.id);
    world.desks.salesforce.merge('Case', loser.id, master.id);
    await world.touch();
    await world.sync();
    expect(await world.link()).toMatchObject({
      id: before.id,
      ids: { servicenow: before.ids.servicenow, salesforce: master.id },
      status: 'synced',
      life: null,
    });
    expect(world.twin('servicenow').fields).toMatchObject({ short_description: 'The one that is left' });
  });

  it('parts from its incident where the Case that is left has one', async () => {
    const world = scene();
    const master = world.put('salesforce', newCase);
    const loser = world.put('salesforce', { ...newCase, Subject: 'The other one' });
    await world.sync();
    world.desks.salesforce.merge('Case', loser.id, master.id);
    const [link] = await world.store.transaction((tx) => tx.linksBySource('incident-case', 'salesforce', [loser.id]));
    await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link?.id ?? '' }]));
    await world.sync();
    const [after] = await world.store.transaction((tx) => tx.linksById([link?.id ?? '']));
    expect(after).toMatchObject({ status: 'detached', life: { kind: 'merged', into: master.id, done: 'told' } });
    expect(world.notices('servicenow', link?.ids.servicenow ?? '')).toHaveLength(1);
  });
});

describe('a ticket that leaves the scope', () => {
  const hardware = { scope: { servicenow: { field: 'category', is: 'hardware' } } } as const;

  it('is followed, unless the mapping says otherwise', async () => {
    const world = scene(hardware);
    world.put('servicenow', { ...newIncident, category: 'hardware' });
    world.put('servicenow', { ...newIncident, category: 'software' });
    await world.sync();
    const { ids } = await world.link();
    await world.edit('servicenow', ids.servicenow, { category: 'software', urgency: '1' });
    await world.sync();
    expect(world.twin('salesforce').fields).toMatchObject({ Priority: 'High' });
  });

  it.each(['detach', 'close'] as const)('is let go under `%s`, and taken up when it is back', async (outOfScope) => {
    const world = scene({ ...hardware, life: { outOfScope } });
    world.put('servicenow', { ...newIncident, category: 'hardware' });
    await world.sync();
    const { ids } = await world.link();
    await world.edit('servicenow', ids.servicenow, { category: 'software' });
    await world.sync();
    expect(await world.link()).toMatchObject({
      status: 'detached',
      life: { kind: 'out-of-scope', side: 'servicenow' },
    });
    expect(world.notices('salesforce', ids.salesforce)).toHaveLength(1);
    expect(world.twin('salesforce').fields['Status']).toBe(outOfScope === 'close' ? 'Closed' : 'New');

    await world.edit('servicenow', ids.servicenow, { short_description: 'Still elsewhere' });
    await world.sync();
    expect(world.twin('salesforce').fields['Subject']).toBe('Printer on fire');

    await world.edit('servicenow', ids.servicenow, { category: 'hardware' });
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null });
    expect(world.twin('salesforce').fields).toMatchObject({ Subject: 'Still elsewhere', Status: 'New' });
  });

  it('does not hold what we made across to any condition there', async () => {
    const world = scene({
      scope: { servicenow: { field: 'category', is: 'hardware' } },
      life: { outOfScope: 'detach' },
    });
    await linked(world, 'salesforce');
    await world.edit('servicenow', (await world.link()).ids.servicenow, { urgency: '3' });
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'synced', life: null });
  });
});

describe('a notice', () => {
  const gone = async (world: Scene): Promise<string> => {
    const ids = await linked(world, 'salesforce');
    world.desks.salesforce.remove('Case', ids.salesforce);
    await world.touch();
    return ids.servicenow;
  };
  const later = async (world: Scene): Promise<void> => {
    for (let minutes = 0; minutes < 30; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
  };

  it('whose answer was lost is found again, and not posted twice', async () => {
    const world = scene();
    const id = await gone(world);
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'quarantined', life: { done: 'planned' } });
    await later(world);
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'told' } });
    expect(world.notices('servicenow', id)).toHaveLength(1);
  });

  it('that never arrived is posted again once it surely is not there', async () => {
    const world = scene();
    const id = await gone(world);
    world.desks.servicenow.comments.say('incident', id, { text: 'Anybody there?' });
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', executed: 'maybe', times: 1 });
    await later(world);
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'told' } });
    expect(world.notices('servicenow', id)).toHaveLength(1);
  });

  it('whose answer was lost is given up where the journal cannot be read', async () => {
    const world = scene();
    const id = await gone(world);
    world.desks.servicenow.comments.blind = true;
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
    await later(world);
    expect(await world.link()).toMatchObject({ status: 'detached' });
    expect(world.notices('servicenow', id)).toHaveLength(1);
  });

  it('that the desk refuses does not keep the two together', async () => {
    const world = scene();
    const id = await gone(world);
    world.desks.servicenow.faults.add({ method: 'post', error: 'Rejected', times: 1 });
    await world.sync();
    expect(await world.link()).toMatchObject({ status: 'detached', life: { done: 'nothing' } });
    expect(world.notices('servicenow', id)).toEqual([]);
  });
});

describe('what nobody has told of', () => {
  const three = async (world: Scene): Promise<string> => {
    for (const title of ['One', 'Two', 'Three']) world.put('servicenow', { ...newIncident, short_description: title });
    await world.sync();
    return world.desks.servicenow.rows('incident')[0]?.id ?? '';
  };
  const linkOf = async (world: Scene, id: string) =>
    (await world.store.transaction((tx) => tx.linksBySource('incident-case', 'servicenow', [id])))[0];

  it('is found by a resync: a record that is gone', async () => {
    const world = scene();
    const id = await three(world);
    world.desks.servicenow.hide('incident', id, true);
    const { signal } = new AbortController();
    await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal }));
    expect(await linkOf(world, id)).toMatchObject({ status: 'quarantined', life: { kind: 'missing' } });
  });

  it('is found by a resync: a record that was restored under its old stamp', async () => {
    const world = scene();
    const id = await three(world);
    world.desks.servicenow.remove('incident', id);
    await world.sync();
    expect(await linkOf(world, id)).toMatchObject({ status: 'detached', life: { kind: 'deleted' } });
    world.desks.servicenow.restore('incident', id, { touched: false });
    await world.sync();
    expect(await linkOf(world, id)).toMatchObject({ status: 'detached' });
    const { signal } = new AbortController();
    await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal }));
    expect(await linkOf(world, id)).toMatchObject({ status: 'synced', life: null });
  });
});
