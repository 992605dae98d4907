import { describe, expect, it } from 'vitest';
import type { Side } from '../../src/core/side.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { linkByHand } from '../../src/operate/link-by-hand.ts';
import { unlink } from '../../src/operate/links.ts';
import { resumePair } from '../../src/operate/pairs.ts';
import { people, peopleWorld } from './people-world.ts';
import { createWorld, newCase, newIncident, type World } from './world.ts';

const operatorOf = (world: World) => ({ store: world.store, actor: 'cli:ada', now: () => world.clock.now() });
const linksOf = (world: World) => world.store.transaction((tx) => tx.findLinks({ limit: 1000 }));

describe('a ticket whose create is in doubt', () => {
  it.each(['done', 'never'] as const)(
    'is not taken for the counterpart of another that matches it (%s)',
    async (effect) => {
      const rule = { name: 'vendor', on: [{ servicenow: 'u_ref', salesforce: 'Ref__c' }] } as const;
      const world = createWorld({ match: { rules: [rule] } });
      world.put('servicenow', { ...newIncident, u_ref: 'A-1' });
      world.desks.salesforce.faults.add({
        method: 'create',
        error: 'Unavailable',
        effect,
        executed: 'maybe',
        times: 1,
      });
      await world.sync();
      world.put('salesforce', { ...newCase, Ref__c: 'A-1' });
      await world.sync();
      for (let tries = 0; tries < 6; tries += 1) {
        await world.clock.advance(120_000);
        await world.sync();
      }
      const links = await linksOf(world);
      const linked = new Set(links.map((link) => link.ids.salesforce));
      const twins = world.desks.salesforce.rows('Case').filter((row) => row.partnerId !== null && !linked.has(row.id));
      expect(twins).toEqual([]);
    },
  );
});

/** A round during which a person unlinks the pair, as soon as this side has been read. */
async function reconcileUnlinking(world: World, side: Side, linkId: string): Promise<void> {
  const desk = world.desks[side];
  const unlinking = {
    ...desk,
    read: async (...args: Parameters<typeof desk.read>) => {
      const answer = await desk.read(...args);
      if ((await world.link()).status !== 'detached') await unlink(operatorOf(world), linkId);
      return answer;
    },
  };
  const jobs = await world.store.queue.takeBatch(10);
  await reconcile({ ...world.engine, systems: { ...world.engine.systems, [side]: unlinking } }, jobs);
}

/** A Case with an incident that is to be merged into one without: all is queued, nothing done yet. */
async function merged(): Promise<World & { readonly linkId: string; readonly master: string; readonly loser: string }> {
  const world = createWorld({ scope: { salesforce: { field: 'Origin', is: 'Web' } } }, { tellsDeleted: true });
  const master = world.put('salesforce', { ...newCase, Origin: 'Phone' });
  const loser = world.put('salesforce', newCase);
  await world.sync();
  const { id } = await world.link();
  world.desks.salesforce.merge('Case', loser.id, master.id);
  await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: id }]));
  return { ...world, linkId: id, master: master.id, loser: loser.id };
}

describe('unlinking a pair while its end is being decided', () => {
  it('leaves the other ticket alone', async () => {
    const world = createWorld({ life: { deleted: 'close' } }, { tellsDeleted: true });
    world.put('servicenow', newIncident);
    await world.sync();
    const link = await world.link();
    world.desks.servicenow.remove('incident', link.ids.servicenow);
    await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link.id }]));
    const before = world.writes();
    await reconcileUnlinking(world, 'salesforce', link.id);
    expect(world.writes()).toBe(before);
    expect(world.desks.salesforce.comments.posted).toBe(0);
    expect(await world.link()).toMatchObject({ status: 'detached', life: null });
  });

  it('keeps its record where that one was merged', async () => {
    const world = await merged();
    await reconcileUnlinking(world, 'servicenow', world.linkId);
    expect(await world.link()).toMatchObject({ status: 'detached', ids: { salesforce: world.loser } });
  });
});

