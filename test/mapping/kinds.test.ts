import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/core/record.ts';
import type { Carried, FieldRule } from '../../src/core/rules.ts';
import { otherSide, type Side } from '../../src/core/side.ts';
import type { FieldConfig, PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';

const startedAt = '2026-03-01T00:00:00.000Z';

function ruleOf(field: FieldConfig, more: Partial<PairConfig> = {}): FieldRule {
  const config: PairConfig = {
    name: 'p',
    servicenow: { table: 'incident' },
    salesforce: { object: 'Case' },
    fields: [field],
    ...more,
  };
  const [rule] = buildPairRules(config, { startedAt }).fields;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

const carry = (rule: FieldRule, to: Side, value: FieldValue, target?: FieldValue): Carried =>
  rule.carry({ to, value, baseFrom: undefined, target });
const written = (rule: FieldRule, to: Side, value: FieldValue): FieldValue | Carried['kind'] => {
  const carried = carry(rule, to, value);
  return carried.kind === 'write' ? carried.value : carried.kind;
};
const both = (side: Side, mine: FieldValue, other: FieldValue): Record<Side, FieldValue> =>
  side === 'servicenow' ? { servicenow: mine, salesforce: other } : { servicenow: other, salesforce: mine };

/** One line: a value, and what stands across after it was carried. */
type Line = readonly [from: Side, value: FieldValue, across: FieldValue];

/** Carries every line, and holds that both sides then agree and that nothing goes back. */
function holdsFor(rule: FieldRule, lines: readonly Line[]): void {
  for (const [from, value, across] of lines) {
    const to = otherSide(from);
    expect([from, value, written(rule, to, value)]).toEqual([from, value, across]);
    expect(rule.agree(both(from, value, across)), `${from} ${String(value)} ↔ ${String(across)}`).toBe(true);
    expect(carry(rule, to, value, across)).toEqual({ kind: 'keep' });
  }
}

describe('choices', () => {
  const rule = ruleOf({
    kind: 'choices',
    servicenow: 'category',
    salesforce: 'Type',
    map: [
      ['network', 'Network'],
      ['software', 'Application'],
      ['database', 'Application'],
    ],
    otherwise: { salesforce: 'Other' },
  });

  it('give each other’s counterpart, the first line where several share one', () => {
    holdsFor(rule, [
      ['servicenow', 'network', 'Network'],
      ['servicenow', 'database', 'Application'],
      ['salesforce', 'Application', 'software'],
      ['servicenow', null, null],
      ['servicenow', 'inquiry', 'Other'],
    ]);
    expect(rule.agree({ servicenow: 'database', salesforce: 'Application' })).toBe(true);
  });

  it('hold a value that has none, on the side without a default, and name it', () => {
    expect(carry(rule, 'servicenow', 'Mechanical')).toEqual({
      kind: 'hold',
      reason: { kind: 'no-counterpart', side: 'salesforce', value: 'Mechanical' },
    });
  });

  it.each([
    ['empty', null],
    ['same', 'inquiry'],
    ['Other', 'Other'],
  ])('write what `otherwise: %s` says', (otherwise, expected) => {
    const one = ruleOf({ kind: 'choices', servicenow: 'a', salesforce: 'b', map: [['x', 'X']], otherwise });
    expect(written(one, 'salesforce', 'inquiry')).toBe(expected);
  });
});

describe('dates', () => {
  it('are UTC text on one side and ISO on the other, to the second', () => {
    const rule = ruleOf({ kind: 'date', servicenow: 'due_date', salesforce: 'Due__c' });
    holdsFor(rule, [
      ['servicenow', '2026-03-29 01:30:00', '2026-03-29T01:30:00Z'],
      ['salesforce', '2026-03-29T01:30:00.000+0000', '2026-03-29 01:30:00'],
      ['salesforce', '2026-10-25T02:30:00.999+0200', '2026-10-25 00:30:00'],
      ['servicenow', null, null],
    ]);
    expect(rule.same('salesforce', '2026-03-29T01:30:00.000+0000', '2026-03-29T01:30:00Z')).toBe(true);
  });

  it('become days in the zone of the field, and midnights back, on days with 23 and 25 hours too', () => {
    const rule = ruleOf({
      kind: 'date',
      servicenow: 'due_date',
      salesforce: 'Due__c',
      as: { salesforce: 'day' },
      zone: 'Europe/Lisbon',
    });
    holdsFor(rule, [
      ['servicenow', '2026-07-01 23:30:00', '2026-07-02'],
      ['servicenow', '2026-01-01 23:30:00', '2026-01-01'],
      ['salesforce', '2026-03-29', '2026-03-29 00:00:00'],
      ['salesforce', '2026-10-25', '2026-10-24 23:00:00'],
    ]);
    // A time within the day stays: the day did not change.
    expect(carry(rule, 'servicenow', '2026-07-02', '2026-07-01 23:30:00')).toEqual({ kind: 'keep' });
  });

  it.each(['tomorrow', '29/03/2026', '2026-02-30', '2026-03-29 25:00:00', '1772323200'])('hold %s', (value) => {
    const rule = ruleOf({ kind: 'date', servicenow: 'due_date', salesforce: 'Due__c' });
    expect(written(rule, 'salesforce', value)).toBe('hold');
  });
});

describe('numbers and booleans', () => {
  it('are text on one side and JSON on the other', () => {
    holdsFor(ruleOf({ kind: 'number', servicenow: 'u_hours', salesforce: 'Hours__c' }), [
      ['servicenow', '1.50', 1.5],
      ['salesforce', 12, '12'],
      ['salesforce', 1e21, '1000000000000000000000'],
      ['servicenow', '', null],
      ['servicenow', '-0', 0],
    ]);
    holdsFor(ruleOf({ kind: 'boolean', servicenow: 'u_vip', salesforce: 'Vip__c' }), [
      ['servicenow', 'true', true],
      ['servicenow', '0', false],
      ['salesforce', false, 'false'],
      ['servicenow', null, false],
    ]);
  });

  it('are rounded to the digits that both keep, and do not come back for the rest', () => {
    const rule = ruleOf({ kind: 'number', servicenow: 'u_cost', salesforce: 'Cost__c', decimals: 2 });
    holdsFor(rule, [['servicenow', '19.999', 20]]);
    expect(rule.same('salesforce', 20.001, 20)).toBe(true);
  });

  it('may have words of their own for yes and no', () => {
    const words = { servicenow: ['yes', 'no'], salesforce: ['Y', 'N'] } as const;
    holdsFor(ruleOf({ kind: 'boolean', servicenow: 'u_vip', salesforce: 'Vip__c', words }), [
      ['servicenow', 'yes', 'Y'],
      ['salesforce', 'N', 'no'],
      ['salesforce', null, null],
    ]);
  });

  it.each(['1,200', 'twelve', '1.2.3', '0x10', 'NaN'])('hold %s, which is no number here', (value) => {
    expect(written(ruleOf({ kind: 'number', servicenow: 'a', salesforce: 'b' }), 'salesforce', value)).toBe('hold');
  });
});

describe('html', () => {
  const limits = { servicenow: 4000, salesforce: 32_000 };
  const rule = ruleOf({ kind: 'html', on: 'salesforce', servicenow: 'description', salesforce: 'Rich__c', limits });

  it('becomes text, and text becomes markup that shows exactly that text', () => {
    holdsFor(rule, [
      [
        'salesforce',
        '<p>VPN <b>drops</b></p><ul><li>at home</li><li>in Lisbon</li></ul>',
        'VPN drops\n\n * at home\n * in Lisbon',
      ],
      ['servicenow', 'a < b & c\n"quoted"', 'a &lt; b &amp; c<br>&quot;quoted&quot;'],
      ['servicenow', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
      ['salesforce', '', null],
    ]);
  });

  it('keeps its own markup as long as its text is the one across', () => {
    expect(carry(rule, 'salesforce', 'VPN drops', '<p>VPN <b>drops</b></p>')).toEqual({ kind: 'keep' });
    expect(rule.agree({ servicenow: 'VPN drops', salesforce: '<div><p>VPN&nbsp;drops</p></div>' })).toBe(true);
  });

  it('is cut where its markup would not fit, and the cut is no news', () => {
    const short = ruleOf({
      kind: 'html',
      on: 'salesforce',
      servicenow: 'description',
      salesforce: 'Rich__c',
      limits: { servicenow: 4000, salesforce: 40 },
    });
    const text = 'a & b & c & d & e & f & g & h & i & j';
    const html = written(short, 'salesforce', text);
    expect(String(html).length).toBeLessThanOrEqual(40);
    expect(String(html)).toMatch(/…$/);
    expect(short.agree({ servicenow: text, salesforce: html })).toBe(true);
    const edit = { to: 'servicenow', value: 'Something else', baseFrom: html, target: text, baseTo: text } as const;
    expect(short.carry(edit)).toEqual({ kind: 'conflict' });
    expect(short.carry({ ...edit, value: html })).toEqual({ kind: 'keep' });
  });
});

describe('functions', () => {
  const rule = ruleOf({
    kind: 'function',
    servicenow: 'u_code',
    salesforce: 'Code__c',
    toSalesforce: (value) => (value === null ? null : `SN-${String(value)}`),
    toServiceNow: (value) => (value === null ? null : String(value).replace(/^SN-/, '')),
  });

  it('convert both ways', () => {
    holdsFor(rule, [
      ['servicenow', '17', 'SN-17'],
      ['salesforce', 'SN-17', '17'],
      ['salesforce', null, null],
    ]);
  });

  it('make a field one-way where one is left out', () => {
    expect(ruleOf({ kind: 'function', servicenow: 'a', salesforce: 'b', toSalesforce: (value) => value }).writes).toBe(
      'salesforce',
    );
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no such plant');
      },
      'threw',
      'no such plant',
    ],
    [
      'throws nothing one can look at',
      () => {
        throw Object.create(null) as Error;
      },
      'threw',
      'something that cannot be shown',
    ],
    ['gives undefined', () => undefined as unknown as null, 'no-value', 'undefined'],
    ['gives a promise', () => Promise.resolve('x') as unknown as string, 'no-value', 'a promise'],
    ['gives an object', () => ({}) as unknown as string, 'no-value', 'object'],
    ['gives no number', () => Number.NaN, 'no-value', 'number'],
  ])('name the field where one %s', (_name, toSalesforce, why, said) => {
    const bad = ruleOf({ kind: 'function', servicenow: 'u_plant', salesforce: 'Plant__c', toSalesforce });
    expect(() => carry(bad, 'salesforce', '1')).toThrow(
      expect.objectContaining({ name: 'MappingFault', field: 'u_plant', why, said }) as Error,
    );
  });
});
