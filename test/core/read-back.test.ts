import { describe, expect, it } from 'vitest';
import { afterWrite } from '../../src/core/read-back.ts';
import type { Fields } from '../../src/core/record.ts';
import { rulesOf, World } from './world.ts';

const edited = (value: string): World => new World().put('servicenow', { description: value });

describe('what was read back after a write', () => {
  it.each([
    ['trims blanks', '  two blanks  ', (value: string) => value.trim()],
    ['stores line ends as CRLF', 'one\ntwo', (value: string) => value.replaceAll('\n', '\r\n')],
    ['stores ? for emoji', 'on 🔥 again', (value: string) => value.replace('🔥', '?')],
    [
      'keeps what stands before the first emoji',
      'on 🔥 again',
      (value: string) => value.slice(0, value.indexOf('🔥')).trim(),
    ],
    ['cuts at 5 without saying so', 'more than five', (value: string) => value.slice(0, 5)],
    ['decomposes accents', 'café', (value: string) => value.normalize('NFD')],
  ])('is the base where the server %s, and nothing more is written', (_what, text, store) => {
    const world = edited(text);
    world.automation.salesforce = (fields) => ({
      ...fields,
      Description: typeof fields['Description'] === 'string' ? store(fields['Description']) : null,
    });
    world.sync();
    expect(world.link.bases.salesforce.fields['Description']).toBe(world.field('salesforce', 'Description'));
    expect(world.quiet()).toBe(0);
    expect(world.field('servicenow', 'description')).toBe(text);
    expect(world.noted).toEqual([]);
  });

  it('puts an edit of a text that the server had cut before a person, since the rest was never seen there', () => {
    const world = edited('more than five');
    world.automation.salesforce = (fields) => ({
      ...fields,
      Description: String(fields['Description'] ?? '').slice(0, 5),
    });
    world.sync();
    world.automation = {};
    world.put('salesforce', { Description: 'more!' });
    expect(world.sync()).toMatchObject({
      holds: [{ field: 'description', reason: { kind: 'cut-text-edited', side: 'salesforce' } }],
    });
    expect(world.field('servicenow', 'description')).toBe('more than five');
  });

  it('is an edit where automation put another value there: it travels back once, then all is still', () => {
    const world = new World().put('servicenow', { urgency: '1' });
    world.automation.salesforce = (fields) => (fields['Priority'] === 'High' ? { ...fields, Priority: 'Low' } : fields);
    world.sync();
    expect(world.link.bases.salesforce.fields['Priority']).toBe('High');
    expect(world.quiet()).toBe(1);
    expect(world.field('servicenow', 'urgency')).toBe('3');
  });

  it('holds a value that the side answered 200 to and dropped, and does not undo its source', () => {
    const world = new World().put('salesforce', { Status: 'Closed' });
    world.automation.servicenow = (fields, before) => ({ ...fields, state: before['state'] ?? null });
    world.sync();
    expect(world.link.holds).toEqual([{ field: 'state', reason: { kind: 'refused', side: 'servicenow', value: '6' } }]);
    expect(world.quiet()).toBe(0);
    expect(world.field('salesforce', 'Status')).toBe('Closed');
    world.automation = {};
    world.put('servicenow', { urgency: '3' }).quiet();
    expect(world.field('servicenow', 'state')).toBe('6');
  });

  it('notes a value that stood there only between our read and our write', () => {
    const world = edited('from ServiceNow');
    const { plan, view } = world.plan();
    if (plan.kind !== 'write') throw new Error('expected a write');
    world.put('salesforce', { Description: 'typed in the gap', Priority: 'High' });
    const before = world.records.salesforce;
    world.save('salesforce', plan.writes[0]?.fields ?? {}, 'casebridge');
    const results = { salesforce: { kind: 'written' as const, record: world.records.salesforce, before } };
    const after = afterWrite({ view, rules: world.rules, plan, results });
    expect(after.conflicts).toMatchObject([
      {
        field: 'description',
        why: 'overwritten-in-gap',
        winner: 'servicenow',
        values: { servicenow: 'from ServiceNow', salesforce: 'typed in the gap' },
      },
    ]);
    // Priority changed under us as well: its base stays as read, and so does the version, so that no poll drops the row.
    expect(after.lookAgain).toBe(true);
    expect(after.bases.salesforce.fields['Priority']).toBe('Medium');
    expect(after.bases.salesforce.version).toEqual(view.now.salesforce.version);
  });

  it.each([
    ['once, by us', 1, { travel: true, looksAgain: false }],
    ['by somebody in between, who may have commented', 2, { travel: true, looksAgain: true }],
    ['by somebody in between, where comments do not travel', 2, { travel: false, looksAgain: false }],
  ])('knows by its counter that a record was saved %s', (_who, saves, { travel, looksAgain }) => {
    const { comments, ...silent } = rulesOf();
    const rules = travel && comments !== undefined ? { ...silent, comments } : silent;
    const world = new World({ rules }).put('salesforce', { Priority: 'High' });
    const { plan, view } = world.plan();
    if (plan.kind !== 'write') throw new Error('expected a write');
    for (let save = 1; save < saves; save += 1) world.save('servicenow', { impact: '1' }, 'beth.anglin');
    world.save('servicenow', plan.writes[0]?.fields ?? {}, 'casebridge');
    const record = world.records.servicenow;
    const results = { servicenow: { kind: 'written' as const, record, before: null } };
    const after = afterWrite({ view, rules, plan, results });
    expect(after.lookAgain).toBe(looksAgain);
    expect(after.bases.servicenow.version).toEqual((looksAgain ? view.now.servicenow : record).version);
  });

  it('leaves the bases of a field whose write failed, and of no other', () => {
    const world = edited('goes out').put('salesforce', { Priority: 'High' });
    const { plan, view } = world.plan();
    if (plan.kind !== 'write') throw new Error('expected a write');
    world.save('servicenow', { urgency: '1' } satisfies Fields, 'casebridge');
    const results = {
      servicenow: { kind: 'written' as const, record: world.records.servicenow, before: null },
      salesforce: { kind: 'failed' as const },
    };
    const after = afterWrite({ view, rules: world.rules, plan, results });
    expect(after.bases.servicenow.fields).toMatchObject({ description: null, urgency: '1' });
    expect(after.bases.salesforce.fields).toMatchObject({ Description: null, Priority: 'High' });
    expect(after.moves.map((move) => move.field)).toEqual(['urgency']);
    expect(after.bases.servicenow.version).toEqual(world.records.servicenow.version);
  });
});
