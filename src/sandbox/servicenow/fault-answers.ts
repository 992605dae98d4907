import type { Fault, FaultAnswers } from '../faults.ts';
import { errorAnswer } from './api.ts';
import type { Instance } from './api.ts';
import { rateHeaders, rateRefusal } from './headers.ts';
import type { OAuthServer } from './oauth.ts';
import { refusals } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const html = 'text/html;charset=UTF-8';
const json = 'application/json;charset=UTF-8';

/** A sleeping personal instance answers every path like this, tokens included (oauth-token-hibernating-200-html-rec). */
const hibernating = `<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head><body><h1>Your instance is hibernating</h1><p>Sign in to the developer site to wake it.</p>${'<!-- padding -->'.repeat(300)}</body></html>`;
const gatewayTimeout =
  '<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>';
const unavailable =
  '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503 Service Temporarily Unavailable</h1></body></html>';
/** Cancelled after the status line went out: rows, an error and broken JSON (table-200-with-error-midstream-rec). */
const cancelledMidstream = `{"result":[{"sys_id":"375924dfdb6fb2882f74f12aaf9619b8","number":"INC0000001"}""],"error":{"detail":"Transaction cancelled: maximum execution time exceeded. Check logs for error trace.","message":"Transaction cancelled: maximum execution time exceeded"},"status":"failure"}`;

/** What this vendor answers while a fault is armed. */
export function faultAnswers(instance: Instance, oauth: OAuthServer): FaultAnswers {
  const refused = (
    refusal: Refusal,
    headers: Readonly<Record<string, string>> = {},
  ): { status: number; headers: Readonly<Record<string, string>>; body: string; type: string } => ({
    status: refusal.status,
    headers,
    body: errorAnswer(refusal, instance.random).body,
    type: json,
  });
  const seconds = (): number => Math.floor(instance.now() / 1000);
  return {
    // error-429-rate-limit-doc
    'rate-limited': (fault: Fault) => {
      const wait = Math.ceil((fault.ms ?? 60_000) / 1000);
      return refused(rateRefusal(100), { ...rateHeaders(100, seconds() + wait), 'Retry-After': String(wait) });
    },
    // A semaphore rejection carries no headers (KB0546297); its body was never seen, so the rule's stands in.
    'rate-limited-bare': () => refused(rateRefusal(100)),
    'daily-limit': () => {
      // There is no daily limit here: the longest window of a rule is an hour.
      const reset = (Math.floor(instance.now() / 3_600_000) + 1) * 3600;
      return refused(rateRefusal(500), { ...rateHeaders(500, reset), 'Retry-After': String(reset - seconds()) });
    },
    unavailable: () => ({ status: 503, body: unavailable, type: html }),
    'gateway-html': () => ({ status: 504, body: gatewayTimeout, type: html }),
    // The session queue was full: thrown away, not accepted (ServiceNow community ba-p/2289402).
    'accepted-dropped': () => ({ status: 202, body: '', type: json }),
    'ok-html': () => ({ status: 200, body: hibernating, type: html }),
    'ok-error': () => ({ status: 200, body: cancelledMidstream, type: json }),
    // 200 with Content-Length 0, not from the REST layer (table-patch-empty-200-rec).
    'ok-empty': () => ({
      status: 200,
      headers: { 'Content-Security-Policy': "frame-ancestors 'self' teams.microsoft.com *.teams.microsoft.com" },
      body: '',
      type: html,
    }),
    'expired-token': () => {
      // Else a second grant would answer the very token that was just refused.
      oauth.expireAccess();
      return refused(refusals.unauthenticated(), {
        'WWW-Authenticate': 'BASIC realm="Service-now"',
        Connection: 'close',
      });
    },
  };
}
