import { describe, expect, it } from 'vitest';
import type { PutBack } from '../../src/core/plan.ts';
import { planLink } from '../../src/core/plan-link.ts';
import type { Fields } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import {
  foldMoves,
  judgePutBack,
  type Overwritten,
  type RunMove,
  toPutBack,
  type UndoTicket,
} from '../../src/core/undo.ts';
import { rulesOf, settleMs, World } from './world.ts';

const move = (over: Partial<RunMove>): RunMove => ({
  linkId: 'L1',
  field: 'urgency',
  from: 'servicenow',
  to: 'salesforce',
  before: 'Medium',
  value: 'Low',
  because: 'one-sided',
  at: '2026-03-02T09:00:00.000Z',
  ...over,
});

const was: Overwritten = {
  linkId: 'L1',
  field: 'urgency',
  side: 'salesforce',
  before: 'Medium',
  value: 'Low',
  created: false,
};

/** Urgency 3 was carried over Medium by the run: both sides agree on Low. */
function afterTheRun(edits: Partial<Record<Side, Fields>> = {}): World {
  const world = new World({ fields: { servicenow: { urgency: '3' }, salesforce: { Priority: 'Low' } } });
  for (const side of ['servicenow', 'salesforce'] as const) if (edits[side] !== undefined) world.put(side, edits[side]);
  return world;
}

const ticketOf = (world: World, over: Partial<UndoTicket> = {}): UndoTicket => ({
  link: world.link,
  now: world.records,
  rules: world.rules,
  inConflict: new Set(),
  inDoubt: new Set(),
  ...over,
});

describe('what a run overwrote', () => {
  it('is the value before its first write and the one its last write left, side by side', () => {
    const known = new Map<string, Overwritten>();
    foldMoves(known, [move({}), move({ before: 'Low', value: 'High' })]);
    foldMoves(known, [move({ to: 'servicenow', from: 'salesforce', before: '2', value: '1' })]);
    expect([...known.values()]).toEqual([
      { ...was, value: 'High' },
      { ...was, side: 'servicenow', before: '2', value: '1' },
    ]);
  });

  it('counts as made by the run where its first write made the ticket', () => {
    const known = new Map<string, Overwritten>();
    foldMoves(known, [move({ because: 'create', before: null }), move({ before: 'Low', value: 'High' })]);
    expect([...known.values()]).toEqual([{ ...was, before: null, value: 'High', created: true }]);
  });
});

