import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { loadMapping } from '../../src/config/mapping-file.ts';
import { optionNames } from '../../src/config/options.ts';
import { MappingInvalid, SettingsInvalid } from '../../src/config/problems.ts';
import { decodeRow } from '../../src/connectors/servicenow/records.ts';
import { parseConfig } from '../../src/mapping/config-schema.ts';
import { defaultPair } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { literal } from '../../src/connectors/salesforce/soql.ts';
import { unquote } from '../../src/sandbox/salesforce/soql/literals.ts';
import { createRedactor } from '../../src/observability/redact.ts';
import { goodSettings } from '../cli/world.ts';
import { wireRow } from '../connectors/servicenow/support.ts';
import { inherited } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebridge-borders-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('settings', () => {
  const name = fc.oneof(
    fc.constantFrom(...optionNames, ...optionNames.map((one) => `${one}_FILE`), ...inherited),
    fc.string({ maxLength: 12 }).map((text) => `CASEBRIDGE_${text}`),
  );
  const value = fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      'https://x',
      'http://[',
      'postgres://',
      '/',
      '/dev/null/x',
      '\u0000',
      '* * * * * *',
      '1e999',
      ...inherited,
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.webUrl(),
  );

  it('of any kind are settings, or problems told all together', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (entries) => {
        const env = { ...goodSettings, ...Object.fromEntries(entries) };
        try {
          expect(loadSettings(env, { folder }).servicenow.url).toMatch(/^https?:\/\//);
        } catch (error) {
          if (!(error instanceof SettingsInvalid)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('in any .env file are too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        writeFileSync(join(folder, '.env'), text);
        try {
          loadSettings(goodSettings, { folder });
        } catch (error) {
          if (!(error instanceof SettingsInvalid)) throw error;
        }
      }),
      { numRuns: 100 },
    );
    rmSync(join(folder, '.env'), { force: true });
  });
});

describe('a mapping', () => {
  it('of any shape is a mapping, or problems with their places', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          const parsed = parseConfig(value);
          if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that is a good one but for one place is told where', () => {
    const places = Object.keys(defaultPair);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), (place, value) => {
        const parsed = parseConfig({ pairs: [{ ...defaultPair, [place]: value }] });
        if (!parsed.ok) expect(parsed.problems[0]?.where).toContain('pairs');
      }),
      { numRuns: 300 },
    );
  });

  it.each(['__proto__', 'a.b', 'a b', '../x', 'x;y', ''])('names no field %j', (servicenow) => {
    const field = { kind: 'same', servicenow, salesforce: 'X__c' };
    expect(parseConfig({ pairs: [{ ...defaultPair, fields: [field] }] }).ok).toBe(false);
  });

  it('cannot reach into other objects by JSON', () => {
    const parsed = parseConfig(JSON.parse('{"pairs":[],"__proto__":{"polluted":1}}'));
    expect(parsed.ok).toBe(false);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes values that every object has for values', () => {
    const classes = inherited.map((value) => ({ servicenow: [value], salesforce: [`sf ${value}`] }));
    const field = { kind: 'classes', servicenow: 'state', salesforce: 'Status', classes };
    const parsed = parseConfig({ pairs: [{ ...defaultPair, fields: [field] }] });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const objects = { servicenow: { object: 'incident', fields: [] }, salesforce: { object: 'Case', fields: [] } };
    const [pair] = parsed.config.pairs;
    if (pair === undefined) throw new Error('no pair');
    const [rule] = buildPairRules(pair, { startedAt: '2026-01-01T00:00:00.000Z', objects }).fields;
    for (const value of inherited) {
      expect(rule?.same('servicenow', value, value)).toBe(true);
      expect(rule?.same('servicenow', value, 'other')).toBe(false);
    }
  });

  it.each([
    'throw new Error("x")',
    'export default 7',
    'export const a = 1',
    'syntax error here',
    'throw null',
    'throw { toString: null }',
  ])('file that says %j is told as a problem', async (text) => {
    const file = join(folder, `mapping-${Math.abs(text.length)}-${text.slice(-3).replace(/\W/g, '')}.mjs`);
    writeFileSync(file, text);
    await expect(loadMapping(file)).rejects.toBeInstanceOf(MappingInvalid);
  });
});

describe('a row of the Table API', () => {
  it('of any shape is a record, or one that is hidden', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constant(null),
      fc.jsonValue(),
      fc.record({ value: fc.string(), link: fc.webUrl() }),
    );
    const names = fc.constantFrom(...Object.keys(wireRow(1)), ...inherited);
    fc.assert(
      fc.property(fc.array(fc.tuple(names, cell), { maxLength: 6 }), (entries) => {
        const row = { ...wireRow(1), ...Object.fromEntries(entries) };
        const decoded = decodeRow('incident', row, ['state', 'short_description', ...inherited]);
        if (decoded.kind === 'hidden') return;
        expect(decoded.record.id).toMatch(/^[0-9a-f]{32}$/);
        expect(Date.parse(decoded.record.version.stamp)).not.toBeNaN();
        for (const value of Object.values(decoded.record.fields))
          expect(value === null || typeof value === 'string').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('SOQL literals', () => {
  it('are read back by the local Salesforce as the text they were made of', () => {
    const pieces = fc.constantFrom(
      "'",
      '\\',
      "\\'",
      '\\\\',
      '\\u',
      '\\n',
      ' OR ',
      'Id',
      '%',
      '_',
      '\n',
      '\u0000',
      '\u2028',
      'é',
      '😀',
      '0041',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const written = literal(text);
          expect(unquote(written)).toBe(text.toWellFormed());
          // No quote stands free inside: an odd run of backslashes goes before each.
          expect(written.slice(1, -1).replace(/\\./g, '')).not.toContain("'");
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('whatever is handed to the log', () => {
  it('is taken in without harm', () => {
    const { value } = createRedactor([]);
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (given) => {
          JSON.stringify(value(given));
        },
      ),
      { numRuns: 500 },
    );
    const round: Record<string, unknown> = {};
    round['round'] = round;
    expect(JSON.stringify(value(round))).toContain('[redacted]');
  });
});
