import { createHmac } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';
import { sameSecret } from './equal.ts';

/** What came with a signed call. */
export interface Signed {
  /** `x-casebridge-timestamp`: seconds since the epoch. */
  readonly timestamp: string | undefined;
  /** `x-casebridge-signature`: HMAC-SHA256 of `<timestamp>.<body>`, in hex or base64, with or without `sha256=`. */
  readonly signature: string | undefined;
  readonly body: string;
}

export type SignatureFault = 'missing' | 'late' | 'wrong' | 'replayed';

const windowMs = 5 * 60_000;
const mostRemembered = 10_000;

/** Checks signed calls. Each signature counts once, within five minutes of its time. */
export function createSignatures(secret: Secret, now: () => number): (signed: Signed) => SignatureFault | null {
  const seen = new Map<string, number>();
  return ({ timestamp, signature, body }) => {
    if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return 'missing';
    if (Math.abs(now() - Number(timestamp) * 1000) > windowMs) return 'late';
    const digest = createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest();
    const given = signature.replace(/^sha256=/, '');
    const right =
      sameSecret(given.toLowerCase(), digest.toString('hex')) || sameSecret(given, digest.toString('base64'));
    if (!right) return 'wrong';
    for (const [old, at] of seen) if (at < now() - 2 * windowMs || seen.size > mostRemembered) seen.delete(old);
    const name = digest.toString('hex');
    if (seen.has(name)) return 'replayed';
    seen.set(name, now());
    return null;
  };
}
