/** A place in the dashboard: a path and its filters. Lives in the URL's fragment, so that every view is a link. */
export interface Route {
  /** `['links', 'abc']` for `#/links/abc`. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a fragment; anything that is not one of ours is the start page. */
export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?', 2);
  const parts = path.split('/').filter((part) => part !== '');
  return { path: parts.map(decode), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The inverse of parseRoute. Empty filters are left out. */
export function formatRoute(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  const tail = kept.length === 0 ? '' : `?${new URLSearchParams(kept).toString()}`;
  return `#/${path.map(encodeURIComponent).join('/')}${tail}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A fragment someone typed: half an escape is text like any other.
    if (error instanceof URIError) return part;
    throw error;
  }
}
