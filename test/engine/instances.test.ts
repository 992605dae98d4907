import { describe, expect, it } from 'vitest';
import { sameInstance } from '../../src/core/life/instance.ts';
import { meetInstances } from '../../src/engine/life/instances.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { resumePair } from '../../src/operate/pairs.ts';
import { createWorld, newIncident, type World } from './world.ts';

describe('two answers of a desk about itself', () => {
  it('are of one instance where the ids agree, whatever the address', () => {
    expect(sameInstance('acme.service-now.com 8b1', 'acme.service-now.com 8b1')).toEqual({ kind: 'same' });
    expect(sameInstance('acme.service-now.com 8b1', 'desk.acme.com 8b1')).toEqual({
      kind: 'learned',
      instance: 'desk.acme.com 8b1',
    });
  });

  it('are of two where the ids differ: a clone keeps the address', () => {
    expect(sameInstance('acme.service-now.com 8b1', 'acme.service-now.com 77c')).toEqual({ kind: 'other' });
    expect(sameInstance('00D000000000001AAA', '00D000000000002AAA')).toEqual({ kind: 'other' });
    expect(sameInstance('dev1.service-now.com', 'dev2.service-now.com')).toEqual({ kind: 'other' });
  });

  it('say nothing new where the right to read the id was taken away, and more where it was given', () => {
    expect(sameInstance('acme.service-now.com 8b1', 'acme.service-now.com')).toEqual({ kind: 'same' });
    expect(sameInstance('acme.service-now.com', 'acme.service-now.com 8b1')).toEqual({
      kind: 'learned',
      instance: 'acme.service-now.com 8b1',
    });
  });
});

describe('another instance at the same address', () => {
  /** The same data behind another id. */
  const cloned = (world: World): Engine => ({
    ...world.engine,
    systems: {
      ...world.engine.systems,
      servicenow: {
        ...world.desks.servicenow,
        identity: async () => ({ side: 'servicenow', instance: 'clone', user: null }),
      },
    },
  });

  it('stops every pair before anything is written', async () => {
    const world = createWorld();
    expect(await meetInstances(world.engine)).toEqual([]);
    const { id } = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', id, { urgency: '1' });
    await world.poll();
    const before = world.writes();

    await expect(meetInstances(cloned(world))).resolves.toMatchObject([
      { reason: 'instance-changed', detail: { side: 'servicenow', was: 'memory-servicenow', is: 'clone' } },
    ]);
    expect(world.events.at(-1)).toMatchObject({ type: 'pair.paused' });
    // What was queued before is not written either, nor what becomes due later.
    await world.sync();
    await world.clock.advance(24 * 3_600_000);
    await world.sync();
    expect(world.writes()).toBe(before);
  });

  it('is taken for the right one only by a person, and then nothing of what had waited is lost', async () => {
    const world = createWorld();
    await meetInstances(world.engine);
    const { id } = world.put('servicenow', newIncident);
    await world.sync();
    await world.edit('servicenow', id, { urgency: '1' });
    await world.poll();
    await meetInstances(cloned(world));
    await world.sync();

    const operator = { store: world.store, actor: 'cli:ada', now: () => world.clock.now() };
    await expect(resumePair(operator, 'incident-case', ['incident-case'])).rejects.toMatchObject({
      refusal: { kind: 'instance-changed' },
    });
    await resumePair(operator, 'incident-case', ['incident-case'], { instance: true });
    await world.sync();
    expect(world.twin('salesforce').fields).toMatchObject({ Priority: 'High' });
    expect(await meetInstances(cloned(world))).toEqual([]);
  });
});
