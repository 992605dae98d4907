import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseId, normaliseStamp } from '../../../src/connectors/salesforce/ids.ts';
import { isoTime, narrow, selection, toRecord } from '../../../src/connectors/salesforce/records.ts';
import { fromWireTime } from '../../../src/connectors/servicenow/wire-time.ts';
import { rowSchema } from '../../../src/connectors/salesforce/wire.ts';
import { caseRow } from '../../support/salesforce-replay.ts';

const id = '500dM00000PvwJ7QAJ';
const record = (more: Record<string, unknown>, wanted: string[] = []) =>
  toRecord('Case', rowSchema.parse(caseRow(id, more)), wanted);

describe('ids', () => {
  it('grow from 15 to 18 characters by the checksum that real orgs use', () => {
    // Ids of four live orgs, from the recordings.
    for (const real of ['005dM00000awSFJQA2', '00DdM00000vfgTuUAI', '001dM00003kRs59QAC', '00DDo000000rryBMAQ']) {
      expect(normaliseId(real.slice(0, 15))).toBe(real);
      expect(normaliseId(real)).toBe(real);
    }
  });

  it('are refused when the checksum is wrong, and mended when only its case is', () => {
    expect(normaliseId('005dM00000awSFJQA3')).toBeNull();
    expect(normaliseId('005dM00000awSFJqa2')).toBe('005dM00000awSFJQA2');
    for (const text of ['', '500', "500dM00000PvwJ'", '500dM00000PvwJ7Q', 'ｆ'.repeat(15)])
      expect(normaliseId(text)).toBeNull();
  });

  it('of 15 characters that differ only in case stay different', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{15}$/), fc.nat(14), (id15, at) => {
        const char = id15.charAt(at);
        const flipped = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();
        const other = id15.slice(0, at) + flipped + id15.slice(at + 1);
        const [a, b] = [normaliseId(id15), normaliseId(other)];
        expect(a?.toLowerCase() === b?.toLowerCase()).toBe(id15 === other);
      }),
    );
  });

  it('of ServiceNow are 32 hex digits in lower case', () => {
    expect(normaliseStamp('9D385017C611228701D22104CC95C371')).toBe('9d385017c611228701d22104cc95c371');
    expect(normaliseStamp('PRTG-4711')).toBeNull();
  });
});

describe('a Case row', () => {
  it('becomes a record with its times in ISO 8601', () => {
    expect(record({ Subject: 'Printer', Description: '' }, ['Subject', 'Description'])).toEqual({
      side: 'salesforce',
      object: 'Case',
      id,
      number: '00001001',
      version: { stamp: '2026-05-01T07:25:37.000Z', count: null },
      createdAt: '2026-05-01T07:25:37.000Z',
      updatedBy: '005dM00000awSFJQA2',
      partnerId: null,
      stampTaken: false,
      fields: { Subject: 'Printer', Description: null },
    });
  });

  it('names its partner when our stamp is on it', () => {
    expect(record({ ServiceNow_Id__c: '9D385017C611228701D22104CC95C371' })).toMatchObject({
      partnerId: '9d385017c611228701d22104cc95c371',
      stampTaken: false,
    });
  });

  it('says so when the stamp’s field holds something of somebody else’s', () => {
    expect(record({ ServiceNow_Id__c: 'JIRA-12' })).toMatchObject({ partnerId: null, stampTaken: true });
  });

  it('answers a field under the name it was asked by, whatever its case', () => {
    expect(record({ Subject: 'x' }, ['subject']).fields).toEqual({ subject: 'x' });
  });

  it('reaches into related records, also where there is none', () => {
    expect(record({ Owner: { attributes: {}, Name: 'Ada' } }, ['Owner.Name']).fields).toEqual({ 'Owner.Name': 'Ada' });
    expect(record({ Owner: null }, ['Owner.Name']).fields).toEqual({ 'Owner.Name': null });
  });

  it('keeps numbers and booleans as they are', () => {
    expect(record({ IsEscalated: false, Size__c: 0 }, ['IsEscalated', 'Size__c']).fields).toEqual({
      IsEscalated: false,
      Size__c: 0,
    });
  });

  it('without a readable stamp is refused rather than dated wrongly', () => {
    expect(() => record({ SystemModstamp: 'yesterday' })).toThrow(expect.objectContaining({ kind: 'Unavailable' }));
  });

  it('is selected with everything a record needs, and each field once', () => {
    expect(selection('Case', ['Subject', 'id', 'casenumber'])).toEqual([
      'Id',
      'CaseNumber',
      'SystemModstamp',
      'CreatedDate',
      'LastModifiedById',
      'ServiceNow_Id__c',
      'IsDeleted',
      'Subject',
    ]);
  });

  it('can be narrowed to what one caller asked for', () => {
    expect(narrow(record({ Subject: 'x', Status: 'New' }, ['Subject', 'Status']), ['Status']).fields).toEqual({
      Status: 'New',
    });
  });
});

it('times are read with and without a colon in the offset', () => {
  expect(isoTime('2024-01-01T00:00:00.000+0000')).toBe('2024-01-01T00:00:00.000Z');
  expect(isoTime('2024-01-01T02:00:00.000+02:00')).toBe('2024-01-01T00:00:00.000Z');
  expect(isoTime(null)).toBeNull();
});

describe('times', () => {
  it('read as Date reads them, days that no month has included', () => {
    const two = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'));
    const zone = fc.constantFrom('+0000', 'Z', '+0200', '-0530');
    fc.assert(
      fc.property(fc.tuple(two(13), two(32), two(24), two(60), two(60)), zone, ([month, day, h, m, s], at) => {
        const wire = `2024-${month}-${day}T${h}:${m}:${s}.000${at}`;
        const ms = Date.parse(wire.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
        expect(isoTime(wire)).toBe(Number.isNaN(ms) ? null : new Date(ms).toISOString());
        const plain = fromWireTime(`2024-${month}-${day} ${h}:${m}:${s}`);
        const utc = Date.parse(`2024-${month}-${day}T${h}:${m}:${s}.000Z`);
        expect(plain).toBe(Number.isNaN(utc) ? null : new Date(utc).toISOString());
      }),
      { numRuns: 1000 },
    );
  });
});
