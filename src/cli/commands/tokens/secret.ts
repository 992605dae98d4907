import { createHash, randomBytes } from 'node:crypto';

/** A new token of 256 random bits. The prefix lets scanners for leaked secrets know it. */
export function drawToken(): string {
  return `casebridge_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token: SHA-256, hex. A slow hash would add nothing to 256 random bits. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
