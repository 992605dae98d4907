import { getField, parseQuery } from '@jetstreamapp/soql-parser-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  behind,
  both,
  dateTimeLiteral,
  either,
  equals,
  isIn,
  literal,
  select,
  since,
} from '../../../src/connectors/salesforce/soql.ts';

const sequence = /\\(?:u[0-9a-f]{4}|[nrtbf'\\])/g;
const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function unescaped(inside: string): string {
  return inside.replace(sequence, (found) => {
    const char = found.charAt(1);
    return char === 'u' ? String.fromCharCode(Number.parseInt(found.slice(2), 16)) : (named[char] ?? char);
  });
}

/** The one literal of a parsed `… WHERE Field = 'text'`, unescaped by the rules of the SOQL reference. */
function literalOf(soql: string): string {
  const { where } = parseQuery(soql);
  const value =
    where !== undefined && 'left' in where && where.left !== null && 'value' in where.left ? where.left.value : '';
  return unescaped(String(value).replace(/^'|'$/g, ''));
}

describe('SOQL', () => {
  it('is what another parser reads it to be', () => {
    const soql = select({
      object: 'Case',
      fields: ['Id', 'Subject', 'Owner.Name'],
      where: behind('SystemModstamp', { stamp: '2026-05-01T07:25:37.000Z', id: '500dM00000PvwJ7QAJ' }),
      orderBy: ['SystemModstamp', 'Id'],
      limit: 200,
    });
    expect(soql).toBe(
      "SELECT Id, Subject, Owner.Name FROM Case WHERE (SystemModstamp > 2026-05-01T07:25:37Z OR (SystemModstamp = 2026-05-01T07:25:37Z AND Id > '500dM00000PvwJ7QAJ')) ORDER BY SystemModstamp, Id LIMIT 200",
    );
    const parsed = parseQuery(soql);
    expect(parsed.sObject).toBe('Case');
    expect(parsed.limit).toBe(200);
    expect(parsed.fields?.[0]).toEqual(getField('Id'));
  });

  it('keeps any text inside its literal, quotes and backslashes first of all', () => {
    for (const text of ["O'Brien", 'a\\', "\\'", "' OR Name != '", "'; DELETE", '\\\\', '😀 שלום', '\ud800']) {
      const soql = select({ object: 'Case', fields: ['Id'], where: equals('Subject', text) });
      expect(literalOf(soql)).toBe(text.toWellFormed());
    }
  });

  it('never lets a text out of its literal', () => {
    const hostile = fc.string({
      unit: fc.constantFrom("'", '\\', '"', '(', ')', ' ', 'O', 'R', '\n', '\u0000', '\ud800', '😀', '%', '+'),
    });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const inside = literal(text).slice(1, -1);
        // Every quote and backslash inside belongs to a sequence of the SOQL reference, and no line break is left.
        expect(inside.replace(sequence, '')).not.toMatch(/['\\\n\r]/);
        expect(unescaped(inside)).toBe(text.toWellFormed());
        expect(() => encodeURIComponent(literal(text))).not.toThrow();
      }),
    );
  });

  it('refuses a field or object that is no name', () => {
    for (const name of ['', 'Id FROM User', "Id'", 'Sub ject', '1Id', 'Id,Name', 'Owner..Name', 'a'.repeat(300)]) {
      expect(() => select({ object: 'Case', fields: [name] })).toThrow(expect.objectContaining({ kind: 'Rejected' }));
      expect(() => equals(name, 'x')).toThrow(expect.objectContaining({ kind: 'Rejected' }));
    }
    expect(() => select({ object: 'Case WHERE', fields: ['Id'] })).toThrow(
      expect.objectContaining({ kind: 'Rejected' }),
    );
  });

  it('writes times in whole seconds, since the server compares none finer', () => {
    expect(dateTimeLiteral('2026-05-01T07:25:37.999Z')).toBe('2026-05-01T07:25:37Z');
    expect(dateTimeLiteral('2026-05-01T09:25:37+02:00')).toBe('2026-05-01T07:25:37Z');
    expect(() => dateTimeLiteral("2026' OR")).toThrow(expect.objectContaining({ kind: 'Rejected' }));
  });

  it('starts before every id of a second when the place has none', () => {
    expect(behind('SystemModstamp', { stamp: '2026-05-01T07:25:37.000Z', id: '' }).soql).toBe(
      'SystemModstamp >= 2026-05-01T07:25:37Z',
    );
  });

  it('selects a field once, however often and in whatever case it is asked for', () => {
    expect(select({ object: 'Case', fields: ['Id', 'Subject', 'subject', 'ID'] })).toBe('SELECT Id, Subject FROM Case');
  });

  it('joins conditions in brackets', () => {
    expect(
      both(isIn('CaseId', ['a', 'b']), either(equals('Field', 'x'), since('CreatedDate', '2026-01-01T00:00:00Z'))).soql,
    ).toBe("(CaseId IN ('a','b') AND (Field = 'x' OR CreatedDate >= 2026-01-01T00:00:00Z))");
    expect(() => isIn('Id', [])).toThrow(expect.objectContaining({ kind: 'Rejected' }));
  });
});
