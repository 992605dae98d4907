import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/core/record.ts';
import type { FieldRule, PairRules } from '../../src/core/rules.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { withCondition } from '../../src/mapping/when-rule.ts';
import { parseTemplate, renderTemplate } from '../../src/mapping/template.ts';
import { aRecord } from './records.ts';

const startedAt = '2026-03-01T00:00:00.000Z';
const pairOf = (config: Partial<PairConfig>): PairRules =>
  buildPairRules(
    { name: 'p', servicenow: { table: 'incident' }, salesforce: { object: 'Case' }, fields: [], ...config },
    { startedAt },
  );

describe('a template', () => {
  const render = (text: string, fields: Fields): string | undefined => {
    const parsed = parseTemplate(text);
    return parsed.ok ? renderTemplate(parsed.template, (name) => fields[name]) : undefined;
  };

  it.each([
    ['{number}: {short_description}', 'INC0010042: VPN drops'],
    ['{short_description|first 4}', 'VPN…'],
    ['{short_description | upper | first 5}!', 'VPN…!'],
    ['{close_code|or not yet}', 'not yet'],
    ['{{{number}}}', '{INC0010042}'],
    ['no field at all', 'no field at all'],
    ['{missing}', ''],
  ])('%s', (text, expected) => {
    expect(render(text, { number: 'INC0010042', short_description: 'VPN drops', close_code: null })).toBe(expected);
  });

  it.each(['{number', 'number}', '{}', '{a b}', '{a|}', '{a|first}', '{a|first 0}', '{a|or}', '{a|shout}', '{Owner.}'])(
    '%s is none',
    (text) => {
      expect(parseTemplate(text)).toMatchObject({ ok: false });
    },
  );

  it('is filled from every field that it shows, on the side where they are', () => {
    const pair = pairOf({
      fields: [
        { kind: 'template', to: 'salesforce', field: 'Info__c', text: '{number} ({category|or none})', limit: 20 },
      ],
    });
    const [derived] = pair.derived?.servicenow ?? [];
    expect(derived?.parts).toEqual(['number', 'category']);
    expect(derived?.compose({ number: 'INC0010042', category: null })).toBe('INC0010042 (none)');
    const [rule] = pair.fields;
    expect(rule).toMatchObject({ name: 'Info__c', writes: 'salesforce', conflict: 'servicenow' });
    const long = 'INC0010042 (networking)';
    expect(rule?.carry({ to: 'salesforce', value: long, baseFrom: undefined, target: null })).toEqual({
      kind: 'write',
      value: 'INC0010042 (network…',
    });
    expect(rule?.agree({ servicenow: long, salesforce: 'INC0010042 (network…' })).toBe(true);
  });
});

describe('a constant', () => {
  it('goes out with the create and is left alone from then on', () => {
    const [rule] = pairOf({
      fields: [{ kind: 'constant', to: 'servicenow', field: 'category', value: 'network' }],
    }).fields;
    expect(rule?.carry({ to: 'servicenow', value: 'network', baseFrom: undefined, target: undefined })).toEqual({
      kind: 'write',
      value: 'network',
    });
    expect(rule?.agree({ servicenow: 'software', salesforce: 'network' })).toBe(true);
  });

  it('is put right again where it is to stay', () => {
    const [rule] = pairOf({
      fields: [{ kind: 'constant', to: 'salesforce', field: 'Synced__c', value: true, set: 'always' }],
    }).fields;
    expect(rule?.agree({ servicenow: true, salesforce: false })).toBe(false);
    expect(rule?.carry({ to: 'salesforce', value: true, baseFrom: true, target: false })).toEqual({
      kind: 'write',
      value: true,
    });
    expect(rule?.agree({ servicenow: true, salesforce: true })).toBe(true);
  });
});

