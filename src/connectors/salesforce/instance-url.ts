const loopback = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** The org's own name in a My Domain host, sandbox suffix included: `acme--uat` of `acme--uat.sandbox.my.salesforce.com`. */
function myDomain(host: string): string | null {
  return /^([a-z0-9-]+)(\.[a-z0-9-]+)?\.my\.salesforce\.com$/.exec(host)?.[1] ?? null;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isPlainOrigin(url: URL): boolean {
  return url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
}

/**
 * Decides whether a token may be sent to `instanceUrl`. Returns the origin, or null when it is foreign. Whoever could slip in
 * another host would receive every token and record, so: a loopback login has a loopback instance; a My Domain login has an
 * instance of the same My Domain; the generic login hosts have one under salesforce.com; always https on the usual port.
 */
export function pinInstance(loginUrl: string, instanceUrl: string): string | null {
  const login = parse(loginUrl);
  const instance = parse(instanceUrl);
  if (login === null || instance === null || !isPlainOrigin(instance)) return null;
  if (loopback.test(login.hostname)) {
    const plain = instance.protocol === 'http:' || instance.protocol === 'https:';
    return plain && loopback.test(instance.hostname) ? instance.origin : null;
  }
  if (instance.protocol !== 'https:' || instance.port !== login.port) return null;
  if (instance.hostname === login.hostname) return instance.origin;
  const own = myDomain(login.hostname);
  if (own !== null) return myDomain(instance.hostname) === own ? instance.origin : null;
  const generic = login.hostname === 'login.salesforce.com' || login.hostname === 'test.salesforce.com';
  return generic && instance.hostname.endsWith('.salesforce.com') ? instance.origin : null;
}

/** The path of a further query page, only if it is one and on this host: a locator must not lead elsewhere. Else null. */
export function pinNextPage(instanceUrl: string, nextRecordsUrl: string): string | null {
  const url = URL.canParse(nextRecordsUrl, instanceUrl) ? new URL(nextRecordsUrl, instanceUrl) : null;
  if (url === null || url.origin !== new URL(instanceUrl).origin || !isPlainOrigin(new URL(url.origin))) return null;
  if (url.username !== '' || url.password !== '') return null;
  return /^\/services\/data\/v\d+\.\d+\/query(All)?\/[A-Za-z0-9_-]+$/.test(url.pathname) ? url.pathname : null;
}
