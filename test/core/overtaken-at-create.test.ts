import { describe, expect, it } from 'vitest';
import { newLink, overtakenAtCreate } from '../../src/core/new-link.ts';
import type { PendingWrite } from '../../src/core/plan.ts';
import { planLink } from '../../src/core/plan-link.ts';
import type { FieldValue } from '../../src/core/record.ts';
import { recordOn, rulesOf, settleMs, startedAt } from './world.ts';

const words = 'The printer on the second floor is on fire.';

/** What the create carried, when this stands on the incident that it had made, saved so often since. */
function overtaken(held: FieldValue, carried: Partial<PendingWrite> = {}, count = 1): readonly PendingWrite[] {
  const sent: PendingWrite = {
    linkId: 'I1',
    side: 'servicenow',
    field: 'description',
    value: words,
    before: null,
    sentAt: startedAt,
    ...carried,
  };
  const made = recordOn('servicenow', { description: held }, { version: { stamp: startedAt, count } });
  return overtakenAtCreate(rulesOf(), made, [sent]);
}

describe('what a create carried whose answer was lost', () => {
  it('goes on record where somebody has written over it or emptied it: nobody saw what the desk had kept', () => {
    for (const held of ['It is out.', '', null]) expect(overtaken(held)).toMatchObject([{ value: words }]);
  });

  it('is not waited for where it was emptied: it is known to have arrived', () => {
    expect(overtaken(null)).toMatchObject([{ before: words }]);
  });

  it('is not overtaken by what the desk has kept of it: whole, in part, or nothing at all', () => {
    expect(overtaken(words)).toEqual([]);
    expect(overtaken(words.slice(0, 20))).toEqual([]);
    expect(overtaken(null, {}, 0)).toEqual([]);
  });

  it('is nothing where it carried nothing, or may have carried either of two texts', () => {
    expect(overtaken('It is out.', { value: null })).toEqual([]);
    expect(overtaken(null, { before: 'Earlier words' })).toEqual([]);
  });
});

describe('a create that was sent twice, the first time without a field', () => {
  const note = { linkId: 'I1', side: 'servicenow', sentAt: startedAt } as const;
  /** The Case was on hold, which is no state of an incident, and was closed before the create was sent again. */
  const sent: readonly PendingWrite[] = [
    { ...note, field: 'short_description', value: 'Printer on fire', before: 'Printer on fire' },
    { ...note, field: 'state', value: '6', before: null },
  ];
  const origin = recordOn('salesforce', { Status: 'Closed' });
  /** The first one arrived, and was saved so often since. */
  const made = (state: FieldValue, count: number) =>
    recordOn('servicenow', { state }, { version: { stamp: startedAt, count }, updatedBy: 'casebridge' });

  function planFor(state: FieldValue, count: number) {
    const records = { servicenow: made(state, count), salesforce: origin };
    const link = newLink({
      id: 'L1',
      pair: rulesOf(),
      records,
      origin: 'salesforce',
      how: 'recover',
      sent,
      at: startedAt,
    });
    const pending = overtakenAtCreate(rulesOf(), records.servicenow, sent);
    const view = { link, now: records, pending, settled: {}, open: {}, dates: {} };
    return planLink(view, rulesOf(), { now: '2026-03-02T12:00:00.000Z', settleMs }).plan;
  }

  it('brings the field when it is found as it was made the first time', () => {
    expect(planFor(null, 0)).toMatchObject({ kind: 'write', writes: [{ on: 'servicenow', fields: { state: '6' } }] });
  });

  it('holds the field where somebody may have emptied it since', () => {
    const holds = [{ field: 'state', reason: { kind: 'no-counterpart', side: 'servicenow', value: '' } }];
    expect(planFor(null, 1)).toMatchObject({ kind: 'agree', holds });
  });
});
