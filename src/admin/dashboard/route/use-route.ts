import { useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route.ts';

/** The place the URL names, kept up to date. */
export function useRoute(): Route {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const listen = (): void => setFragment(location.hash);
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
  return parseRoute(fragment);
}

export function go(path: readonly string[], query?: Readonly<Record<string, string | undefined>>): void {
  location.hash = formatRoute(path, query);
}

/** Changes filters of the present place without a new step in the browser's history. */
export function setFilters(change: Readonly<Record<string, string | undefined>>): void {
  const now = parseRoute(location.hash);
  history.replaceState(null, '', formatRoute(now.path, { ...now.query, ...change }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