describe('judging what may be put back', () => {
  const judged = (world: World, over: Partial<UndoTicket> = {}, item: Partial<Overwritten> = {}) =>
    judgePutBack(ticketOf(world, over), { ...was, ...item });

  it('puts back what nobody has touched', () => {
    expect(judged(afterTheRun())).toEqual({ kind: 'put-back', now: 'Low' });
  });

  it.each([
    ['changed since', 'changed-since', () => judged(afterTheRun({ salesforce: { Priority: 'High' } }))],
    ['edited across', 'edited-across', () => judged(afterTheRun({ servicenow: { urgency: '1' } }))],
    ['back by hand', 'back-already', () => judged(afterTheRun({ salesforce: { Priority: 'Medium' } }))],
    ['made by the run', 'created', () => judged(afterTheRun(), {}, { created: true })],
    ['a comment', 'comment', () => judged(afterTheRun(), {}, { field: 'work_notes' })],
    ['a field the mapping no longer has', 'unmapped', () => judged(afterTheRun(), {}, { field: 'impact' })],
    ['a pair the mapping no longer has', 'unmapped', () => judged(afterTheRun(), { rules: null })],
    ['a field of a one-way rule', 'unmapped', () => judged(afterTheRun(), {}, { field: 'number', side: 'servicenow' })],
    ['no link any more', 'unlinked', () => judged(afterTheRun(), { link: null })],
    ['in a conflict', 'in-conflict', () => judged(afterTheRun(), { inConflict: new Set(['urgency']) })],
    ['in doubt', 'in-doubt', () => judged(afterTheRun(), { inDoubt: new Set(['salesforce Priority']) })],
  ] as const)('leaves what is %s', (_, why, judge) => {
    expect(judge()).toMatchObject({ kind: 'leave', why });
  });

  it('leaves a detached pair, and a record that is gone or hides the field', () => {
    const world = afterTheRun();
    expect(judged(world, { link: { ...world.link, status: 'detached' } })).toMatchObject({ why: 'unlinked' });
    expect(judged(world, { now: { ...world.records, salesforce: null } })).toMatchObject({ why: 'gone' });
    const { Priority: _hidden, ...fields } = world.records.salesforce.fields;
    const hiding = { ...world.records, salesforce: { ...world.records.salesforce, fields } };
    expect(judged(world, { now: hiding })).toMatchObject({ why: 'unreadable' });
  });

  it('leaves the beginning of a text that is longer across: it would be shown anew at once', () => {
    const long = `${'Printer on fire, '.repeat(12)}and nobody is here`;
    const world = new World({ fields: { servicenow: { short_description: 'Other' }, salesforce: { Subject: long } } });
    // The two agreed to differ: somebody had put back the other text.
    const { servicenow, salesforce } = world.link.bases;
    world.link = {
      ...world.link,
      bases: {
        servicenow: { ...servicenow, fields: { ...servicenow.fields, short_description: 'Other' } },
        salesforce: { ...salesforce, fields: { ...salesforce.fields, Subject: long } },
      },
    };
    const item = { field: 'short_description', side: 'servicenow', before: 'Printer on…', value: 'Other' } as const;
    expect(judged(world, {}, item)).toMatchObject({ kind: 'leave', why: 'cut-text' });
  });
});

describe('putting back', () => {
  const decision: PutBack = toPutBack('undo-1', [was]);
  const planOf = (world: World, value: PutBack = decision) =>
    planLink(
      {
        link: world.link,
        now: world.records,
        pending: world.pending,
        settled: { urgency: { conflictId: 'c1', value } },
        open: {},
        dates: {},
      },
      rulesOf(),
      { now: world.time(), settleMs },
    ).plan;

  it('writes the earlier value though both sides agree, as a person', () => {
    expect(planOf(afterTheRun())).toMatchObject({
      kind: 'write',
      writes: [{ on: 'salesforce', fields: { Priority: 'Medium' } }],
      moves: [{ field: 'urgency', to: 'salesforce', before: 'Low', value: 'Medium', because: 'person' }],
      conflicts: [],
      bases: { servicenow: { fields: { urgency: '3' } }, salesforce: { fields: { Priority: 'Medium' } } },
    });
  });

  it('gives way to an edit that came between the plan and the write', () => {
    expect(planOf(afterTheRun({ salesforce: { Priority: 'High' } }))).toMatchObject({
      kind: 'write',
      writes: [{ on: 'servicenow', fields: { urgency: '1' } }],
    });
    expect(planOf(afterTheRun({ servicenow: { urgency: '1' } }))).toMatchObject({
      kind: 'write',
      writes: [{ on: 'salesforce', fields: { Priority: 'High' } }],
    });
  });

  it('that arrived before the process died is not carried over again by the other side', () => {
    const world = afterTheRun();
    world.pending = [
      { linkId: 'L1', side: 'salesforce', field: 'Priority', value: 'Medium', before: 'Low', sentAt: world.time() },
    ];
    world.put('salesforce', { Priority: 'Medium' });
    expect(planOf(world)).toMatchObject({
      kind: 'agree',
      bases: { servicenow: { fields: { urgency: '3' } }, salesforce: { fields: { Priority: 'Medium' } } },
    });
  });

  it('puts both sides back where the run wrote both', () => {
    const both = toPutBack('undo-1', [was, { ...was, side: 'servicenow', before: '2', value: '3' }]);
    expect(planOf(afterTheRun(), both)).toMatchObject({
      kind: 'write',
      writes: [
        { on: 'servicenow', fields: { urgency: '2' } },
        { on: 'salesforce', fields: { Priority: 'Medium' } },
      ],
    });
  });
});
