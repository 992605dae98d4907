import { describe, expect, it } from 'vitest';
import { trimsBlanks } from '../../src/connectors/memory/rules.ts';
import { createMemorySystem, type MemorySystem, type MemorySystemOptions } from '../../src/connectors/memory.ts';
import type { Side } from '../../src/core/side.ts';
import { partnerIds, ticketSystemSuite, type DeskUnderTest } from '../conformance/ticket-system.suite.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds, seededRandom } from '../support/random.ts';

function memoryDesk(side: Side): DeskUnderTest {
  const clock = fakeClock();
  const names =
    side === 'servicenow'
      ? { title: 'short_description', text: 'description' }
      : { title: 'Subject', text: 'Description' };
  const system = createMemorySystem({
    side,
    clock,
    ids: seededIds(),
    rules: [trimsBlanks(names.title, names.text)],
    validations: [
      ({ after }) => (after[names.title] === 'refused' ? { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } : null),
    ],
    limits:
      side === 'servicenow' ? { short_description: 160, description: 4000 } : { Subject: 255, Description: 32_000 },
  });
  const object = side === 'servicenow' ? 'incident' : 'Case';
  return {
    system,
    object,
    ...names,
    choice:
      side === 'servicenow'
        ? { field: 'urgency', values: ['3', '2'] }
        : { field: 'Priority', values: ['Low', 'Medium'] },
    required: {},
    refused: { [names.title]: 'refused' },
    put: (fields) => system.put(object, fields).id,
    edit: (id, fields) => void system.edit(object, id, fields),
    remove: (id) => system.remove(object, id),
    comment: (id, text, channel) => void system.comments.say(object, id, { text, channel }),
    attach: (id, name, content) => void system.files.add(object, id, { name, content }),
    partnerId: partnerIds(side, seededRandom(7)),
    tick: () => clock.advance(1000),
    breakNext: () => system.faults.add({ error: 'Unavailable', times: 1 }),
    close: async () => undefined,
  };
}

ticketSystemSuite('servicenow in memory', async () => memoryDesk('servicenow'));
ticketSystemSuite('salesforce in memory', async () => memoryDesk('salesforce'));

function create(
  side: Side,
  options: Partial<MemorySystemOptions> = {},
): MemorySystem & { readonly clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock();
  return { ...createMemorySystem({ side, clock, ids: seededIds(), ...options }), clock };
}

const fromTheStart = { stamp: '2026-01-01T00:00:00.000Z', id: '' };

