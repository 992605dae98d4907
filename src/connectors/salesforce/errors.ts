import { z } from 'zod';
import { ConnectorError, type ConnectorErrorKind, type Executed } from '../errors.ts';
import type { WireError } from './transport.ts';
import { type VendorError, vendorErrorSchema } from './wire.ts';

/** An HTTP answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Meaning {
  readonly kind: ConnectorErrorKind;
  readonly cause?: string;
  readonly executed?: Executed;
}

const validation: Meaning = { kind: 'Rejected', cause: 'validation' };
const noRights: Meaning = { kind: 'Rejected', cause: 'no-rights' };
const gone: Meaning = { kind: 'NotFound' };
const locked: Meaning = { kind: 'Unavailable', cause: 'row-locked' };

/** By the vendor's code: HTTP statuses differ between a request, a row of a collection and a composite's part. */
const meanings: Readonly<Record<string, Meaning>> = {
  INVALID_SESSION_ID: { kind: 'Unauthorized', cause: 'session-refused' },
  API_DISABLED_FOR_ORG: { kind: 'Unauthorized', cause: 'api-disabled' },
  API_CURRENTLY_DISABLED: { kind: 'Unauthorized', cause: 'api-disabled' },
  SERVER_UNAVAILABLE: { kind: 'Unavailable', executed: 'maybe' },
  UNABLE_TO_LOCK_ROW: locked,
  QUERY_TIMEOUT: { kind: 'Unavailable', cause: 'query-timeout' },
  INVALID_QUERY_LOCATOR: { kind: 'Unavailable', cause: 'query-locator-lost' },
  PROCESSING_HALTED: { kind: 'Unavailable', cause: 'halted' },
  ALL_OR_NONE_OPERATION_ROLLED_BACK: { kind: 'Unavailable', cause: 'halted' },
  NOT_FOUND: gone,
  ENTITY_IS_DELETED: gone,
  FIELD_CUSTOM_VALIDATION_EXCEPTION: validation,
  REQUIRED_FIELD_MISSING: validation,
  STRING_TOO_LONG: validation,
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: validation,
  INVALID_EMAIL_ADDRESS: validation,
  FIELD_INTEGRITY_EXCEPTION: validation,
  MALFORMED_ID: { kind: 'Rejected', cause: 'malformed-id' },
  INSUFFICIENT_ACCESS: noRights,
  INSUFFICIENT_ACCESS_OR_READONLY: noRights,
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: noRights,
  INVALID_FIELD_FOR_INSERT_UPDATE: noRights,
  INVALID_FIELD: { kind: 'Rejected', cause: 'unknown-field' },
  INVALID_TYPE: { kind: 'Rejected', cause: 'unknown-object' },
  DUPLICATE_VALUE: { kind: 'Rejected', cause: 'duplicate' },
  DUPLICATE_EXTERNAL_ID: { kind: 'Rejected', cause: 'duplicate' },
  DUPLICATES_DETECTED: { kind: 'Rejected', cause: 'duplicate-rule' },
};

/**
 * Limits of one transaction (Apex guide, "Execution Governors and Limits"): all of its rows fail with the trigger's or the flow's
 * words, under CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY and other codes, and nothing of it is saved. Fewer rows may pass.
 */
const governor = /System\.LimitException|Apex CPU time limit exceeded|Too many (SOQL queries|query rows|DML)/i;

function meaningOfCode(error: VendorError): Meaning | null {
  if (error.code === 'REQUEST_LIMIT_EXCEEDED') {
    // One code for two things: the day's calls (rec: rest-403-request-limit) and calls at once (rec: rest-403-concurrent-requests).
    return {
      kind: 'RateLimited',
      cause: error.message.startsWith('TotalRequests') ? 'daily-limit' : 'concurrent-limit',
    };
  }
  if (error.code === 'INVALID_CROSS_REFERENCE_KEY') {
    // Without a field it is the record's own id that names nothing (rec: collections-update-invalid-id).
    return error.fields.length === 0 ? gone : { kind: 'Rejected', cause: 'bad-reference' };
  }
  if (governor.test(error.message)) return { kind: 'Rejected', cause: 'governor-limit' };
  // A trigger that met the lock wraps the code into its own.
  if (error.code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY') {
    return error.message.includes('UNABLE_TO_LOCK_ROW') ? locked : validation;
  }
  return Object.hasOwn(meanings, error.code) ? (meanings[error.code] ?? null) : null;
}

