import { createPublicKey, verify } from 'node:crypto';
import { isObject } from './request-body.ts';

/** A verifier of the JWT endpoint. */
export interface PublicKey {
  readonly keyId: string;
  readonly pem: string;
}

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly jti: string | null;
}

const algorithms: Readonly<Record<string, { readonly hash: string; readonly ec: boolean }>> = {
  RS256: { hash: 'sha256', ec: false },
  RS384: { hash: 'sha384', ec: false },
  RS512: { hash: 'sha512', ec: false },
  ES256: { hash: 'sha256', ec: true },
  ES384: { hash: 'sha384', ec: true },
  ES512: { hash: 'sha512', ec: true },
};

/** The claims of a signed assertion; null where signature, key or shape are wrong. `kid` selects the verifier. */
export function verifyAssertion(assertion: string, keys: readonly PublicKey[]): Claims | null {
  const [head = '', payload = '', signature = '', ...rest] = assertion.split('.');
  const header = decode(head);
  const claims = decode(payload);
  if (rest.length > 0 || header === null || claims === null) return null;
  const algorithm = algorithms[String(header['alg'])];
  const key = keys.find((each) => each.keyId === header['kid']);
  if (algorithm === undefined || key === undefined) return null;
  const verifier = createPublicKey(key.pem);
  const options = algorithm.ec ? { key: verifier, dsaEncoding: 'ieee-p1363' as const } : verifier;
  if (!verify(algorithm.hash, Buffer.from(`${head}.${payload}`), options, Buffer.from(signature, 'base64url')))
    return null;
  const { iss, sub, aud, exp, jti } = claims;
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof aud !== 'string' || typeof exp !== 'number')
    return null;
  return { iss, sub, aud, exp, jti: typeof jti === 'string' ? jti : null };
}

function decode(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    // Not JSON: an assertion nobody signed.
    return null;
  }
}
