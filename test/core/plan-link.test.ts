import { describe, expect, it } from 'vitest';
import { rulesOf, World } from './world.ts';

describe('a field that one side changed', () => {
  it('goes across, and nothing else does', () => {
    const world = new World().put('servicenow', { short_description: 'Printer still on fire' });
    const plan = world.sync();
    expect(plan).toMatchObject({
      kind: 'write',
      writes: [{ on: 'salesforce', fields: { Subject: 'Printer still on fire' }, decided: ['short_description'] }],
      moves: [
        {
          field: 'short_description',
          from: 'servicenow',
          to: 'salesforce',
          before: 'Printer on fire',
          because: 'one-sided',
        },
      ],
      conflicts: [],
    });
    expect(world.quiet()).toBe(0);
  });

  it('travels beside a different field that the other side changed, without a conflict', () => {
    const world = new World()
      .put('servicenow', { short_description: 'Fire is out' })
      .put('salesforce', { Priority: 'High' });
    const plan = world.sync();
    expect(plan).toMatchObject({ kind: 'write', conflicts: [], holds: [] });
    expect(world.field('salesforce', 'Subject')).toBe('Fire is out');
    expect(world.field('servicenow', 'urgency')).toBe('1');
  });

  it('is not written where the other side holds the same already', () => {
    const world = new World()
      .put('servicenow', { short_description: 'Fire is out' })
      .put('salesforce', { Subject: 'Fire is out' });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: true, conflicts: [] });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: false });
  });

  it('is no change where it went there and back between two polls', () => {
    const world = new World().put('salesforce', { Subject: 'x' }).put('salesforce', { Subject: 'Printer on fire' });
    expect(world.sync()).toMatchObject({ kind: 'agree', conflicts: [] });
  });

  it('goes back when a person deliberately reverts what we wrote', () => {
    const world = new World().put('servicenow', { short_description: 'Fire is out' });
    world.sync();
    world.put('salesforce', { Subject: 'Printer on fire' }).sync();
    expect(world.field('servicenow', 'short_description')).toBe('Printer on fire');
    expect(world.noted).toEqual([]);
  });

  it('is emptied across when it was emptied', () => {
    const world = new World({ fields: { servicenow: { description: 'a' }, salesforce: { Description: 'a' } } });
    world.put('salesforce', { Description: null }).sync();
    expect(world.field('servicenow', 'description')).toBeNull();
  });

  it('is left alone when an answer leaves it out, which is not the same as empty', () => {
    const world = new World();
    const { Subject: _hidden, ...visible } = world.records.salesforce.fields;
    world.records.salesforce = { ...world.records.salesforce, fields: visible };
    const base = world.link.bases.salesforce.fields['Subject'];
    expect(world.sync()).toMatchObject({
      kind: 'agree',
      holds: [{ field: 'short_description', reason: { kind: 'unreadable', side: 'salesforce' } }],
    });
    expect(world.link.bases.salesforce.fields['Subject']).toBe(base);
  });
});

describe('a field that both sides changed to different values', () => {
  const bothEdit = (conflict: 'servicenow' | 'salesforce' | 'latest' | 'manual'): World =>
    new World({ rules: rulesOf({ conflict }) })
      .put('servicenow', { short_description: 'from ServiceNow' })
      .put('salesforce', { Subject: 'from Salesforce' });

  it.each([
    ['servicenow', 'from ServiceNow', 'rule'],
    ['salesforce', 'from Salesforce', 'rule'],
    ['latest', 'from Salesforce', 'later'],
  ] as const)('under `%s` both hold "%s", and the losing value is noted first', (rule, winner, why) => {
    const world = bothEdit(rule);
    const plan = world.sync();
    expect(world.field('servicenow', 'short_description')).toBe(winner);
    expect(world.field('salesforce', 'Subject')).toBe(winner);
    expect(plan).toMatchObject({
      conflicts: [
        {
          field: 'short_description',
          rule,
          why,
          base: { servicenow: 'Printer on fire', salesforce: 'Printer on fire' },
          values: { servicenow: 'from ServiceNow', salesforce: 'from Salesforce' },
        },
      ],
      moves: [{ because: 'conflict' }],
    });
    expect(world.quiet()).toBe(0);
    expect(world.noted).toHaveLength(1);
  });

  it('goes to the tie-break side when both were edited within five seconds', () => {
    const world = bothEdit('latest');
    world.edits.set('servicenow short_description', world.now);
    world.edits.set('salesforce Subject', world.now + 5_000);
    expect(world.sync()).toMatchObject({ conflicts: [{ winner: 'servicenow', why: 'tie' }] });
  });

  it('keeps the dates that `latest` used', () => {
    const world = bothEdit('latest');
    const at = new Date(world.edits.get('salesforce Subject') ?? 0).toISOString();
    expect(world.sync()).toMatchObject({ conflicts: [{ dates: { salesforce: { latest: at, source: 'history' } } }] });
  });

  it('waits for a person under `manual` while every other field flows', () => {
    const world = bothEdit('manual').put('salesforce', { Priority: 'High' });
    const plan = world.sync();
    expect(plan).toMatchObject({
      writes: [{ on: 'servicenow', fields: { urgency: '1' } }],
      holds: [{ field: 'short_description', reason: { kind: 'manual-conflict' } }],
      conflicts: [{ winner: null, why: 'waits-for-person' }],
    });
    expect(world.field('salesforce', 'Subject')).toBe('from Salesforce');
    expect(world.field('servicenow', 'short_description')).toBe('from ServiceNow');
  });

  it('is noted once while it waits, and again when a value has changed', () => {
    const world = bothEdit('manual');
    world.sync();
    world.put('servicenow', { urgency: '3' }).sync();
    world.quiet();
    expect(world.noted).toHaveLength(1);
    world.put('servicenow', { short_description: 'from ServiceNow, later' }).sync();
    expect(world.noted).toHaveLength(2);
    world.quiet();
    expect(world.noted).toHaveLength(2);
  });

  it('flows by itself once people have made both sides equal', () => {
    const world = bothEdit('manual');
    world.sync();
    world.put('salesforce', { Subject: 'from ServiceNow' });
    expect(world.sync()).toMatchObject({ kind: 'agree', holds: [] });
    expect(world.open).toEqual({});
  });

  it.each([
    [{ kind: 'take', side: 'servicenow' }, 'from ServiceNow'],
    [{ kind: 'take', side: 'salesforce' }, 'from Salesforce'],
    [{ kind: 'value', value: 'agreed on the phone' }, 'agreed on the phone'],
  ] as const)('holds what a person decided: %j', (decision, value) => {
    const world = bothEdit('manual');
    world.sync();
    const plan = world.decide('short_description', decision).sync();
    expect(world.field('servicenow', 'short_description')).toBe(value);
    expect(world.field('salesforce', 'Subject')).toBe(value);
    expect(plan).toMatchObject({ conflicts: [{ why: 'settled-by-person' }], holds: [] });
    expect(world.quiet()).toBe(0);
  });

  it('converts a third value that is given in the terms of ServiceNow', () => {
    const world = new World({ rules: rulesOf({ conflict: 'manual' }) })
      .put('servicenow', { urgency: '1' })
      .put('salesforce', { Priority: 'Low' });
    world.sync();
    world.decide('urgency', { kind: 'value', value: '2' }).sync();
    expect([world.field('servicenow', 'urgency'), world.field('salesforce', 'Priority')]).toEqual(['2', 'Medium']);
  });
});

