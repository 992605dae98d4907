import { describe, expect, it } from 'vitest';
import { rulesOf, settleMs, World } from './world.ts';

/** ServiceNow was edited; the write to Salesforce was committed to, and then the process died. */
function crashed(arrived: boolean): World {
  const world = new World().put('servicenow', { short_description: 'Fire is out' });
  world.sync({ after: arrived ? ['salesforce'] : [] });
  return world;
}

describe('a write whose outcome was never recorded', () => {
  it('is taken for landed where the target holds it, and nothing is written again', () => {
    const world = crashed(true);
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: true, conflicts: [] });
    expect(world.link.bases.salesforce.fields['Subject']).toBe('Fire is out');
  });

  it('is waited for while the target still holds the old value', () => {
    const world = crashed(false);
    const sent = world.now;
    expect(world.sync()).toEqual({
      kind: 'wait',
      reason: { kind: 'in-doubt', until: new Date(sent + settleMs).toISOString() },
    });
  });

  it('is waited for even when its source has been reverted meanwhile, since it may still arrive', () => {
    const world = crashed(false);
    world.save('servicenow', { short_description: 'Printer on fire' }, 'beth.anglin');
    expect(world.sync()).toMatchObject({ kind: 'wait' });
  });

  it('is decided anew after the settle time, from what the source holds then', () => {
    const world = crashed(false);
    world.now += settleMs;
    world.put('servicenow', { short_description: 'Fire is out, for good' });
    expect(world.sync()).toMatchObject({ writes: [{ fields: { Subject: 'Fire is out, for good' } }] });
  });

  it('gives way to whoever wrote there later, and the overtaken value is noted', () => {
    const world = crashed(true);
    world.put('salesforce', { Subject: 'It burns again' });
    expect(world.sync()).toMatchObject({
      writes: [{ on: 'servicenow', fields: { short_description: 'It burns again' } }],
      conflicts: [
        { why: 'overtaken', winner: 'salesforce', values: { servicenow: 'Fire is out', salesforce: 'It burns again' } },
      ],
    });
    expect(world.quiet()).toBe(0);
  });

  it('never overwrites a newer edit of its own source', () => {
    const world = crashed(true).put('servicenow', { short_description: 'Fire is out, for good' });
    expect(world.sync()).toMatchObject({
      writes: [{ on: 'salesforce', fields: { Subject: 'Fire is out, for good' } }],
      conflicts: [],
    });
  });

  it('lets its source take the edit back, although the source then equals its old base', () => {
    const world = crashed(true).put('servicenow', { short_description: 'Printer on fire' });
    world.sync();
    expect(world.field('salesforce', 'Subject')).toBe('Printer on fire');
  });

  it('is an ordinary conflict when both have been edited since', () => {
    const world = crashed(true)
      .put('servicenow', { short_description: 'from ServiceNow' })
      .put('salesforce', { Subject: 'from Salesforce' });
    expect(world.sync()).toMatchObject({ conflicts: [{ why: 'later', winner: 'salesforce' }] });
  });

  it('is nobody’s edit where the next write over it was never sent, and so is no conflict', () => {
    const world = crashed(true).put('servicenow', { short_description: 'Fire is out, for good' });
    world.sync({ after: [] });
    world.now += settleMs;
    expect(world.sync()).toMatchObject({
      writes: [{ on: 'salesforce', fields: { Subject: 'Fire is out, for good' } }],
      conflicts: [],
    });
    expect(world.quiet()).toBe(0);
  });

  it('is known for ours after the next write over it was refused, whatever the source holds by then', () => {
    const world = crashed(true).put('servicenow', { short_description: 'Fire is out, for good' });
    world.refuse();
    expect(world.link.bases.salesforce.fields['Subject']).toBe('Fire is out');
    world.put('servicenow', { short_description: 'Printer on fire' });
    expect(world.sync()).toMatchObject({
      writes: [{ on: 'salesforce', fields: { Subject: 'Printer on fire' } }],
      conflicts: [],
    });
    expect(world.quiet()).toBe(0);
  });

  it('of a third value that reached one side only goes on to the other', () => {
    const world = new World().put('servicenow', { urgency: '1' }).put('salesforce', { Priority: 'Low' });
    world.decide('urgency', { kind: 'value', value: '2' });
    world.sync({ after: ['servicenow'] });
    world.settled = {};
    world.now += settleMs;
    world.sync();
    expect([world.field('servicenow', 'urgency'), world.field('salesforce', 'Priority')]).toEqual(['2', 'Medium']);
  });

  it('holds up no other link state once it has settled: a companion in flight is no field of its own', () => {
    const world = new World().put('salesforce', { Status: 'Closed' });
    world.sync({ after: ['servicenow'] });
    expect(world.sync()).toMatchObject({ kind: 'agree', conflicts: [] });
  });

  it('leaves a later edit that has no counterpart standing, and held, run after run', () => {
    const world = new World({ rules: rulesOf({ conflict: 'servicenow' }) }).put('servicenow', { state: '1' });
    world.sync({ after: [] });
    world.put('salesforce', { Status: 'Waiting for parts' });
    const holds = [
      { field: 'state', reason: { kind: 'no-counterpart', side: 'salesforce', value: 'Waiting for parts' } },
    ];
    expect(world.sync()).toMatchObject({ kind: 'agree', holds });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: false, holds });
    expect(world.field('salesforce', 'Status')).toBe('Waiting for parts');
  });

  it('leaves a field standing that was emptied over it and cannot be empty across, and held, run after run', () => {
    const world = new World().put('salesforce', { Status: 'Closed' });
    world.sync({ after: ['servicenow'] });
    world.put('servicenow', { state: null });
    const holds = [{ field: 'state', reason: { kind: 'no-counterpart', side: 'servicenow', value: '' } }];
    expect(world.sync()).toMatchObject({ kind: 'agree', holds });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: false, holds });
    expect(world.field('salesforce', 'Status')).toBe('Closed');
  });
});

