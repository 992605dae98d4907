import { ApiError, notFound, refuse } from '../errors.ts';
import type { ApiAnswer, ApiRequest, Handler } from './message.ts';

export interface Route {
  readonly method: string;
  /** Segments after the version; `:name` takes any. */
  readonly pattern: string;
  readonly handle: Handler;
}

export function route(method: string, pattern: string, handle: Handler): Route {
  return { method, pattern, handle };
}

function match(pattern: string, path: readonly string[]): Record<string, string> | null {
  const segments = pattern === '' ? [] : pattern.split('/');
  if (segments.length !== path.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const given = path[index] ?? '';
    if (segment.startsWith(':')) parameters[segment.slice(1)] = given;
    else if (segment !== given) return null;
  }
  return parameters;
}

/** Answers a request; errors become error answers. Earlier routes win. */
export function dispatch(routes: readonly Route[], request: ApiRequest): ApiAnswer {
  try {
    const fitting = routes.flatMap((each) => {
      const parameters = match(each.pattern, request.path);
      return parameters === null ? [] : [{ each, parameters }];
    });
    // HEAD answers as GET does, without the body.
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = fitting.find(({ each }) => each.method === method);
    if (found !== undefined) return found.each.handle(request, found.parameters);
    if (fitting.length === 0) throw notFound();
    const allowed = [...new Set(fitting.map(({ each }) => each.method))].join(',');
    throw refuse(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${request.method}' not allowed. Allowed are ${allowed}`);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.entries };
    throw error;
  }
}
