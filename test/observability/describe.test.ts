import { describe, expect, it } from 'vitest';
import { ConnectorError, type ConnectorErrorData, type ConnectorErrorKind } from '../../src/connectors/errors.ts';
import { describeConnectorError } from '../../src/observability/describe-error.ts';
import { describeConflict, describeHold, describeMoves } from '../../src/observability/describe-change.ts';
import { describeEvent } from '../../src/observability/describe-event.ts';
import { oneLine, showValue } from '../../src/observability/words.ts';
import { conflictRow, link, quarantineRow } from '../support/builders.ts';

describe('an event in one line', () => {
  it('says what changed where, and from where', () => {
    expect(
      describeMoves([
        { field: 'state', from: 'salesforce', to: 'servicenow', before: '2', value: '6', because: 'one-sided' },
        {
          field: 'short_description',
          from: 'servicenow',
          to: 'salesforce',
          before: null,
          value: 'New',
          because: 'one-sided',
        },
      ]),
    ).toBe('State In Progress → Resolved, from Salesforce; Subject (empty) → New, from ServiceNow');
  });

  it('says who won a conflict, by how much, and that the other value is kept', () => {
    const range = (second: number) => ({
      earliest: `2026-03-02T08:00:${second}.000Z`,
      latest: `2026-03-02T08:00:${second}.000Z`,
      source: 'history' as const,
    });
    const row = conflictRow({
      winner: 'salesforce',
      why: 'later',
      dates: { servicenow: range(10), salesforce: range(40) },
    });
    expect(describeConflict(row)).toBe(
      'Short description changed on both sides (ServiceNow "Printer burns", Salesforce "Printer smokes"): Salesforce wins, changed later by at least 30 s; the other value is kept',
    );
  });

  it('names the command that decides what waits for a person', () => {
    expect(describeConflict(conflictRow())).toContain('casebridge conflicts resolve conflict-1');
  });

  it('says why a field is left alone', () => {
    expect(
      describeHold({ field: 'state', reason: { kind: 'no-counterpart', side: 'salesforce', value: 'Parked' } }),
    ).toBe('Status "Parked" of Salesforce has no counterpart; left alone');
  });

  it('names a record by the ids it has', () => {
    expect(describeEvent({ type: 'record.quarantined', row: quarantineRow() })).toMatch(
      /^INC0010042 set aside: Salesforce refused/,
    );
  });

  it('keeps a text from breaking the line or the terminal', () => {
    expect(oneLine('a\r\nb\u001b[2Jc\u202e')).toBe('a b[2Jc');
    expect(showValue('description', 'salesforce', 'x'.repeat(500))).toHaveLength(60);
  });

  it('never splits a character that is made of several', () => {
    expect(oneLine('👩‍👩‍👧'.repeat(10), 4)).not.toMatch(/\u200d…$/);
  });

  it('names the tickets', () => {
    expect(describeEvent({ type: 'link.created', link: link(), on: 'salesforce', holds: [] })).toBe(
      'INC0010042 ↔ 00001007: created in Salesforce, from ServiceNow',
    );
  });
});

describe('a failure at a side', () => {
  const kinds: readonly ConnectorErrorKind[] = [
    'NotFound',
    'StaleVersion',
    'RateLimited',
    'Unauthorized',
    'Rejected',
    'Unavailable',
  ];
  const causes: readonly (string | undefined)[] = [
    undefined,
    'hibernating',
    'html-page',
    'wrong-secret',
    'no-rights',
    'daily-limit',
    'row-locked',
    'validation',
    'unknown-field',
    'batch-forbidden',
    'unreachable',
    'a cause of tomorrow',
  ];
  const all = kinds.flatMap((kind) => causes.map((cause) => [kind, cause] as const));

  it.each(all)('%s, %s: is one sentence with a cure', (kind, cause) => {
    const data: ConnectorErrorData = { side: 'salesforce', executed: 'no', ...(cause === undefined ? {} : { cause }) };
    const said = describeConnectorError(new ConnectorError(kind, data));
    expect(said).toMatch(/^[^\n;]+; [^\n]+\.$/);
    expect(said).not.toMatch(/undefined|null|\[object/);
  });

  it('quotes the vendor, and names the fields', () => {
    const data: ConnectorErrorData = {
      side: 'salesforce',
      executed: 'no',
      cause: 'validation',
      fields: ['Status'],
      answer: 'A closed case\ncannot be reopened',
    };
    expect(describeConnectorError(new ConnectorError('Rejected', data))).toContain(
      'of Status ("A closed case cannot be reopened")',
    );
  });
});