describe('an unrecorded write that joined an edited cut text to its tail', () => {
  const words = Array.from({ length: 40 }, (_, n) => `word${n}`);
  const typed = (world: World, word: string): World =>
    world.put('servicenow', {
      short_description: String(world.field('servicenow', 'short_description')).replace('…', ` ${word}…`),
    });

  /** A cut subject, edited in front of its mark; the whole one was written, and then the process died. */
  function joined(edit: (world: World) => World): World {
    const world = new World();
    world.put('salesforce', { Subject: words.slice(0, 32).join(' ') }).quiet();
    edit(world).sync({ after: ['salesforce'] });
    return world;
  }
  const shorter = (world: World): World =>
    world.put('servicenow', {
      short_description: String(world.field('servicenow', 'short_description')).replace('word0 ', ''),
    });

  it('has landed where the shown part fits it: the rest of what can be shown follows', () => {
    const world = joined(shorter);
    const subject = world.field('salesforce', 'Subject');
    world.quiet();
    expect(world.field('salesforce', 'Subject')).toBe(subject);
    expect(world.link.holds).toEqual([]);
    expect(world.apart()).toEqual([]);
  });

  it('leaves a further edit of the shown part to a person: nobody knows which tail its editor saw', () => {
    const world = typed(
      joined((fresh) => typed(fresh, 'typed')),
      'typed-later',
    );
    const subject = world.field('salesforce', 'Subject');
    const holds = [{ field: 'short_description', reason: { kind: 'cut-text-edited', side: 'servicenow' } }];
    expect(world.sync()).toMatchObject({ kind: 'agree', holds });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: false, holds });
    expect(world.field('salesforce', 'Subject')).toBe(subject);
    expect(world.noted).toHaveLength(1);
  });
});