function meaningOfStatus(status: number): Meaning {
  if (status >= 500) return { kind: 'Unavailable', executed: 'maybe' };
  if (status === 429 || status === 420) return { kind: 'RateLimited' };
  if (status === 401) return { kind: 'Unauthorized', cause: 'session-refused' };
  if (status === 403) return { kind: 'Unauthorized', cause: 'no-rights' };
  if (status === 404) return { kind: 'NotFound' };
  if (status === 409 || status === 412) return { kind: 'StaleVersion' };
  if (status === 414 || status === 431) return { kind: 'Rejected', cause: 'uri-too-long' };
  if (status === 413) return { kind: 'Rejected', cause: 'too-large' };
  if (status === 300) return { kind: 'Rejected', cause: 'not-unique' };
  if (status >= 400) return { kind: 'Rejected' };
  // A success we cannot read, or a redirect: whether anything happened is not known.
  return { kind: 'Unavailable', cause: 'unexpected-status', executed: 'maybe' };
}

/** What is said stands at the front; looking for it in megabytes of anything would take minutes. */
const longestLookedAt = 16 * 1024;

/** The vendor's words for people: no access token in them, and not too many. */
export function excerpt(text: string): string {
  const clean = text
    .slice(0, longestLookedAt)
    .replace(/00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+/g, '[token]')
    .replace(/\beyJ[\w-]{8,}(\.[\w-]+){1,2}/g, '[token]')
    .replace(/("(?:access|refresh|id)_token"\s*:\s*)"[^"]*"?/g, '$1"[token]"')
    .trim();
  return clean.length > 1000 ? `${clean.slice(0, 999)}…` : clean;
}

/** The array of errors that REST answers carry; empty for anything else. */
export function vendorErrors(body: unknown): readonly VendorError[] {
  const parsed = z.array(vendorErrorSchema).safeParse(body);
  return parsed.success ? parsed.data.filter((error) => error.code !== '') : [];
}

const longestWaitMs = 24 * 60 * 60 * 1000;

/** `Retry-After` in milliseconds, given in seconds or as a date; undefined without one, a day at most. Salesforce documents none, gateways send it. */
export function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestWaitMs);
}

/**
 * What a set of vendor errors means: of one record (`status` left out), of a composite's part or of a whole request. Several
 * come together when several validation rules fail (rec: write-400-multiple-validation-errors); the first decides the kind.
 */
export function vendorFailure(errors: readonly VendorError[], request: string, status?: number): ConnectorError {
  const first = errors[0];
  const meaning = (first === undefined ? null : meaningOfCode(first)) ?? meaningOfStatus(status ?? 400);
  const fields = [...new Set(errors.flatMap((error) => error.fields))];
  return new ConnectorError(meaning.kind, {
    side: 'salesforce',
    executed: meaning.executed ?? 'no',
    request,
    answer: excerpt(errors.map((error) => error.message).join('; ')),
    ...(first === undefined ? {} : { code: first.code }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(status === undefined ? {} : { status }),
    ...(meaning.cause === undefined ? {} : { cause: meaning.cause }),
  });
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A page of a proxy, a load balancer or a maintenance notice, whatever its content type says. */
function looksLikeHtml(answer: RawAnswer): boolean {
  return (
    (answer.headers['content-type'] ?? '').startsWith('text/html') ||
    /^\s*<(!doctype|html|h1|head|body)/i.test(answer.text)
  );
}

/** A page without its markup. */
function wordsOf(page: string): string {
  return page
    .slice(0, longestLookedAt)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** What a whole answer that is no success means. `retryAfterMs` is what its header asked for. */
export function answerFailure(answer: RawAnswer, request: string, retryAfterMs?: number): ConnectorError {
  const errors = vendorErrors(parseJson(answer.text));
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (errors.length > 0) {
    const failure = vendorFailure(errors, request, answer.status);
    return new ConnectorError(failure.kind, { ...failure.data, ...wait });
  }
  const meaning = meaningOfStatus(answer.status);
  const html = looksLikeHtml(answer);
  // An HTML page under 404 comes from something in front of the API: it says nothing about the record.
  const foreign = html && (meaning.kind === 'NotFound' || meaning.kind === 'Unavailable');
  const empty = answer.text.trim() === '';
  const cause = foreign ? 'html-page' : empty && answer.status < 300 ? 'empty-answer' : meaning.cause;
  return new ConnectorError(foreign ? 'Unavailable' : meaning.kind, {
    side: 'salesforce',
    executed: meaning.executed ?? 'no',
    request,
    status: answer.status,
    answer: excerpt(html ? wordsOf(answer.text) : answer.text),
    ...(cause === undefined ? {} : { cause }),
    ...wait,
  });
}

/** No answer came. */
export function wireFailure(error: WireError, request: string): ConnectorError {
  const executed: Executed = error.sent ? 'maybe' : 'no';
  const data = { side: 'salesforce', executed, request, code: error.code, cause: 'unreachable' } as const;
  return new ConnectorError('Unavailable', data, { cause: error });
}

/** The same failure for an item whose request was never sent because an earlier one failed. */
export function notSent(error: ConnectorError): ConnectorError {
  return new ConnectorError(error.kind, { ...error.data, executed: 'no' }, { cause: error });
}
