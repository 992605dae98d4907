import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/core/record.ts';
import { type Condition, fieldsIn, holds, judge } from '../../src/mapping/condition.ts';
import { conditionSchema } from '../../src/mapping/condition-schema.ts';
import { aRecord } from './records.ts';

const incident = aRecord('servicenow', {
  state: '2',
  priority: '3',
  active: 'true',
  category: 'network',
  close_code: null,
  sys_created_on: '2016-02-29 01:16:00',
  short_description: 'VPN drops (Lisbon)',
});

describe('a condition on a record', () => {
  const table: readonly (readonly [string, Condition, boolean])[] = [
    ['is', { field: 'state', is: '2' }, true],
    ['is, a number for a text', { field: 'state', is: 2 }, true],
    ['is, a boolean for a text', { field: 'active', is: true }, true],
    ['isNot', { field: 'state', isNot: '7' }, true],
    ['in', { field: 'state', in: ['1', '2', '3'] }, true],
    ['notIn', { field: 'state', notIn: [6, 7, 8] }, true],
    ['empty', { field: 'close_code', empty: true }, true],
    ['not empty', { field: 'category', empty: true }, false],
    ['matches, whatever the case', { field: 'short_description', matches: 'vpn*(LISBON)' }, true],
    ['matches the whole text', { field: 'short_description', matches: 'vpn' }, false],
    ['matches one character', { field: 'category', matches: 'net?ork' }, true],
    ['takes no sign of a regular expression for one', { field: 'short_description', matches: 'VPN.drops*' }, false],
    ['atLeast, as numbers', { field: 'priority', atLeast: 10 }, false],
    ['atMost, as numbers', { field: 'priority', atMost: '10' }, true],
    ['atLeast, as dates', { field: 'sys_created_on', atLeast: '2016-02-29' }, true],
    ['nothing is neither early nor late', { field: 'close_code', atMost: 'z' }, false],
    [
      'all',
      {
        all: [
          { field: 'state', is: '2' },
          { field: 'category', is: 'network' },
        ],
      },
      true,
    ],
    [
      'any',
      {
        any: [
          { field: 'state', is: '9' },
          { field: 'category', is: 'network' },
        ],
      },
      true,
    ],
    ['not', { not: { field: 'state', is: '2' } }, false],
  ];
  it.each(table)('%s', (_name, condition, expected) => {
    expect(holds(condition, incident)).toBe(expected);
    expect(conditionSchema.safeParse(condition).success).toBe(true);
  });

  it('is unknown where an answer left the field out, unless the rest decides', () => {
    const hidden: Condition = { field: 'u_secret', is: 'x' };
    expect(judge(hidden, incident)).toBe('unknown');
    expect(judge({ not: hidden }, incident)).toBe('unknown');
    expect(judge({ any: [hidden, { field: 'state', is: '2' }] }, incident)).toBe('yes');
    expect(judge({ all: [hidden, { field: 'state', is: '3' }] }, incident)).toBe('no');
    expect(holds({ not: hidden }, incident)).toBe(false);
  });

  it('refuses shapes that say nothing', () => {
    for (const wrong of [
      {},
      { all: [] },
      { field: 'state' },
      { field: 'state', is: 1, not: 2 },
      { field: "a'b", is: 1 },
    ])
      expect(conditionSchema.safeParse(wrong).success).toBe(false);
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const scalar = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean());
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.record({ field: name, is: scalar }),
    fc.record({ field: name, notIn: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
    fc.record({ field: name, empty: fc.boolean() }),
    fc.record({ field: name, matches: fc.stringMatching(/^[ab*?.]{1,12}$/) }),
    fc.record({ field: name, atLeast: fc.integer() }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
}));
const fields: fc.Arbitrary<Fields> = fc.dictionary(name, fc.oneof(fc.constant(null), scalar), {
  noNullPrototype: true,
});

describe('any condition', () => {
  it('is answered for any record, is never both it and its opposite, and is sure where every field was read', () => {
    fc.assert(
      fc.property(condition, fields, (one, values) => {
        const record = aRecord('salesforce', values);
        const verdict = judge(one, record);
        expect(holds(one, record) && holds({ not: one }, record)).toBe(false);
        const read = fieldsIn(one).every((field) => Object.hasOwn(values, field));
        if (read) expect(verdict).not.toBe('unknown');
      }),
    );
  });

  it('passes its own schema', () => {
    fc.assert(fc.property(condition, (one) => conditionSchema.safeParse(one).success));
  });
});
