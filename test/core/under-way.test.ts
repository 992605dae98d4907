import { describe, expect, it } from 'vitest';
import type { PendingWrite } from '../../src/core/plan.ts';
import { underWay } from '../../src/core/under-way.ts';
import { rulesOf, settleMs, start, World } from './world.ts';

const decided: PendingWrite = {
  linkId: 'L1',
  side: 'servicenow',
  field: 'short_description',
  value: 'Printer on fire',
  before: 'Printer is warm',
  sentAt: new Date(start).toISOString(),
};

/** What is kept of a lost write so many seconds after it left, when its field holds this, and its base that. */
function kept(seconds: number, held: string, base: string): readonly PendingWrite[] {
  const world = new World({ fields: { servicenow: { short_description: base } } });
  world.records.servicenow = {
    ...world.records.servicenow,
    fields: { ...world.records.servicenow.fields, short_description: held },
  };
  const view = { ...world.view(), pending: [decided] };
  return underWay(view, rulesOf().fields, { now: new Date(start + seconds * 1000).toISOString(), settleMs });
}

describe('the note of a write whose answer was lost', () => {
  it('stays while the server may still carry it out, whatever stands there meanwhile', () => {
    expect(kept(10, 'Printer is warm', 'Printer is cold')).toEqual([decided]);
    expect(kept(10, 'Somebody else was here', 'Printer is cold')).toEqual([decided]);
  });

  it('goes when the write has arrived, and when its time is over', () => {
    expect(kept(10, 'Printer on fire', 'Printer is cold')).toEqual([]);
    expect(kept(76, 'Printer is warm', 'Printer is cold')).toEqual([]);
  });

  it('stays where a later write of ours has put the same value there: the first may still come in over the next edit', () => {
    expect(kept(10, 'Printer on fire', 'Printer on fire')).toEqual([decided]);
    expect(kept(76, 'Printer on fire', 'Printer on fire')).toEqual([]);
  });
});
