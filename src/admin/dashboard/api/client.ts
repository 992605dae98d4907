import type { Answer, BodyInput, QueryInput, RouteName, Routes } from '../../routes.ts';
import { ApiProblem } from './problem.ts';

type Method = 'GET' | 'POST' | 'DELETE';
type Named<M extends Method, P extends string> = {
  [N in RouteName]: Routes[N] extends { readonly method: M; readonly path: P } ? N : never;
}[RouteName];

/** The addresses of the API, as its own table has them. */
export type PathOf<M extends Method> = {
  [N in RouteName]: Routes[N] extends { readonly method: M } ? Routes[N]['path'] : never;
}[RouteName];

export type AnswerOf<M extends Method, P extends string> = Answer<Named<M, P>>;

export interface Given<M extends Method, P extends string> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: QueryInput<Named<M, P>> | undefined;
  readonly body?: BodyInput<Named<M, P>> | undefined;
  readonly signal?: AbortSignal;
}

let csrf: string | null = null;

/** The session's token against forged requests; goes with everything that changes something. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

const loggedOut = new EventTarget();

/** Calls back when the server says that the session has ended. */
export function onLoggedOut(listener: () => void): () => void {
  loggedOut.addEventListener('end', listener);
  return () => loggedOut.removeEventListener('end', listener);
}

export function get<P extends PathOf<'GET'>>(path: P, given: Given<'GET', P> = {}): Promise<AnswerOf<'GET', P>> {
  return request('GET', path, given);
}

export function post<P extends PathOf<'POST'>>(path: P, given: Given<'POST', P> = {}): Promise<AnswerOf<'POST', P>> {
  return request('POST', path, given);
}

export function remove<P extends PathOf<'DELETE'>>(
  path: P,
  given: Given<'DELETE', P> = {},
): Promise<AnswerOf<'DELETE', P>> {
  return request('DELETE', path, given);
}

/** The address of a GET, for links and for EventSource. Relative, so that a proxy may put the page anywhere. */
export function address(
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const filled = path
    .replace(/^\//, '')
    .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const kept = Object.entries(query).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, String(value)]] : [],
  );
  return kept.length === 0 ? filled : `${filled}?${new URLSearchParams(kept).toString()}`;
}

/** Asks the person at the page for the token; rejects where there is none to be had. */
type AskAgain = () => Promise<void>;
let askAgain: AskAgain | null = null;

/** Who is asked when the server wants a recent login for an act. */
export function onAskedAgain(ask: AskAgain): () => void {
  askAgain = ask;
  return () => {
    askAgain = null;
  };
}

/** Another window may have logged in anew; a risky act may ask for the token: either is mended once, and the act tried again. */
async function request<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  given: Given<M, P>,
): Promise<AnswerOf<M, P>> {
  try {
    return await send(method, path, given);
  } catch (problem) {
    const type = problem instanceof ApiProblem ? problem.body?.type : undefined;
    if (type === '/problems/csrf') setCsrf((await get('/api/session')).csrf);
    else if (type === '/problems/login-again' && askAgain !== null) {
      const said = await askAgain().then(
        () => true,
        () => false,
      );
      if (!said) throw problem;
    } else throw problem;
    return send(method, path, given);
  }
}

async function send<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  { params, query, body, signal }: Given<M, P>,
): Promise<AnswerOf<M, P>> {
  const answer = await reach(address(path, params, query ?? {}), {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' || csrf === null ? {} : { 'x-csrf-token': csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) {
    if (answer.status === 401 && path !== '/api/login') loggedOut.dispatchEvent(new Event('end'));
    throw new ApiProblem(answer.status, await problemIn(answer));
  }
  // The types come from the schemas that the server makes its answers by.
  return (answer.status === 204 ? undefined : await answer.json()) as AnswerOf<M, P>;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, null);
  }
}

async function problemIn(answer: Response): Promise<ApiProblem['body']> {
  if (!(answer.headers.get('content-type') ?? '').includes('json')) return null;
  try {
    return (await answer.json()) as ApiProblem['body'];
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
