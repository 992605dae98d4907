const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for `localhost`, `127.0.0.0/8` and `[::1]`, as a URL's `hostname` spells them. */
export function isLoopback(hostname: string): boolean {
  return loopback.test(hostname);
}

/**
 * Takes a side's address and returns its origin. Throws unless it is `https:`, or `http:` towards this machine: a token sent in
 * the clear is a token given away.
 */
export function pinOrigin(address: string): string {
  const url = new URL(address);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!secure) throw new Error(`${url.protocol}//${url.host} is not https`);
  if (url.username !== '' || url.password !== '') throw new Error(`${url.host}: no credentials in an address`);
  return url.origin;
}

/** Resolves a path on a pinned origin. Throws if it would lead anywhere else (`//other.host`, `\\other.host`, an absolute URL). */
export function onOrigin(origin: string, path: string): string {
  const url = new URL(path, origin);
  if (!path.startsWith('/') || url.origin !== origin) throw new Error(`${url.origin} is not ${origin}`);
  return origin + path;
}
