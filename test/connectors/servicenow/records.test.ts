import { describe, expect, it } from 'vitest';
import { chunksThatFit, evenChunks } from '../../../src/connectors/servicenow/chunks.ts';
import { decodeRow, encodeFields, normalId } from '../../../src/connectors/servicenow/records.ts';
import { fromWireTime, toWireTime } from '../../../src/connectors/servicenow/wire-time.ts';
import { caseId, sysId, wireRow } from './support.ts';

const decoded = (row: Record<string, unknown>, fields: readonly string[] = ['short_description']) =>
  decodeRow('incident', row, fields);

describe('rows', () => {
  it('turn an empty field into null and a reference into its id', () => {
    const row = wireRow(1, {
      short_description: '',
      caller_id: { link: 'https://x/api/now/table/sys_user/abc', value: 'abc' },
      close_code: null,
    });
    expect(decoded(row, ['short_description', 'caller_id', 'close_code'])).toMatchObject({
      record: { fields: { short_description: null, caller_id: 'abc', close_code: null } },
    });
  });

  it('bring ids into lower case', () => {
    expect(decoded(wireRow(1, { sys_id: 'ABCDEF0123456789ABCDEF0123456789' }))).toMatchObject({
      record: { id: 'abcdef0123456789abcdef0123456789' },
    });
    expect(normalId('glide.maint')).toBeNull();
  });

  it('name their partner only by our own stamp', () => {
    const stamp = (correlation_id: string, correlation_display: string) => {
      const one = decoded(wireRow(1, { correlation_id, correlation_display }));
      return one.kind === 'record' ? [one.record.partnerId, one.record.stampTaken] : one;
    };
    expect(stamp('', '')).toEqual([null, false]);
    expect(stamp(caseId, 'Salesforce')).toEqual([caseId, false]);
    expect(stamp(caseId.slice(0, 15), 'Salesforce')).toEqual([caseId, false]);
    expect(stamp(caseId, '')).toEqual([null, true]);
    expect(stamp(caseId, 'Nagios')).toEqual([null, true]);
    expect(stamp('host-17/cpu', 'Salesforce')).toEqual([null, true]);
    expect(stamp(`${caseId.slice(0, 17)}X`, 'Salesforce')).toEqual([null, true]);
  });

  it('are no records where a field that was asked for is missing: hidden is not empty', () => {
    const { short_description: _, ...hidden } = wireRow(1);
    expect(decoded(hidden)).toEqual({ kind: 'hidden', id: sysId(1), fields: ['short_description'] });
  });

  it.each(['sys_updated_on', 'sys_created_on', 'correlation_id'])('are no records without %s', (name) => {
    const row = Object.fromEntries(Object.entries(wireRow(1)).filter(([key]) => key !== name));
    expect(decoded(row)).toEqual({ kind: 'hidden', id: sysId(1), fields: [name] });
  });

  it('are no records where a display value stands for a date', () => {
    expect(decoded(wireRow(1, { sys_updated_on: '04/03/2026 05:00:00' }))).toMatchObject({
      kind: 'hidden',
      fields: ['sys_updated_on'],
    });
  });

  it('do without a counter', () => {
    expect(decoded(wireRow(1, { sys_mod_count: '1,204' }))).toMatchObject({ record: { version: { count: null } } });
  });
});

describe('what is written', () => {
  it('is text, and empties a field by an empty text', () => {
    expect(encodeFields({ a: 'x', b: null, c: 3, d: false })).toEqual({ a: 'x', b: '', c: '3', d: 'false' });
  });
});

describe('times', () => {
  it('are UTC to the second', () => {
    expect(fromWireTime('2026-02-28 23:59:59')).toBe('2026-02-28T23:59:59.000Z');
    expect(toWireTime('2026-02-28T23:59:59.999Z')).toBe('2026-02-28 23:59:59');
  });

  it.each(['', '2026-02-28', '2026-13-01 00:00:00', '28.02.2026 23:59', '2026-02-28T23:59:59Z'])(
    'are not read from %j',
    (text) => {
      expect(fromWireTime(text)).toBeNull();
    },
  );
});

describe('chunks', () => {
  it('are as few as possible and of even length', () => {
    const lengths = (count: number, size: number) =>
      evenChunks(Array.from({ length: count }), size).map((chunk) => chunk.length);
    expect(lengths(0, 50)).toEqual([]);
    expect(lengths(50, 50)).toEqual([50]);
    expect(lengths(51, 50)).toEqual([26, 25]);
    expect(lengths(200, 50)).toEqual([50, 50, 50, 50]);
  });

  it('fit into the bytes there are', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => sysId(n));
    const pathOf = (some: readonly string[]) => `/api?x=${some.join(',')}`;
    const chunks = chunksThatFit(ids, pathOf, 500);
    expect(chunks.flat()).toEqual(ids);
    expect(Math.max(...chunks.map((chunk) => pathOf(chunk).length))).toBeLessThanOrEqual(500);
    expect(chunks).toHaveLength(Math.ceil(1000 / Math.floor((500 - 7) / 33)));
  });
});
