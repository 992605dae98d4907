import type { ErrorEntry } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { Actor } from '../save/actor.ts';

/** A REST request below `/services/data/vNN.N`, from the wire or from inside a composite. */
export interface ApiRequest {
  readonly org: Org;
  readonly method: string;
  /** `66.0`. */
  readonly version: string;
  /** `/services/data/v66.0`: links in answers begin with it. */
  readonly base: string;
  /** `http://127.0.0.1:<port>`. */
  readonly host: string;
  /** Decoded segments after the version. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; null where there was none. */
  readonly body: unknown;
  /** Binary parts of a multipart request, by field name: what `Org.hold` calls them. */
  readonly blobs: Readonly<Record<string, string>>;
  readonly userId: string;
  /** Query locators belong to it. */
  readonly session: string;
  /** Inside a composite: blobs cannot be fetched there. */
  readonly nested: boolean;
  /** A CSV body. */
  readonly text: string | null;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value, text, or bytes; undefined for an empty body. */
  readonly body?: unknown;
  /** Given where the body is not JSON. */
  readonly type?: string;
}

export type Handler = (request: ApiRequest, parameters: Readonly<Record<string, string>>) => ApiAnswer;

export function ok(body: unknown, headers?: Readonly<Record<string, string>>): ApiAnswer {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}

export const empty: ApiAnswer = { status: 204 };

/** A row's failure in a collection: `statusCode`, and no `id` key (recording `collections-update-invalid-id`). */
export function rowErrors(entries: readonly ErrorEntry[]): {
  readonly success: false;
  readonly errors: readonly unknown[];
} {
  return {
    success: false,
    errors: entries.map((entry) => ({
      statusCode: entry.errorCode,
      message: entry.message,
      fields: entry.fields ?? [],
    })),
  };
}

/** Who saves when this request writes. */
export function actorOf(request: ApiRequest): Actor {
  return {
    userId: request.userId,
    as: 'api',
    autoAssign: request.headers['sforce-auto-assign']?.toUpperCase() !== 'FALSE',
    hideMs: 0,
    request: { method: request.method, path: `${request.base}/${request.path.join('/')}` },
  };
}
