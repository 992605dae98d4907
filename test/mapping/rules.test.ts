import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectDescription } from '../../src/connectors/ticket-system.ts';
import type { FieldValue } from '../../src/core/record.ts';
import { type FieldRule, fieldsOf } from '../../src/core/rules.ts';
import type { Side } from '../../src/core/side.ts';
import { defaultPair, defaultPairWith } from '../../src/mapping/default-config.ts';
import type { FieldConfig, PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { recordOn, resolve, startedAt } from '../core/world.ts';

const build = (change: Partial<PairConfig> = {}) =>
  buildPairRules({ ...defaultPairWith(resolve), ...change }, { startedAt });

function ruleNamed(name: string, change: Partial<PairConfig> = {}): FieldRule {
  const rule = build(change).fields.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

const fresh = (rule: FieldRule, to: Side, value: FieldValue) =>
  rule.carry({ to, value, baseFrom: undefined, target: undefined });

describe('the default mapping', () => {
  it.each([
    ['state', '1', 'New'],
    ['state', '2', 'Working'],
    ['state', '6', 'Closed'],
    ['urgency', '1', 'High'],
    ['urgency', '2', 'Medium'],
    ['urgency', '3', 'Low'],
    ['contact_type', 'phone', 'Phone'],
    ['contact_type', 'email', 'Email'],
    ['contact_type', 'self-service', 'Web'],
  ])('%s: %s is %s, both ways', (name, servicenow, salesforce) => {
    const rule = ruleNamed(name);
    expect(fresh(rule, 'salesforce', servicenow)).toEqual({ kind: 'write', value: salesforce });
    expect(fresh(rule, 'servicenow', salesforce)).toEqual({ kind: 'write', value: servicenow });
    expect(rule.agree({ servicenow, salesforce })).toBe(true);
  });

  it.each([
    ['3', 'Working'],
    ['7', 'Closed'],
    ['8', 'Closed'],
  ])('state %s is %s, which comes back as nothing to write', (state, status) => {
    const rule = ruleNamed('state');
    expect(fresh(rule, 'salesforce', state)).toEqual({ kind: 'write', value: status });
    expect(rule.carry({ to: 'servicenow', value: status, baseFrom: undefined, target: state })).toEqual({
      kind: 'keep',
    });
  });

  it('never bounces: whatever the two hold, a value carried across asks for nothing back', () => {
    const rule = ruleNamed('state');
    const states = fc.constantFrom<FieldValue>('1', '2', '3', '6', '7', '8', '99', null);
    const statuses = fc.constantFrom<FieldValue>('New', 'Working', 'Escalated', 'Closed', 'Waiting', null);
    fc.assert(
      fc.property(states, statuses, fc.constantFrom<Side>('servicenow', 'salesforce'), (state, status, to) => {
        const [value, target] = to === 'salesforce' ? [state, status] : [status, state];
        const carried = rule.carry({ to, value, baseFrom: undefined, target });
        if (carried.kind === 'hold' || carried.kind === 'conflict') return;
        const written = carried.kind === 'write' ? carried.value : target;
        const back = rule.carry({
          to: to === 'servicenow' ? 'salesforce' : 'servicenow',
          value: written,
          baseFrom: undefined,
          target: value,
        });
        expect(back).toEqual({ kind: 'keep' });
        expect(
          rule.agree(
            to === 'salesforce'
              ? { servicenow: state, salesforce: written }
              : { servicenow: written, salesforce: status },
          ),
        ).toBe(true);
      }),
    );
  });

  it('sends code and notes with a resolve, and with nothing else', () => {
    const rule = ruleNamed('state');
    expect(rule.companions('servicenow', '6', null)).toEqual({
      close_code: 'Solution provided',
      close_notes: 'Closed in Salesforce.',
    });
    expect(rule.companions('servicenow', '2', null)).toEqual({});
    expect(rule.companions('salesforce', 'Closed', null)).toEqual({});
  });

  it('reads the fields that a resolve depends on', () => {
    expect(fieldsOf(build(), 'servicenow')).toEqual(
      expect.arrayContaining(['state', 'number', 'close_code', 'close_notes']),
    );
    expect(fieldsOf(buildPairRules(defaultPair, { startedAt }), 'servicenow')).not.toContain('close_code');
  });

  it('leaves the shown number out where the org has no such field', () => {
    const bare: ObjectDescription = { object: 'Case', fields: [] };
    const rules = buildPairRules(defaultPair, { startedAt, objects: { salesforce: bare } });
    expect(rules.fields.map((rule) => rule.name)).not.toContain('number');
    expect(build().fields.map((rule) => rule.name)).toContain('number');
  });
});

describe('a field that is the same on both sides', () => {
  const same = (extra: Partial<FieldConfig> = {}) =>
    ruleNamed('u_x', { fields: [{ kind: 'same', servicenow: 'u_x', salesforce: 'X__c', ...extra } as FieldConfig] });

  it.each<[FieldValue, FieldValue, FieldValue]>([
    ['true', false, true],
    ['false', true, false],
    ['42', 7, 42],
    ['1.50', 2, 1.5],
    ['text', 'other', 'text'],
    [null, 'other', null],
  ])('goes to Salesforce in the type that is there: %j over %j is %j', (value, target, written) => {
    expect(same().carry({ to: 'salesforce', value, baseFrom: undefined, target })).toEqual({
      kind: 'write',
      value: written,
    });
  });

  it.each<[FieldValue, FieldValue]>([
    [true, 'true'],
    [42, '42'],
    ['a\r\nb ', 'a\nb'],
    [null, null],
  ])('goes to ServiceNow as text: %j is %j', (value, written) => {
    const carried = same().carry({ to: 'servicenow', value, baseFrom: undefined, target: 'something else' });
    expect(carried).toEqual({ kind: 'write', value: written });
  });

  it.each<[FieldValue, FieldValue, boolean]>([
    ['true', true, true],
    ['1.50', 1.5, true],
    [null, '', true],
    ['', 0, false],
    [null, 0, false],
    ['false', null, false],
    ['1', '1.0', false],
  ])('%j and %j agree: %s', (servicenow, salesforce, agree) => {
    expect(same().agree({ servicenow, salesforce })).toBe(agree);
  });

  it('takes the type from the metadata on a create', () => {
    const described = {
      name: 'X__c',
      label: 'X',
      type: 'double',
      length: null,
      required: false,
      writable: true,
      unique: false,
      externalId: false,
      choices: null,
    };
    const rules = buildPairRules(
      { ...defaultPair, fields: [{ kind: 'same', servicenow: 'u_x', salesforce: 'X__c' }] },
      { startedAt, objects: { salesforce: { object: 'Case', fields: [described] } } },
    );
    expect(rules.fields[0]?.carry({ to: 'salesforce', value: '42', baseFrom: undefined, target: undefined })).toEqual({
      kind: 'write',
      value: 42,
    });
  });
});

describe('the scope', () => {
  const old = '2026-01-01T00:00:00.000Z';
  const recent = { stamp: '2026-03-05T00:00:00.000Z', count: 4 };
  const stale = { stamp: '2026-02-01T00:00:00.000Z', count: 4 };

  it.each([
    ['created after the start, closed or not', 'servicenow', { state: '7' }, {}, true],
    [
      'created before it and changed after it while open',
      'servicenow',
      { state: '3' },
      { createdAt: old, version: recent },
      true,
    ],
    [
      'created before it and changed after it, but closed',
      'servicenow',
      { state: '8' },
      { createdAt: old, version: recent },
      false,
    ],
    ['a Case likewise', 'salesforce', { Status: 'Closed' }, { createdAt: old, version: recent }, false],
    ['an open Case likewise', 'salesforce', { Status: 'Waiting' }, { createdAt: old, version: recent }, true],
    ['created and changed before it', 'servicenow', { state: '1' }, { createdAt: old, version: stale }, false],
  ] as const)('%s', (_story, side, fields, more, expected) => {
    expect(build().inScope(recordOn(side, fields, more))).toBe(expected);
  });

  it('is everything under `all`, and what the config says otherwise', () => {
    const ancient = recordOn('servicenow', { state: '7' }, { createdAt: '2001-01-01T00:00:00.000Z', version: stale });
    expect(build({ sync: { from: 'all' } }).inScope(ancient)).toBe(true);
    expect(build({ sync: { from: 'all' } }).startsAt).toBe('1970-01-01T00:00:00.000Z');
    expect(build({ sync: { from: '2026-01-15' } }).startsAt).toBe('2026-01-15T00:00:00.000Z');
    expect(build().startsAt).toBe(startedAt);
  });
});
