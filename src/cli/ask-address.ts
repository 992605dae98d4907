import { createHttp } from '../connectors/http.ts';
import type { Ask } from '../observability/alerts/webhook.ts';

const longestMs = 20_000;
/** Nobody reads what a webhook says. */
const maxBytes = 64 * 1024;

/** One request to an address of the settings: https or this machine, no redirects, no cookies, bounded in time and size. */
export const askAddress: Ask = async ({ url, method, headers, body, signal }) => {
  const { origin, pathname, search } = new URL(url.reveal());
  const request = {
    method,
    path: `${pathname}${search}`,
    // Asked so seldom that the other side has mostly hung up by then.
    headers: { ...headers, connection: 'close' },
    timeoutMs: longestMs,
    signal,
  };
  return createHttp(origin, { maxBytes }).send(body === undefined ? request : { ...request, body });
};