describe('a desk in memory', () => {
  it('stamps whole seconds and counts changes on ServiceNow', async () => {
    const desk = create('servicenow');
    await desk.clock.advance(1999);
    const made = desk.put('incident', { state: '1' });
    const edited = desk.edit('incident', made.id, { state: '2' });
    expect(made.version).toEqual({ stamp: '2026-03-02T00:00:01.000Z', count: 0 });
    expect(edited.version).toEqual({ stamp: '2026-03-02T00:00:01.000Z', count: 1 });
  });

  it('commits nothing on ServiceNow when nothing differs, and stamps the row all the same on Salesforce', async () => {
    const servicenow = create('servicenow');
    const incident = servicenow.put('incident', { state: '1' });
    const salesforce = create('salesforce');
    const row = salesforce.put('Case', { Status: 'New' });
    for (const desk of [servicenow, salesforce]) await desk.clock.advance(5000);
    expect(servicenow.edit('incident', incident.id, { state: '1' }).version).toEqual(incident.version);
    expect(salesforce.edit('Case', row.id, { Status: 'New' }).version).not.toEqual(row.version);
  });

  it('lets its own rules change what people and we write', async () => {
    const desk = create('servicenow', { rules: [trimsBlanks('short_description')] });
    const { id } = desk.put('incident', { short_description: 'blank  ' });
    const [result] = await desk.update([
      { object: 'incident', id, fields: { short_description: 'again   ' }, readBack: ['short_description'] },
    ]);
    expect(desk.versions('incident', id).map((one) => one.fields['short_description'])).toEqual(['blank', 'again']);
    expect(result).toMatchObject({
      record: { fields: { short_description: 'again' } },
      before: { fields: { short_description: 'blank' } },
    });
  });

  it('shows late rows to queries in their older version, or not yet', async () => {
    const desk = create('salesforce');
    const old = desk.put('Case', { Subject: 'old' });
    desk.setLag(3000);
    desk.edit('Case', old.id, { Subject: 'edited' });
    const late = desk.put('Case', { Subject: 'late' });
    const ask = { object: 'Case', fields: ['Subject'], after: fromTheStart, limit: 10 };
    const subjects = async () => (await desk.changes(ask)).records.map((record) => record.fields['Subject']);
    expect(await subjects()).toEqual(['old']);
    expect((await desk.read('Case', [late.id], ['Subject']))[0]?.kind).toBe('found');
    await desk.clock.advance(3000);
    expect(await subjects()).toEqual(['edited', 'late']);
  });

  it('counts hidden rows into its pages without showing them, and calls them absent', async () => {
    const desk = create('servicenow');
    const ids = [1, 2, 3].map((n) => desk.put('incident', { state: String(n) }).id).toSorted();
    desk.hide('incident', ids[0] ?? '', true);
    desk.hide('incident', ids[1] ?? '', true);
    const first = await desk.changes({ object: 'incident', fields: [], after: fromTheStart, limit: 2 });
    expect(first).toMatchObject({ records: [], done: false });
    const second = await desk.changes({ object: 'incident', fields: [], after: first.next, limit: 2 });
    expect(second.records.map((record) => record.id)).toEqual([ids[2]]);
    expect((await desk.read('incident', [ids[0] ?? ''], []))[0]?.kind).toBe('absent');
  });

  it('tells a deletion from an absence only where it is told to', async () => {
    for (const [side, kind] of [
      ['salesforce', 'deleted'],
      ['servicenow', 'absent'],
    ] as const) {
      const desk = create(side);
      const { id } = desk.put('ticket', {});
      desk.remove('ticket', id);
      expect((await desk.read('ticket', [id], []))[0]?.kind).toBe(kind);
    }
  });

  it('does what it was asked and loses the answer', async () => {
    const desk = create('salesforce');
    const { id } = desk.put('Case', { Subject: 'before' });
    desk.faults.add({ method: 'update', error: 'Unavailable', effect: 'done', times: 1 });
    const [result] = await desk.update([{ object: 'Case', id, fields: { Subject: 'after' }, readBack: [] }]);
    expect(result).toMatchObject({ kind: 'failed', error: { kind: 'Unavailable', inDoubt: true } });
    expect(desk.rows('Case')[0]?.fields['Subject']).toBe('after');
  });

  it('may do what it was asked long after it was given up on', async () => {
    const desk = create('servicenow');
    desk.faults.add({ method: 'create', error: 'Unavailable', effect: 60_000, times: 1 });
    const request = {
      object: 'incident',
      fields: {},
      readBack: [],
      partnerId: '500000000000001AAA',
      drawnId: 'a'.repeat(32),
    };
    expect((await desk.create([request]))[0]).toMatchObject({ error: { inDoubt: true } });
    expect(desk.rows('incident')).toHaveLength(0);
    await desk.clock.advance(60_000);
    expect(desk.rows('incident').map((row) => row.id)).toEqual([request.drawnId]);
  });

  it('refuses a second insert under one drawn id, in doubt about the first', async () => {
    const desk = create('servicenow');
    const request = {
      object: 'incident',
      fields: {},
      readBack: [],
      partnerId: '500000000000001AAA',
      drawnId: 'a'.repeat(32),
    };
    const [first, second] = await desk.create([request, request]);
    expect(first?.kind).toBe('written');
    expect(second).toMatchObject({ kind: 'failed', error: { kind: 'Rejected', inDoubt: true } });
  });

  it('brings a deleted Case back as a twin when its stamp is upserted', async () => {
    const desk = create('salesforce');
    const request = { object: 'Case', fields: { Subject: 'x' }, readBack: [], partnerId: 'a'.repeat(32), drawnId: '' };
    const [first] = await desk.create([request]);
    if (first?.kind !== 'written') throw new Error('not written');
    desk.remove('Case', first.record.id);
    const [second] = await desk.create([request]);
    expect(second?.kind === 'written' && second.record.id !== first.record.id).toBe(true);
  });

  it('takes the key of another tool for taken, and no stamp of ours', () => {
    const desk = create('servicenow');
    const row = desk.put('incident', { correlation_id: 'alert-4711', correlation_display: 'Monitoring' });
    expect(row).toMatchObject({ partnerId: null, stampTaken: true });
  });

  it('logs what we changed, and not what people did', async () => {
    const desk = create('salesforce');
    const { id } = desk.put('Case', { Subject: 'a' });
    desk.edit('Case', id, { Subject: 'b' });
    expect(desk.writes()).toEqual([]);
    await desk.update([{ object: 'Case', id, fields: { Subject: 'c' }, readBack: [] }]);
    expect(desk.writes()).toMatchObject([{ kind: 'update', id, fields: { Subject: 'c' } }]);
  });
});