describe('a transition', () => {
  const transitions = [
    {
      field: 'state',
      to: ['6', '7'],
      set: { close_code: 'Solution provided', close_notes: '{Description|first 12|or Closed.}' },
    },
    { field: 'state', to: ['3'], set: { hold_reason: '1' } },
    { on: 'salesforce', field: 'Status', to: ['Closed'], set: { Closed_By_Partner__c: '{number}' } },
  ] as const;
  const states = {
    kind: 'choices',
    servicenow: 'state',
    salesforce: 'Status',
    map: [
      ['1', 'New'],
      ['3', 'On Hold'],
      ['6', 'Closed'],
    ],
  } as const;
  const pair = pairOf({ fields: [states], transitions });
  const directory = {
    counterpart: () => ({ kind: 'none', why: 'nobody' }) as const,
    named: () => ({ kind: 'none', why: 'nobody' }) as const,
  };
  const ticket = {
    servicenow: aRecord('servicenow', { state: '6', number: 'INC0010042' }),
    salesforce: aRecord('salesforce', { Status: 'Closed', Description: 'Cable was changed on Monday.' }),
  };
  const bound = pair.bind?.({ directory, records: ticket });

  it('sends what its desk wants with the value, with text from the other side', () => {
    const [rule] = bound?.fields ?? [];
    expect(rule?.companions('servicenow', '6', null)).toEqual({
      close_code: 'Solution provided',
      close_notes: 'Cable was c…',
    });
    expect(rule?.companions('servicenow', '3', null)).toEqual({ hold_reason: '1' });
    expect(rule?.companions('servicenow', '1', null)).toEqual({});
    expect(rule?.companions('salesforce', 'Closed', null)).toEqual({ Closed_By_Partner__c: 'INC0010042' });
  });

  it('reads what it fills and what it shows', () => {
    expect(pair.looksAt).toEqual({
      servicenow: ['close_code', 'close_notes', 'hold_reason', 'number'],
      salesforce: ['Description', 'Closed_By_Partner__c'],
    });
  });
});

describe('a condition on a field', () => {
  const pair = pairOf({
    fields: [
      {
        kind: 'same',
        servicenow: 'u_plan',
        salesforce: 'Plan__c',
        when: { servicenow: { field: 'state', in: ['6', '7'] } },
      },
    ],
  });
  const ruleFor = (fields: Fields) => {
    const records = { servicenow: aRecord('servicenow', fields) };
    const directory = {
      counterpart: () => ({ kind: 'unreadable', side: 'servicenow' }) as const,
      named: () => ({ kind: 'unreadable', side: 'servicenow' }) as const,
    };
    return pair.bind?.({ directory, records }).fields[0];
  };
  const input = { to: 'salesforce', value: 'Reboot', baseFrom: null, target: null } as const;

  it('lets a value go only while it is met, and keeps it back otherwise', () => {
    expect(ruleFor({ state: '6', u_plan: 'Reboot' })?.carry(input)).toEqual({ kind: 'write', value: 'Reboot' });
    expect(ruleFor({ state: '2', u_plan: 'Reboot' })?.carry(input)).toEqual({
      kind: 'hold',
      reason: { kind: 'condition', side: 'servicenow' },
    });
    expect(ruleFor({ u_plan: 'Reboot' })?.carry(input)).toEqual({
      kind: 'hold',
      reason: { kind: 'unreadable', side: 'servicenow' },
    });
  });

  it('keeps back what would only be shown anew as well', () => {
    const record = { servicenow: aRecord('servicenow', { state: '2' }) };
    const due = { on: 'salesforce', value: 'Reboot' } as const;
    const rule: FieldRule = {
      name: 'plan',
      fields: { servicenow: 'u_plan', salesforce: 'Plan__c' },
      writes: 'both',
      conflict: 'latest',
      same: () => false,
      agree: () => false,
      carry: () => ({ kind: 'keep' }),
      refresh: () => due,
      companions: () => ({}),
    };
    const values = { servicenow: 'Reboot', salesforce: 'Nobody' };
    const met = { servicenow: { field: 'state', is: '2' } } as const;
    const unmet = { servicenow: { field: 'state', is: '6' } } as const;
    expect(withCondition(rule, met, record).refresh?.(values)).toEqual(due);
    expect(withCondition(rule, unmet, record).refresh?.(values)).toBeNull();
  });

  it('asks nothing of values that come the other way', () => {
    expect(ruleFor({ state: '2' })?.carry({ ...input, to: 'servicenow' })).toEqual({ kind: 'write', value: 'Reboot' });
  });
});
