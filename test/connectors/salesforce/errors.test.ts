import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerFailure,
  excerpt,
  retryAfter,
  vendorErrors,
  vendorFailure,
  wireFailure,
} from '../../../src/connectors/salesforce/errors.ts';
import { WireError } from '../../../src/connectors/salesforce/transport.ts';

const one = (errorCode: string, message = errorCode, fields: string[] = []) =>
  vendorErrors([{ errorCode, message, fields }]);
const raw = (status: number, text: string, headers: Record<string, string> = {}) => ({ status, headers, text });

describe('what a vendor error means', () => {
  it.each([
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'Rejected', 'no-rights'],
    ['INSUFFICIENT_ACCESS', 'Rejected', 'no-rights'],
    ['API_DISABLED_FOR_ORG', 'Unauthorized', 'api-disabled'],
    ['QUERY_TIMEOUT', 'Unavailable', 'query-timeout'],
    ['MALFORMED_ID', 'Rejected', 'malformed-id'],
    ['FIELD_INTEGRITY_EXCEPTION', 'Rejected', 'validation'],
    ['SOMETHING_NEW', 'Rejected', undefined],
  ])('%s is %s', (code, kind, cause) => {
    const failure = vendorFailure(one(code), 'x', 400);
    expect(failure.kind).toBe(kind);
    expect(failure.data.cause).toBe(cause);
    expect(failure.data.executed).toBe('no');
  });

  it('looks through the wrapping of a trigger that met a locked row', () => {
    const wrapped =
      'CloseTrigger: execution of AfterUpdate caused by: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access';
    expect(vendorFailure(one('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', wrapped), 'x')).toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'row-locked' },
    });
    expect(vendorFailure(one('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'my rule'), 'x')).toMatchObject({
      kind: 'Rejected',
      data: { cause: 'validation' },
    });
  });

  it('tells a record that is not there from a reference that leads nowhere', () => {
    expect(vendorFailure(one('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'), 'x').kind).toBe('NotFound');
    expect(vendorFailure(one('INVALID_CROSS_REFERENCE_KEY', 'bad', ['OwnerId']), 'x').kind).toBe('Rejected');
  });

  it('goes by the status where no code is known', () => {
    const kinds = [401, 403, 404, 412, 413, 429, 500, 502, 504].map(
      (status) => answerFailure(raw(status, '{}'), 'x').kind,
    );
    expect(kinds).toEqual([
      'Unauthorized',
      'Unauthorized',
      'NotFound',
      'StaleVersion',
      'Rejected',
      'RateLimited',
      'Unavailable',
      'Unavailable',
      'Unavailable',
    ]);
  });

  it('takes no gateway’s 404 page for a missing record', () => {
    expect(answerFailure(raw(404, '<html>no such site</html>', { 'content-type': 'text/html' }), 'x')).toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'html-page' },
    });
  });

  it('holds every 5xx and every unreadable success in doubt, and nothing that was refused', () => {
    for (const status of [200, 202, 204, 302, 500, 502, 503, 504])
      expect(answerFailure(raw(status, ''), 'x').inDoubt).toBe(true);
    for (const status of [400, 401, 403, 404, 413, 414, 429])
      expect(answerFailure(raw(status, ''), 'x').inDoubt).toBe(false);
  });
});

describe('what no answer means', () => {
  it('depends on whether anything was sent', () => {
    expect(wireFailure(new WireError('ECONNREFUSED', false), 'x').inDoubt).toBe(false);
    expect(wireFailure(new WireError('ECONNRESET', true), 'x').inDoubt).toBe(true);
  });
});

describe('Retry-After', () => {
  it('is read as seconds and as a date, and ignored when it is neither', () => {
    const now = Date.UTC(2026, 4, 1);
    expect(retryAfter('7', now)).toBe(7000);
    expect(retryAfter('999999999', now)).toBe(86_400_000);
    expect(retryAfter(new Date(now + 9000).toUTCString(), now)).toBe(9000);
    expect(retryAfter(new Date(now - 9000).toUTCString(), now)).toBe(0);
    expect(retryAfter('soon', now)).toBeUndefined();
    expect(retryAfter(undefined, now)).toBeUndefined();
    expect(retryAfter('', now)).toBeUndefined();
  });
});

describe('the vendor’s words', () => {
  it('lose any access token and all length', () => {
    expect(excerpt('bad session 00DdM00000vfgTu!AQEAQJ_x.y0Zz rest')).toBe('bad session [token] rest');
    expect(excerpt('x'.repeat(5000))).toHaveLength(1000);
  });

  it('never break the making of an error, whatever the answer was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
        expect(answerFailure(raw(status, text), 'x').data.side).toBe('salesforce');
      }),
    );
  });
});
