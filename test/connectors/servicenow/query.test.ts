import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import {
  allOf,
  anyOf,
  checkName,
  newestFirst,
  ordered,
  rowsAfter,
  term,
} from '../../../src/connectors/servicenow/query.ts';
import { parseQuery } from '../../../src/sandbox/servicenow/encoded-query.ts';
import { sysId } from './support.ts';

const columns = new Set(['short_description', 'state', 'correlation_id', 'sys_id', 'sys_updated_on', 'number']);
const context = {
  hasField: (field: string) => columns.has(field),
  nowMs: Date.UTC(2026, 0, 1),
  zone: 'UTC',
  userId: '',
  userName: '',
};

/** Texts made of what an encoded query is made of. */
const hostile = fc
  .array(
    fc.constantFrom(
      '^',
      '^^',
      '^OR',
      '^NQ',
      '^EQ',
      '^ORDERBY',
      'sys_id',
      'state',
      '=',
      'IN',
      '>',
      ',',
      ' ',
      'javascript:',
      'gs.now()',
      '\n',
      '\u0000',
      '%5E',
      '@',
      'é',
      '😀',
      'a',
    ),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

function built(make: () => string): string | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConnectorError && error.data.cause === 'unsafe-query') return null;
    throw error;
  }
}

describe('encoded queries', () => {
  it('hold exactly the terms they were built from, whatever the value', () => {
    let sent = 0;
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const query = built(() =>
          ordered(allOf(term('short_description', '=', first), term('correlation_id', 'IN', [second])), 'number'),
        );
        if (query === null) return;
        sent += 1;
        const parsed = parseQuery(query, context);
        expect(parsed.dropped).toEqual([]);
        expect(parsed.orderings).toEqual([{ field: 'number', descending: false }]);
        expect(parsed.groups).toEqual([
          {
            clauses: [
              [{ field: 'short_description', operator: '=', values: [first] }],
              [{ field: 'correlation_id', operator: 'IN', values: [second] }],
            ],
          },
        ]);
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(sent).toBeGreaterThan(1000);
  });

  it('keep alternatives together', () => {
    const parsed = parseQuery(anyOf(term('state', '=', 'a^ORb'), term('sys_id', '=', sysId(1))), context);
    expect(parsed.groups).toMatchObject([{ clauses: [[{ values: ['a^ORb'] }, { values: [sysId(1)] }]] }]);
  });

  it.each(['a\nb', 'a\u0000', 'javascript:gs.now()', '  JavaScript:x', '\u2028'])('refuse the value %j', (value) => {
    expect(() => term('state', '=', value)).toThrow(ConnectorError);
  });

  it('refuse a list item that is empty or would be two, and a condition without a value', () => {
    expect(() => term('sys_id', 'IN', ['a,b'])).toThrow(ConnectorError);
    expect(() => term('sys_id', 'IN', ['a', ''])).toThrow(ConnectorError);
    expect(() => term('sys_id', 'IN', [])).toThrow(ConnectorError);
    expect(() => term('state', '=', '')).toThrow(ConnectorError);
  });

  it.each(['state^ORsys_id', 'state=1', '../incident', 'incident/x', 'a b', '', 'a..b', 'état'])(
    'refuse the name %j',
    (name) => {
      expect(() => checkName(name)).toThrow(ConnectorError);
    },
  );

  it('repeat every scope term on both sides of ^NQ', () => {
    const query = rowsAfter({ stamp: '2026-01-02T03:04:05.999Z', id: sysId(1) }, [term('state', '=', '1')]);
    expect(query).toBe(
      `sys_updated_on>2026-01-02 03:04:05^state=1^NQsys_updated_on=2026-01-02 03:04:05^sys_id>${sysId(1)}^state=1^ORDERBYsys_updated_on^ORDERBYsys_id`,
    );
  });

  it('start at a stamp, inclusive, where no id is given', () => {
    expect(rowsAfter({ stamp: '2026-01-02T03:04:05.000Z', id: '' })).toBe(
      'sys_updated_on>=2026-01-02 03:04:05^ORDERBYsys_updated_on^ORDERBYsys_id',
    );
  });

  it('can put the newest first', () => {
    expect(newestFirst(allOf(term('state', '=', '1')), 'sys_updated_on')).toBe('state=1^ORDERBYDESCsys_updated_on');
  });
});
