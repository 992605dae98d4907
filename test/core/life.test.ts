import { describe, expect, it } from 'vitest';
import { brakeOnEnds } from '../../src/core/life/brake.ts';
import { decideLife, type LifeInput, type Sighting } from '../../src/core/life/decide-life.ts';
import { noticeText } from '../../src/core/life/notice.ts';
import { defaultLife, type LifeRules } from '../../src/core/life/rules.ts';
import type { Life } from '../../src/core/link.ts';
import { baseOf, builtAt, caseRecord, incident, link } from '../support/builders.ts';

const now = Date.parse('2026-03-02T12:00:00.000Z');
const hour = 3_600_000;

const incidentSeen: Sighting = { kind: 'found', record: incident() };
const caseSeen: Sighting = { kind: 'found', record: caseRecord() };
const deleted: Sighting = { kind: 'deleted', into: null };
const absent: Sighting = { kind: 'absent' };

interface Story {
  readonly life?: Life | null;
  readonly status?: 'synced' | 'detached' | 'quarantined' | 'pending';
  readonly servicenow?: Sighting;
  readonly salesforce?: Sighting;
  readonly rules?: Partial<LifeRules>;
  readonly now?: number;
}

function decide(story: Story = {}) {
  const input: LifeInput = {
    link: link({
      life: story.life ?? null,
      status: story.status ?? 'synced',
      bases: { servicenow: baseOf(incident()), salesforce: baseOf(caseRecord()) },
    }),
    seen: { servicenow: story.servicenow ?? incidentSeen, salesforce: story.salesforce ?? caseSeen },
    rules: { ...defaultLife, ...story.rules },
    now: story.now ?? now,
    missingLookMs: hour,
  };
  return decideLife(input);
}

const gone: Life = { kind: 'deleted', side: 'salesforce', at: builtAt, by: 'is-deleted', done: 'told' };

describe('what a look at two records comes to', () => {
  it('nothing where both are there', () => {
    expect(decide()).toEqual({ kind: 'alive' });
  });

  it('says how a deletion became known', () => {
    expect(decide({ salesforce: deleted })).toMatchObject({
      kind: 'end',
      act: 'detach',
      life: { kind: 'deleted', side: 'salesforce', by: 'is-deleted' },
      survivor: { side: 'servicenow' },
    });
    expect(decide({ servicenow: deleted })).toMatchObject({ life: { side: 'servicenow', by: 'delete-log' } });
  });

  it.each(['detach', 'close', 'ignore'] as const)('follows the rule %s', (deletedRule) => {
    expect(decide({ salesforce: deleted, rules: { deleted: deletedRule } })).toMatchObject({ act: deletedRule });
  });

  it('deletes only a ticket that nobody has touched since the two agreed', () => {
    const rules = { deleted: 'delete' } as const;
    expect(decide({ salesforce: deleted, rules })).toMatchObject({ act: 'delete' });
    const touched = incident({}, { version: { stamp: '2026-03-02T09:00:00.000Z', count: 4 } });
    expect(decide({ salesforce: deleted, servicenow: { kind: 'found', record: touched }, rules })).toMatchObject({
      act: 'detach',
    });
  });

  it('deletes no ticket with an edit that was seen and could not be carried', () => {
    const edited = incident({ urgency: '1' });
    const base = { fields: incident({ urgency: '2' }).fields, version: edited.version };
    const decision = decideLife({
      link: link({ bases: { servicenow: base, salesforce: baseOf(caseRecord()) } }),
      seen: { servicenow: { kind: 'found', record: edited }, salesforce: deleted },
      rules: { ...defaultLife, deleted: 'delete' },
      now,
      missingLookMs: hour,
    });
    expect(decision).toMatchObject({ kind: 'end', act: 'detach' });
  });

  it('has nobody to tell where the other one cannot be seen either', () => {
    expect(decide({ salesforce: deleted, servicenow: absent })).toMatchObject({ kind: 'end', survivor: null });
    expect(decide({ salesforce: deleted, servicenow: deleted })).toMatchObject({ kind: 'end', survivor: null });
  });

  it('never takes absence for a deletion, however often it is looked at', () => {
    let life: Life | null = null;
    for (let hours = 0; hours < 100; hours += 1) {
      const decision = decide({ salesforce: absent, life, status: 'quarantined', now: now + hours * hour });
      if (decision.kind !== 'missing') throw new Error(decision.kind);
      life = decision.life;
    }
    expect(life).toEqual({ kind: 'missing', side: 'salesforce', since: '2026-03-02T12:00:00.000Z', looks: 100 });
  });

  it('counts two looks as two only if they are an hour apart', () => {
    const first: Life = { kind: 'missing', side: 'salesforce', since: new Date(now).toISOString(), looks: 1 };
    const look = (later: number) => decide({ salesforce: absent, life: first, now: now + later });
    expect(look(hour - 1)).toMatchObject({ life: { looks: 1 } });
    expect(look(hour)).toMatchObject({ life: { looks: 2 } });
  });

  it('goes on where a missing record is there again', () => {
    const life: Life = { kind: 'missing', side: 'salesforce', since: builtAt, looks: 3 };
    expect(decide({ life, status: 'quarantined' })).toMatchObject({
      kind: 'back',
      was: life,
      link: { life: null, status: 'pending' },
    });
  });

  it('leaves a link alone that has ended, until both are there again', () => {
    expect(decide({ life: gone, status: 'detached', salesforce: deleted })).toEqual({ kind: 'over' });
    expect(decide({ life: gone, status: 'detached', salesforce: absent })).toEqual({ kind: 'over' });
    expect(decide({ life: gone, status: 'detached' })).toMatchObject({ kind: 'back', was: gone });
  });

  it('does nothing to a restored ticket whose counterpart we have deleted', () => {
    const life: Life = { ...gone, done: 'deleted' };
    expect(decide({ life, status: 'detached', servicenow: deleted, rules: { deleted: 'delete' } })).toEqual({
      kind: 'over',
    });
  });

  it('goes on with a step that was noted and perhaps not carried out, under its first time', () => {
    const life: Life = { ...gone, done: 'planned' };
    expect(decide({ life, status: 'pending', salesforce: deleted })).toMatchObject({ kind: 'end', life });
  });

  it('opens again what it had closed: the state of the one that is back counts as news', () => {
    const stateFields = { servicenow: ['state'], salesforce: ['Status'] };
    const life: Life = { ...gone, done: 'closed' };
    expect(decide({ life, status: 'detached', rules: { stateFields } })).toMatchObject({
      link: {
        bases: {
          salesforce: { fields: { Status: null, Subject: 'Printer on fire' } },
          servicenow: { fields: { state: '1' } },
        },
      },
    });
  });
});

