import { describe, expect, it } from 'vitest';
import type { DeskCall } from '../../src/connectors/desk-call.ts';
import { withObserved } from '../../src/connectors/with/observed.ts';
import { withRetry } from '../../src/connectors/with/retry.ts';
import { createWorld, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';

function observed() {
  const world = createWorld();
  const calls: DeskCall[] = [];
  const desk = world.desks.servicenow;
  const system = withObserved(desk, world.clock, (call) => calls.push(call));
  const fields = ['short_description'];
  return { world, desk, system, fields, told: () => calls.map((c) => `${c.operation} ${c.items} ${c.outcome}`) };
}

describe('calls to a desk', () => {
  it('are told one by one, with what came of them and how many were asked for', async () => {
    const { world, desk, system, fields, told } = observed();
    const { id } = world.put('servicenow', newIncident);
    await system.read('incident', [id], fields);
    const update = { object: 'incident', id, fields: { short_description: 'New' }, readBack: fields };
    await system.update([update]);
    desk.faults.add({ method: 'update', item: id, error: 'Rejected', times: 1 });
    await system.update([update]);
    expect(told()).toEqual(['read 1 done', 'update 1 done', 'update 1 partly']);
  });

  it('are none where nothing is asked', async () => {
    const { system, fields, told } = observed();
    await system.read('incident', [], fields);
    await system.update([]);
    await system.create([]);
    expect(told()).toEqual([]);
  });

  it('are told of each try, inside the coat that retries', async () => {
    const { world, desk, system, fields, told } = observed();
    const { id } = world.put('servicenow', newIncident);
    desk.faults.add({ method: 'read', error: 'Unavailable', times: 1 });
    const retried = withRetry(system, { clock: world.clock, random: () => 0.5 });
    await runToEnd(world.clock, retried.read('incident', [id], fields));
    expect(told()).toEqual(['read 1 Unavailable', 'read 1 done']);
  });

  it('leave the desk as it was: what it cannot do, it still cannot', () => {
    const { desk, world } = observed();
    const { find: _find, sees: _sees, erase: _erase, children: _children, ...bare } = desk;
    const coated = withObserved(bare, world.clock, () => undefined);
    expect(Object.keys(coated).toSorted()).toEqual(Object.keys(bare).toSorted());
    expect(coated.calls()).toBe(desk.calls());
  });
});
