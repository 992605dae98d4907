import { createHash } from 'node:crypto';
import { refuse } from '../errors.ts';
import type { Row } from '../org/table.ts';
import { parseDateTime } from '../values.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';

/**
 * `Last-Modified` is SystemModstamp (recording `sobject-row-user-lastmodified`); only Account has an ETag (REST guide, conditional
 * requests; recording `sobject-row-account-etag`).
 */
export function rowHeaders(row: Row, values: Row['values']): Record<string, string> {
  const headers: Record<string, string> = { 'last-modified': new Date(modified(values)).toUTCString() };
  if (row.spec.name === 'Account') headers['etag'] = entityTag(row);
  return headers;
}

function modified(values: Row['values']): number {
  return parseDateTime(String(values['SystemModstamp'] ?? values['CreatedDate']));
}

function entityTag(row: Row): string {
  return `"${createHash('sha256').update(JSON.stringify(row.values)).digest('base64')}"`;
}

function headerTime(request: ApiRequest, name: string): number | null {
  const text = request.headers[name];
  return text === undefined ? null : Date.parse(text);
}

/** A GET that found nothing new: 304. Null: answer as ever. An unreadable date is ignored on GET. */
export function notModified(request: ApiRequest, row: Row, values: Row['values']): ApiAnswer | null {
  const since = headerTime(request, 'if-modified-since');
  const tag = request.headers['if-none-match'];
  const sameTag = tag !== undefined && row.spec.name === 'Account' && tag.replace('--gzip', '') === entityTag(row);
  const unchanged = since !== null && !Number.isNaN(since) && modified(values) <= since;
  return sameTag || (tag === undefined && unchanged) ? { status: 304, headers: rowHeaders(row, values) } : null;
}

/** A write whose precondition fails: 412; with an unreadable date: 400 (REST guide, conditional requests). Not for DELETE. */
export function checkPrecondition(request: ApiRequest, row: Row): void {
  const since = headerTime(request, 'if-unmodified-since');
  if (since !== null && Number.isNaN(since))
    throw refuse(400, 'INVALID_HEADER_TYPE', 'Invalid date in If-Unmodified-Since');
  const tag = request.headers['if-match'];
  const otherTag = tag !== undefined && row.spec.name === 'Account' && tag.replace('--gzip', '') !== entityTag(row);
  const later = since !== null && modified(row.values) > since;
  if (otherTag || later) throw refuse(412, 'PRECONDITION_FAILED', 'The precondition of the request was not met');
}