describe('a merged Case', () => {
  const merged: Sighting = { kind: 'deleted', into: '500000000000002AAA' };

  it('is followed by its link, unless the rule says otherwise', () => {
    expect(decide({ salesforce: merged })).toMatchObject({ kind: 'follow', life: { into: '500000000000002AAA' } });
    expect(decide({ salesforce: merged, rules: { merged: 'close' } })).toMatchObject({ kind: 'end', act: 'close' });
  });

  it('is not followed where the ticket across cannot be seen', () => {
    expect(decide({ salesforce: merged, servicenow: absent })).toMatchObject({ kind: 'end', act: 'detach' });
  });
});

describe('a ticket that leaves the scope', () => {
  const only = (side: 'servicenow' | 'salesforce'): Partial<LifeRules> => ({
    inScope: (record) => record.side !== side,
  });

  it('is followed wherever it goes, unless the rule says otherwise', () => {
    expect(decide({ rules: only('servicenow') })).toEqual({ kind: 'alive' });
    expect(decide({ rules: { ...only('servicenow'), outOfScope: 'detach' } })).toMatchObject({
      kind: 'end',
      act: 'detach',
      life: { kind: 'out-of-scope', side: 'servicenow' },
      survivor: { side: 'salesforce' },
    });
  });

  it('is judged where it was born: what we made across need not meet any condition there', () => {
    expect(decide({ rules: { ...only('salesforce'), outOfScope: 'detach' } })).toEqual({ kind: 'alive' });
  });

  it('is taken up again when it comes back into it, unless the rule says otherwise', () => {
    const life: Life = { kind: 'out-of-scope', side: 'servicenow', at: builtAt, done: 'told' };
    const ended = { life, status: 'detached' } as const;
    expect(decide({ ...ended, rules: { outOfScope: 'detach' } })).toMatchObject({ kind: 'back' });
    expect(decide({ ...ended, rules: { ...only('servicenow'), outOfScope: 'detach' } })).toEqual({ kind: 'over' });
    expect(decide({ ...ended, rules: { outOfScope: 'detach', backInScope: 'ignore' } })).toEqual({ kind: 'over' });
  });

  it('stays let go where it is restored outside the scope', () => {
    const rules = { ...only('servicenow'), outOfScope: 'detach' } as const;
    expect(decide({ life: gone, status: 'detached', rules })).toEqual({ kind: 'over' });
  });
});

describe('the brake on ends', () => {
  it('lets as many through as a pair allows, those of the last minutes included', () => {
    expect(brakeOnEnds({ recent: 5, adding: 15, living: 1000, max: 20 })).toEqual({ kind: 'go' });
    expect(brakeOnEnds({ recent: 6, adding: 15, living: 1000, max: 20 })).toEqual({
      kind: 'stop',
      found: 21,
      limit: 20,
    });
  });

  it('stops at half of all links, where there are enough to speak of a share', () => {
    expect(brakeOnEnds({ recent: 0, adding: 7, living: 12, max: 20 })).toEqual({ kind: 'stop', found: 7, limit: 6 });
    expect(brakeOnEnds({ recent: 0, adding: 3, living: 4, max: 20 })).toEqual({ kind: 'go' });
  });

  it('stops nothing where nothing would be done', () => {
    expect(brakeOnEnds({ recent: 50, adding: 0, living: 50, max: 20 })).toEqual({ kind: 'go' });
  });
});

describe('the notice to the ticket that is left', () => {
  it('names the other one by its number and says what becomes of the two', () => {
    const life = { kind: 'deleted', side: 'salesforce', at: builtAt, by: 'is-deleted', done: 'planned' } as const;
    expect(noticeText(link(), life, 'detach')).toBe(
      '00001007 in Salesforce, which this ticket was kept in step with, was deleted. The two are no longer kept in step unless it is restored.',
    );
    expect(noticeText(link(), life, 'close')).toContain('This ticket was closed with it.');
  });
});
