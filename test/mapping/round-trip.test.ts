import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counterpart, Directory } from '../../src/core/directory.ts';
import type { FieldValue } from '../../src/core/record.ts';
import type { FieldRule } from '../../src/core/rules.ts';
import { otherSide, type Side } from '../../src/core/side.ts';
import type { FieldConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { htmlOfText, textOfHtml } from '../../src/mapping/html-rule.ts';
import { normalText } from '../../src/mapping/text-form.ts';

const user = (n: number): string => n.toString(16).padStart(32, 'a');
const owner = (n: number): string => `005${String(n).padStart(12, '0')}AAA`;
const queue = (n: number): string => `00G${String(n).padStart(12, '0')}AAA`;

/** Users and groups 0 to 4 have a counterpart of the same number; 5 to 7 have none; 8 and 9 cannot be read. */
const directory: Directory = {
  counterpart: (spec, side, id): Counterpart => {
    const n = side === 'servicenow' ? Number.parseInt(id.slice(-1), 16) : Number(id.slice(3, 15));
    if (n > 7) return { kind: 'unreadable', side };
    if (n > 4) return { kind: 'none', why: 'nobody' };
    const across = side === 'servicenow' ? (spec.kind === 'team' ? queue(n) : owner(n)) : user(n);
    return { kind: 'found', id: across, fields: {} };
  },
  named: (_spec, _side, who) => ({ kind: 'found', id: who, fields: {} }),
};

const fields: Readonly<Record<string, readonly [FieldConfig[], Record<Side, fc.Arbitrary<FieldValue>>]>> = (() => {
  const empty = fc.constant(null);
  const people = fc.oneof(empty, fc.integer({ min: 0, max: 9 }).map(user));
  const owners = fc.oneof(fc.integer({ min: 0, max: 9 }).map(owner), fc.integer({ min: 0, max: 9 }).map(queue));
  const assigned = fc
    .tuple(people, people)
    .map(([a, b]) => (a === null && b === null ? null : `${a ?? ''}|${b ?? ''}`));
  const text = fc.oneof(empty, fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
  const when = fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const glide = when.map((iso) => iso.slice(0, 19).replace('T', ' '));
  const person = { kind: 'person', servicenow: 'a', salesforce: 'User__c' } as const;
  const parts: FieldConfig[] = [
    { kind: 'person', servicenow: 'a', salesforce: 'OwnerId' },
    { kind: 'team', servicenow: 'g', salesforce: 'OwnerId' },
  ];
  const date = { kind: 'date', servicenow: 'a', salesforce: 'b' } as const;
  return {
    person: [[person], { servicenow: people, salesforce: fc.oneof(empty, fc.integer({ min: 0, max: 9 }).map(owner)) }],
    'person with defaults': [
      [{ ...person, otherwise: { servicenow: 'empty', salesforce: owner(3) } }],
      { servicenow: people, salesforce: fc.oneof(empty, fc.integer({ min: 0, max: 9 }).map(owner)) },
    ],
    owner: [parts, { servicenow: assigned, salesforce: owners }],
    'owner with a default queue': [
      parts.map((field) => (field.kind === 'team' ? { ...field, otherwise: { salesforce: queue(4) } } : field)),
      { servicenow: assigned, salesforce: owners },
    ],
    'group alone': [parts.slice(1), { servicenow: people, salesforce: owners }],
    choices: [
      [
        {
          kind: 'choices',
          servicenow: 'a',
          salesforce: 'b',
          map: [
            ['1', 'H'],
            ['2', 'H'],
            ['3', 'L'],
          ],
          otherwise: { salesforce: 'L' },
        },
      ],
      {
        servicenow: fc.oneof(empty, fc.constantFrom('1', '2', '3', '9')),
        salesforce: fc.oneof(empty, fc.constantFrom('H', 'L', 'X')),
      },
    ],
    html: [
      [
        {
          kind: 'html',
          on: 'salesforce',
          servicenow: 'a',
          salesforce: 'b',
          limits: { servicenow: 40, salesforce: 90 },
        },
      ],
      {
        servicenow: text,
        salesforce: fc.oneof(
          empty,
          text.map((one) => `<p>${one ?? ''}<br></p>`),
          text,
        ),
      },
    ],
    date: [[date], { servicenow: fc.oneof(empty, glide, text), salesforce: fc.oneof(empty, when, text) }],
    'days in Lisbon': [
      [{ ...date, as: { salesforce: 'day' }, zone: 'Europe/Lisbon' }],
      {
        servicenow: fc.oneof(empty, glide),
        salesforce: fc.oneof(
          empty,
          when.map((iso) => iso.slice(0, 10)),
        ),
      },
    ],
    number: [
      [{ kind: 'number', servicenow: 'a', salesforce: 'b', decimals: 2 }],
      {
        servicenow: fc.oneof(empty, fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map(String), text),
        salesforce: fc.oneof(empty, fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
      },
    ],
    boolean: [
      [{ kind: 'boolean', servicenow: 'a', salesforce: 'b' }],
      { servicenow: fc.oneof(empty, fc.constantFrom('true', 'false', '1', '0', 'maybe')), salesforce: fc.boolean() },
    ],
  };
})();

function ruleOf(config: readonly FieldConfig[]): FieldRule {
  const pair = buildPairRules(
    { name: 'p', servicenow: { table: 'incident' }, salesforce: { object: 'Case' }, fields: config },
    { startedAt: '2026-03-01T00:00:00.000Z' },
  );
  const [rule] = (pair.bind?.({ directory, records: {} }) ?? pair).fields;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

describe.each(Object.entries(fields))('%s', (_name, [config, values]) => {
  const rule = ruleOf(config);
  const pairs = fc.record({ servicenow: values.servicenow, salesforce: values.salesforce });
  const sideOf = fc.constantFrom<Side>('servicenow', 'salesforce');

  it('agrees after one carry, whatever stood there, and does not carry it again or back', () => {
    fc.assert(
      fc.property(pairs, sideOf, fc.boolean(), (now, from, creates) => {
        const to = otherSide(from);
        const target = creates ? undefined : now[to];
        const carried = rule.carry({ to, value: now[from], baseFrom: undefined, target });
        if (carried.kind !== 'write') return;
        const after = { ...now, [to]: carried.value };
        expect(rule.agree(after)).toBe(true);
        expect(rule.carry({ to, value: now[from], baseFrom: undefined, target: carried.value }).kind).not.toBe('write');
        // What went over is the base now; nothing has changed against it.
        expect(rule.same(to, carried.value, carried.value)).toBe(true);
      }),
    );
  });

  it('keeps what agrees, and is the same to itself', () => {
    fc.assert(
      fc.property(pairs, (now) => {
        expect(rule.same('servicenow', now.servicenow, now.servicenow)).toBe(true);
        expect(rule.same('salesforce', now.salesforce, now.salesforce)).toBe(true);
        rule.agree(now);
      }),
    );
  });

  it('writes only what its desk can hold', () => {
    fc.assert(
      fc.property(pairs, sideOf, (now, from) => {
        const to = otherSide(from);
        const carried = rule.carry({ to, value: now[from], baseFrom: undefined, target: now[to] });
        if (carried.kind !== 'write' || carried.value === null) return;
        if (_name.startsWith('person') || _name.startsWith('owner')) {
          // Never a free text in a reference.
          const ids = to === 'servicenow' ? /^([0-9a-f]{32})?\|?([0-9a-f]{32})?$/ : /^00[5G][0-9A-Za-z]{15}$/;
          expect(String(carried.value)).toMatch(ids);
        }
        if (_name === 'html') expect(String(carried.value).length).toBeLessThanOrEqual(to === 'servicenow' ? 40 : 90);
        if (to === 'servicenow' && _name !== 'html') expect(typeof carried.value).toBe('string');
      }),
    );
  });
});

describe('text as markup', () => {
  it('says the same when it is read again, but for its blanks', () => {
    const loose = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (raw) => {
        const text = normalText(raw);
        expect(loose(textOfHtml(htmlOfText(text)))).toBe(loose(text));
      }),
    );
  });
});
