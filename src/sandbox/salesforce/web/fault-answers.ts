import type { FaultAnswers } from '../../faults.ts';
import { concurrentLimitEntry, dailyLimitEntry, sessionEntry } from '../errors.ts';

const json = 'application/json;charset=UTF-8';
const maintenance =
  '<html><head><title>Salesforce - Maintenance</title></head><body><h1>We are down for maintenance.</h1></body></html>';

function entries(
  status: number,
  entry: { readonly message: string; readonly errorCode: string },
  headers?: Record<string, string>,
) {
  return () => ({ status, body: JSON.stringify([entry]), type: json, ...(headers === undefined ? {} : { headers }) });
}

/** What Salesforce, or the web tier before it, answers for each fault. Retry-After is in no capture of it. */
export const faultAnswers: FaultAnswers = {
  // Recording `rest-403-concurrent-requests`.
  'rate-limited': entries(403, concurrentLimitEntry),
  'rate-limited-bare': entries(403, {
    message: 'ConcurrentPerOrgLongTxn Limit exceeded.',
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
  }),
  // Recording `rest-403-request-limit`.
  'daily-limit': entries(403, dailyLimitEntry),
  // Recording `sobject-503-server-unavailable`.
  unavailable: entries(503, { message: 'Server Unavailable', errorCode: 'SERVER_UNAVAILABLE' }),
  'gateway-html': () => ({ status: 503, body: maintenance, type: 'text/html;charset=UTF-8' }),
  // These four are a proxy's doing, not Salesforce's.
  'accepted-dropped': () => ({ status: 202, body: '', type: json }),
  'ok-html': () => ({ status: 200, body: maintenance, type: 'text/html;charset=UTF-8' }),
  'ok-error': entries(200, { message: 'An unexpected error occurred.', errorCode: 'UNKNOWN_EXCEPTION' }),
  'ok-empty': () => ({ status: 200, body: '', type: json }),
  // Recording `rest-401-invalid-session`.
  'expired-token': entries(401, sessionEntry, { 'www-authenticate': 'Token' }),
};
