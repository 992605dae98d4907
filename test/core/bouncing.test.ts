import { describe, expect, it } from 'vitest';
import { hopCount, noteHops } from '../../src/core/hops.ts';
import { rulesOf, World } from './world.ts';

/** Each desk has a flow of its own that insists, a moment after every save, on another urgency. Returns the runs that wrote. */
function tugOfWar(world: World, rounds = 12): number {
  let wrote = 0;
  for (let round = 0; round < rounds; round += 1) {
    world.now += 10_000;
    if (world.field('servicenow', 'urgency') !== '1') world.save('servicenow', { urgency: '1' }, 'system');
    if (world.field('salesforce', 'Priority') !== 'Low') world.save('salesforce', { Priority: 'Low' }, 'flow');
    if (world.sync().kind === 'write') wrote += 1;
  }
  return wrote;
}

function pulled(): World {
  const world = new World({ rules: rulesOf({ conflict: 'servicenow' }) });
  tugOfWar(world);
  return world;
}

describe('two automations that pull against each other', () => {
  it('stop after three hops: the field is held and a person is asked, once', () => {
    const world = new World({ rules: rulesOf({ conflict: 'servicenow' }) });
    expect(tugOfWar(world)).toBe(4);
    expect(world.link.holds).toEqual([{ field: 'urgency', reason: { kind: 'bouncing', hops: 3 } }]);
    expect(world.noted.filter((conflict) => conflict.winner === null)).toHaveLength(1);
    world.now += 3_600_000;
    expect(tugOfWar(world)).toBe(0);
    expect(world.noted.filter((conflict) => conflict.winner === null)).toHaveLength(1);
  });

  it('do not stop the other fields', () => {
    const world = pulled();
    world.put('salesforce', { Subject: 'something else' }).quiet();
    expect(world.field('servicenow', 'short_description')).toBe('something else');
  });

  it('are let go when the sides agree again', () => {
    const world = pulled();
    world.put('salesforce', { Priority: 'High' }).put('servicenow', { urgency: '1' }).quiet();
    expect(world.link.holds).toEqual([]);
    world.put('salesforce', { Priority: 'Medium' }).quiet();
    expect(world.field('servicenow', 'urgency')).toBe('2');
  });

  it('are let go by a person', () => {
    const world = pulled();
    world.decide('urgency', { kind: 'take', side: 'servicenow' }).quiet();
    expect(world.field('salesforce', 'Priority')).toBe('High');
    expect(world.link.holds).toEqual([]);
  });

  it('end at once where a rule puts the old value back within our own write', () => {
    const world = new World({ automation: { servicenow: (fields) => ({ ...fields, urgency: '2' }) } });
    world.put('salesforce', { Priority: 'Low' });
    expect(world.quiet()).toBe(1);
    expect(world.link.holds).toMatchObject([{ field: 'urgency', reason: { kind: 'refused', value: '3' } }]);
    expect(world.field('salesforce', 'Priority')).toBe('Low');
  });
});

describe('the count of hops', () => {
  const at = (minute: number): string => new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString();
  const out = { field: 'state', from: 'servicenow', to: 'salesforce' } as const;
  const back = { field: 'state', from: 'salesforce', to: 'servicenow' } as const;

  it('does not grow when one side is edited again and again', () => {
    let hops = noteHops([], [out], at(0));
    for (let minute = 1; minute < 9; minute += 1) hops = noteHops(hops, [out], at(minute));
    expect(hops).toMatchObject([{ field: 'state', count: 0 }]);
  });

  it('grows each time the field comes straight back, and starts anew after ten minutes', () => {
    const once = noteHops(noteHops([], [out], at(0)), [back], at(1));
    const twice = noteHops(once, [out], at(2));
    expect(twice).toMatchObject([{ count: 2, to: 'salesforce' }]);
    expect(hopCount(twice, back, at(3))).toBe(3);
    expect(hopCount(twice, back, at(10))).toBe(0);
  });

  it('leaves people alone who correct each other a few times', () => {
    const world = new World({ rules: rulesOf({ conflict: 'servicenow' }) });
    for (const value of ['1', '3']) {
      world.put('servicenow', { urgency: value }).sync();
      world.put('salesforce', { Priority: 'Medium' }).sync();
    }
    expect(world.link.holds).toEqual([]);
  });
});
