import { isLoopback } from '../../config/loopback.ts';

/** Who may call us by what name, and from which pages. */
export interface Hosts {
  /** True where only this machine can ask. */
  readonly local: boolean;
  /**
   * True where this `Host` is one of ours. A web page that has its own name resolve to our address (DNS rebinding) sends its own
   * name here; an IP address cannot be had that way.
   */
  isOurs(host: string | undefined): boolean;
  /** True where a page of this `Origin` may change something: it came from us. */
  mayChange(origin: string, host: string): boolean;
  /** True where people reach this host by https, through a proxy. */
  isHttps(host: string | undefined): boolean;
}

const address = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/** `listensOn`: address we are bound to; `origins`: further addresses people reach us by. */
export function createHosts(listensOn: string, origins: readonly string[]): Hosts {
  const own = listensOn.includes(':') ? `http://[${listensOn}]` : `http://${listensOn}`;
  const local = URL.canParse(own) && isLoopback(own);
  const named = new Map(origins.map((origin) => [new URL(origin).host, new URL(origin)]));
  return {
    local,
    isOurs: (host) => {
      if (host === undefined || host.includes('@') || !URL.canParse(`http://${host}`)) return false;
      const { hostname } = new URL(`http://${host}`);
      if (isLoopback(`http://${host}`) || named.has(host.toLowerCase())) return true;
      return !local && (address.test(hostname) || hostname === listensOn.toLowerCase());
    },
    mayChange: (origin, host) => origin === (named.get(host.toLowerCase())?.origin ?? `http://${host}`),
    isHttps: (host) => host !== undefined && named.get(host.toLowerCase())?.protocol === 'https:',
  };
}
