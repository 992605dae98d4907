import { describe, expect, it } from 'vitest';
import { overtakenAtCreate } from '../../src/core/new-link.ts';
import type { PendingWrite } from '../../src/core/plan.ts';
import type { FieldValue } from '../../src/core/record.ts';
import { recordOn, rulesOf, startedAt } from './world.ts';

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
