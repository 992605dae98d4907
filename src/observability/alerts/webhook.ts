import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';
import { describeNoticed } from '../describe-alert.ts';
import { AlertRefused, type Channel, type Message } from './channel.ts';

/** Sends one request to one address, and follows no redirect. Rejects where no whole answer came. */
export type Ask = (request: {
  readonly url: Secret;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}) => Promise<{ readonly status: number }>;

export interface WebhookOptions {
  readonly url: Secret;
  /** Null: not signed. */
  readonly secret: Secret | null;
  readonly ask: Ask;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Posts alerts as JSON. Signed in the form that /api/wake asks for: `x-casebridge-signature` is the HMAC-SHA256 of
 * `<timestamp>.<body>` in hex, and `x-casebridge-timestamp` the seconds since the epoch.
 */
export function createWebhook({ url, secret, ask, now }: WebhookOptions): Channel {
  return {
    name: 'webhook',
    send: async (message, signal) => {
      const body = JSON.stringify(bodyOf(message));
      const timestamp = String(Math.floor(now() / 1000));
      const headers = { 'content-type': 'application/json; charset=utf-8', 'x-casebridge-timestamp': timestamp };
      const signed = secret === null ? {} : { 'x-casebridge-signature': `sha256=${sign(secret, timestamp, body)}` };
      const { status } = await ask({ url, method: 'POST', headers: { ...headers, ...signed }, body, signal });
      if (status < 200 || status >= 300) throw new AlertRefused(status);
    },
  };
}

function sign(secret: Secret, timestamp: string, body: string): string {
  return createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
}

function bodyOf({ id, sentAt, notices }: Message): object {
  return {
    version: 1,
    service: 'casebridge',
    id,
    sentAt,
    text: notices.map(describeNoticed).join('\n'),
    alerts: notices.map(({ state, key, since, times, text }) => {
      const [kind, about] = key.split(/:(.*)/s);
      return { key, kind, about: about ?? null, state, since, times, text };
    }),
  };
}
