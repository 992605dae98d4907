import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Secret } from '../../config/secret.ts';
import { SecretKeyInvalid } from './errors.ts';

/** A key of CASEBRIDGE_SECRET_KEY, with a name that says nothing about it. */
export interface SealKey {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Sealed {
  readonly keyId: string;
  /** nonce, tag and ciphertext, base64. */
  readonly sealed: string;
}

const nonceLength = 12;
const tagLength = 16;

/** Throws SecretKeyInvalid unless it is 32 bytes in base64. */
export function sealKey(secret: Secret): SealKey {
  const text = secret.reveal().trim();
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    throw new SecretKeyInvalid('CASEBRIDGE_SECRET_KEY must be 32 bytes in base64');
  }
  return { id: createHash('sha256').update('casebridge key id').update(bytes).digest('hex').slice(0, 16), bytes };
}

/** AES-256-GCM. `context` is bound to the text: sealed for one row, it opens for no other. */
export function seal(key: SealKey, plain: string, context: string, nonce: Buffer): Sealed {
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return { keyId: key.id, sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64') };
}

/** The inverse of `seal`. Throws where the key, the context or a single bit differs. */
export function unseal(key: SealKey, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
  return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()]).toString('utf8');
}
