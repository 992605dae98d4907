import type { OAuthServer } from './oauth.ts';

export interface Caller {
  readonly user: string;
  readonly byToken: boolean;
}

/** Who an Authorization header names; null for nobody. Basic and Bearer, as instances take both. */
export function authenticate(header: string | undefined, oauth: OAuthServer): Caller | null {
  const [scheme = '', value = ''] = (header ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') {
    const user = oauth.userOf(value);
    return user === null ? null : { user, byToken: true };
  }
  if (scheme.toLowerCase() !== 'basic') return null;
  const [user, password] = decodeBasic(value);
  return oauth.passwordOk(user, password) ? { user, byToken: false } : null;
}

/** Name and secret of a Basic header's value. */
export function decodeBasic(value: string): readonly [string, string] {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}
