/** `__Host-` binds a cookie to one host and to https; without https a browser would not keep it. */
const names = { https: '__Host-casebridge', http: 'casebridge' } as const;

/** The cookie that opens a session; no script can read it, and no other page's request carries it. */
export function sessionCookie(secret: string, https: boolean): string {
  return `${https ? names.https : names.http}=${secret}; Path=/; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
}

export function clearedCookie(https: boolean): string {
  return `${sessionCookie('', https)}; Max-Age=0`;
}

/** The session's secret in a `Cookie` header; null for none. */
export function secretIn(header: string | undefined, https: boolean): string | null {
  const name = `${https ? names.https : names.http}=`;
  const found = (header ?? '')
    .slice(0, 8192)
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  const secret = found?.slice(name.length) ?? '';
  return /^[\w-]{20,100}$/.test(secret) ? secret : null;
}