describe('consent to many deletions', () => {
  it('stands where another deletion comes in beside them', async () => {
    const world = createWorld({ life: { maxPerRun: 3 } }, { tellsDeleted: true });
    for (let n = 0; n < 20; n += 1) world.put('salesforce', newCase);
    await world.sync();
    const links = await linksOf(world);
    const remove = async (from: number, to: number): Promise<void> => {
      const gone = links.slice(from, to);
      for (const link of gone) world.desks.salesforce.remove('Case', link.ids.salesforce);
      await world.store.transaction((tx) => tx.enqueue(gone.map(({ id }) => ({ kind: 'link', linkId: id }))));
    };
    await remove(0, 4);
    await world.sync();
    await resumePair(operatorOf(world), 'incident-case', ['incident-case'], { ends: true });
    await remove(4, 8);
    await world.sync();
    const ended = (await linksOf(world)).filter((link) => link.status === 'detached').map((link) => link.id);
    expect(new Set(ended)).toEqual(new Set(links.slice(0, 4).map((link) => link.id)));
  });
});

describe('a merge while the Case that is left gets its own incident', () => {
  it('never leaves that Case with two', async () => {
    const world = await merged();
    const { master } = world;
    const jobs = await world.store.queue.takeBatch(10);
    // The other replica has begun with the Case that is left, and its create is on its way while ours is recorded.
    const desk = world.desks.salesforce;
    let begun = false;
    let ended: Promise<unknown> = Promise.resolve();
    let goOn = (): void => undefined;
    const created = new Promise<void>((resolve) => (goOn = resolve));
    const held = {
      ...world.desks.servicenow,
      create: async (...args: Parameters<typeof desk.create>) => {
        onCreate();
        await created;
        return world.desks.servicenow.create(...args);
      },
    };
    let onCreate = (): void => undefined;
    const onItsWay = new Promise<void>((resolve) => (onCreate = resolve));
    const other = { ...world.engine, systems: { ...world.engine.systems, servicenow: held } };
    const racing = {
      ...desk,
      read: async (...args: Parameters<typeof desk.read>) => {
        if (args[1].includes(master) && !begun) {
          begun = true;
          world.desks.salesforce.edit('Case', master, { Origin: 'Web' });
          await world.store.transaction((tx) =>
            tx.enqueue([{ kind: 'new', pair: 'incident-case', side: 'salesforce', id: master }]),
          );
          const theirs = await world.store.queue.takeBatch(10);
          ended = createWorker(other, { sideDown: 'fail', signal: new AbortController().signal }).handle(theirs);
          await onItsWay;
        }
        return desk.read(...args);
      },
    };
    await reconcile({ ...world.engine, systems: { ...world.engine.systems, salesforce: racing } }, jobs);
    goOn();
    await ended;
    for (let tries = 0; tries < 4; tries += 1) {
      await world.clock.advance(120_000);
      await world.sync();
    }
    const links = await linksOf(world);
    const linked = new Set(links.map(({ ids }) => ids.servicenow));
    expect(world.desks.servicenow.rows('incident').filter((row) => !linked.has(row.id))).toEqual([]);
    expect(links.filter(({ ids }) => ids.salesforce === master)).toHaveLength(1);
  });
});

describe('linking by hand', () => {
  it('knows that a person and his counterpart are one', async () => {
    const world = peopleWorld(people, { sync: { from: '2099-01-01T00:00:00Z' } });
    const one = world.put('servicenow', { ...newIncident, assigned_to: world.staff.agent.servicenow });
    const other = world.put('salesforce', { ...newCase, OwnerId: world.staff.agent.salesforce });
    const ids = { servicenow: one.id, salesforce: other.id };
    const { differing } = await linkByHand(operatorOf(world), world.engine, ids, true);
    expect(differing).not.toContain('owner');
    expect(differing).toContain('short_description');
  });

  it('ends what was proposed for either record', async () => {
    const world = createWorld({ match: { near: 'propose-and-wait' } });
    const one = world.put('servicenow', { ...newIncident, 'caller_id.email': 'rose@edge.example' });
    const other = world.put('salesforce', {
      ...newCase,
      Subject: newIncident['short_description'] ?? null,
      ContactEmail: 'rose@edge.example',
    });
    await world.sync();
    expect(await world.store.transaction((tx) => tx.listProposals({ limit: 9 }))).toHaveLength(1);
    await linkByHand(operatorOf(world), world.engine, { servicenow: one.id, salesforce: other.id }, false);
    expect(await world.store.transaction((tx) => tx.listProposals({ limit: 9, status: 'open' }))).toEqual([]);
  });
});
