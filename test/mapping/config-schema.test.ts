import { describe, expect, it } from 'vitest';
import shipped from '../../casebridge.config.ts';
import { parseConfig } from '../../src/mapping/config-schema.ts';
import { defaultPair, defaultPairWith } from '../../src/mapping/default-config.ts';

const [text, description, state] = defaultPair.fields;

function problems(value: unknown): readonly string[] {
  const parsed = parseConfig(value);
  return parsed.ok ? [] : parsed.problems.map(({ where, what }) => `${where} ${what}`);
}

const withPair = (change: object): unknown => ({ pairs: [{ ...defaultPair, ...change }] });
const withField = (field: object): unknown => withPair({ fields: [field] });

describe('a mapping file', () => {
  it('is taken as it is when nothing is wrong', () => {
    const config = { pairs: [defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Closed.' })] };
    expect(parseConfig(config)).toEqual({ ok: true, config });
    expect(problems(shipped)).toEqual([]);
  });

  it('as shipped is the default mapping', () => {
    expect(shipped.pairs).toEqual([{ ...defaultPair, maxCreatesPerPoll: 200 }]);
  });

  it.each([
    [undefined, 'the file is missing'],
    [[], 'the file must be an object, not an array'],
    [{}, 'pairs is missing'],
    [{ pairs: [] }, 'pairs names no pair'],
    [withPair({ feilds: [] }), 'pairs[0].feilds is not known; did you mean `fields`?'],
    [withPair({ name: 'a b' }), 'pairs[0].name may hold letters, digits and - only'],
    [
      withPair({ conflict: 'newest' }),
      'pairs[0].conflict must be `servicenow` or `salesforce` or `latest` or `manual`, not `newest`',
    ],
    [
      withPair({ sync: { from: 'yesterday' } }),
      'pairs[0].sync.from must be a date such as 2026-03-01T00:00:00Z, or `all`',
    ],
    [withPair({ resolve: { closeCode: 'x' } }), 'pairs[0].resolve.closeNotes is missing'],
    [withPair({ maxCreatesPerPoll: '200' }), 'pairs[0].maxCreatesPerPoll must be a number, not `200`'],
    [withPair({ maxCreatesPerPoll: 1.5 }), 'pairs[0].maxCreatesPerPoll must be a whole number, not `1.5`'],
    [
      withField({ ...text, kind: 'txt' }),
      'pairs[0].fields[0].kind must be one of `text`, `classes`, `shown`, `same`, `person`, `team`, `choices`, `template`, `html`, `date`, `number`, `boolean`, `constant`, `function`, not `txt`; did you mean `text`?',
    ],
    [withField({ ...text, limits: { servicenow: 160 } }), 'pairs[0].fields[0].limits.salesforce is missing'],
    [
      withField({ ...text, servicenow: 'short_description^ORpriority=1' }),
      'pairs[0].fields[0].servicenow is no field name: letters, digits and _ only',
    ],
    [
      withField({ ...state, resolveClass: 3 }),
      'pairs[0].fields[0].resolveClass there is no class 3; they are counted from 0',
    ],
    [
      withField({
        kind: 'classes',
        servicenow: 'state',
        salesforce: 'Status',
        classes: [{ servicenow: ['1'], salesforce: ['New'], locked: ['7'] }],
      }),
      'pairs[0].fields[0].classes[0].locked[0] `7` is not a value of this class',
    ],
    [
      withField({
        kind: 'classes',
        servicenow: 'state',
        salesforce: 'Status',
        classes: [
          { servicenow: ['1'], salesforce: ['New'] },
          { servicenow: ['1'], salesforce: ['Open'] },
        ],
      }),
      'pairs[0].fields[0].classes[1].servicenow[0] `1` is in class 0 already',
    ],
    [{ pairs: [defaultPair, defaultPair] }, 'pairs[1].name `incident-case` is taken by another pair'],
  ])('says in one plain sentence what is wrong (%#)', (value, sentence) => {
    expect(problems(value)).toEqual([sentence]);
  });

  it('says all of it at once', () => {
    const value = {
      pairs: [{ ...defaultPair, name: '', tieBreak: 'both', fields: [{ ...text, limits: {} }, description] }],
    };
    expect(problems(value)).toHaveLength(4);
  });
});