describe('a number that is only shown', () => {
  it('is written again over what somebody typed there, and that is put on record', () => {
    const world = new World().put('salesforce', { ServiceNow_Number__c: 'my own note' });
    const plan = world.sync();
    expect(world.field('salesforce', 'ServiceNow_Number__c')).toBe('INC0010042');
    expect(world.field('servicenow', 'number')).toBe('INC0010042');
    expect(plan).toMatchObject({ conflicts: [{ winner: 'servicenow', values: { salesforce: 'my own note' } }] });
  });
});

describe('status classes', () => {
  it.each([
    ['servicenow', { state: '3' }, 'On Hold is still Working'],
    ['salesforce', { Status: 'Escalated' }, 'Escalated is still In Progress'],
  ] as const)('keep a change within a class at home (%s)', (side, edit, _story) => {
    const world = new World().put(side, edit);
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: true, holds: [], conflicts: [] });
    expect(world.quiet()).toBe(0);
    expect(world.records[side].fields).toMatchObject(edit);
  });

  it('resolve with the code and notes that ServiceNow wants', () => {
    const world = new World().put('salesforce', { Status: 'Closed' });
    expect(world.sync()).toMatchObject({
      writes: [
        {
          on: 'servicenow',
          fields: { state: '6', close_code: 'Solution provided', close_notes: 'Closed in Salesforce.' },
          decided: ['state'],
        },
      ],
    });
  });

  it('leave the code and notes that an agent has entered', () => {
    const world = new World({ fields: { servicenow: { close_code: 'User error', close_notes: 'Unplugged.' } } });
    expect(world.put('salesforce', { Status: 'Closed' }).sync()).toMatchObject({
      writes: [{ fields: { state: '6' } }],
    });
    expect(world.field('servicenow', 'close_code')).toBe('User error');
  });

  it('reopen a resolved incident', () => {
    const world = new World({ fields: { servicenow: { state: '6' }, salesforce: { Status: 'Closed' } } });
    world.put('salesforce', { Status: 'Working' }).sync();
    expect(world.field('servicenow', 'state')).toBe('2');
  });

  it.each(['7', '8'])('hold a reopened Case over state %s with its reason, and nothing else', (state) => {
    const world = new World({ fields: { servicenow: { state }, salesforce: { Status: 'Closed' } } });
    world.put('salesforce', { Status: 'Working', Priority: 'High' });
    expect(world.sync()).toMatchObject({
      writes: [{ on: 'servicenow', fields: { urgency: '1' } }],
      holds: [{ field: 'state', reason: { kind: 'class-locked', side: 'servicenow', value: state } }],
    });
    world.put('salesforce', { Status: 'Closed' });
    expect(world.sync()).toMatchObject({ kind: 'agree', holds: [] });
  });

  it('hold a value without a counterpart until it has one, and never guess', () => {
    const world = new World().put('salesforce', { Status: 'Waiting for parts' });
    const reason = { kind: 'no-counterpart', side: 'salesforce', value: 'Waiting for parts' };
    expect(world.sync()).toMatchObject({ kind: 'agree', holds: [{ field: 'state', reason }] });
    expect(world.sync()).toMatchObject({ kind: 'agree', moved: false, holds: [{ field: 'state', reason }] });
    world.put('salesforce', { Status: 'Closed' }).sync();
    expect(world.field('servicenow', 'state')).toBe('6');
  });

  it('leave an origin that the mapping does not know untouched, silently', () => {
    const world = new World().put('servicenow', { contact_type: 'walk-in' });
    expect(world.sync()).toMatchObject({ kind: 'agree', holds: [] });
    expect(world.field('salesforce', 'Origin')).toBe('Phone');
  });
});
