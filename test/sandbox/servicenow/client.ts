import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import type { ServiceNowSandbox, ServiceNowSandboxOptions } from '../../../src/sandbox/servicenow.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, where the body is JSON; else null. */
  readonly body: unknown;
}

export type Body = Readonly<Record<string, unknown>>;

const passwords: Readonly<Record<string, string>> = {
  admin: 'admin-password',
  itil: 'itil-password',
  casebridge: 'casebridge-password',
  employee: 'employee-password',
  'beth.anglin': 'beth-password',
};

/** A sandbox under test, stopped by `await using`. */
export interface Bench extends AsyncDisposable {
  readonly sandbox: ServiceNowSandbox;
  /** Sends a request as a user, by Basic authentication; as nobody for null. */
  send(
    method: string,
    path: string,
    options?: { readonly as?: string | null; readonly body?: unknown; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  /** `result` of a request that must succeed. */
  result(method: string, path: string, body?: unknown, as?: string): Promise<Body>;
  results(path: string, as?: string): Promise<readonly Body[]>;
  /** A token request with these form fields. */
  token(form: Record<string, string>): Promise<Answer>;
}

export async function startBench(options: ServiceNowSandboxOptions = {}): Promise<Bench> {
  const sandbox = await startServiceNowSandbox(options);
  const send: Bench['send'] = async (method, path, { as = 'casebridge', body, headers = {} } = {}) => {
    const auth = as === null ? {} : { Authorization: basic(as, passwords[as] ?? '') };
    const answer = await fetch(path.startsWith('http') ? path : sandbox.url + path, {
      method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...auth,
        ...headers,
      },
      ...(body === undefined ? {} : { body: encode(body) }),
    });
    return readAnswer(answer);
  };
  const result: Bench['result'] = async (method, path, body, as) => {
    const answer = await send(method, path, { ...(as === undefined ? {} : { as }), body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return member(answer.body, 'result');
  };
  return {
    sandbox,
    send,
    result,
    results: async (path, as) => Object.values(await result('GET', path, undefined, as)).map(asBody),
    token: async (form) =>
      readAnswer(await fetch(`${sandbox.url}/oauth_token.do`, { method: 'POST', body: new URLSearchParams(form) })),
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export async function readAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) };
}

/** A member of a JSON object that must be an object or a list. */
export function member(value: unknown, name: string): Body {
  return asBody(asBody(value)[name]);
}

export function asBody(value: unknown): Body {
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}

export function errorOf(answer: Answer): Body {
  return member(answer.body, 'error');
}

function encode(body: unknown): string | Blob {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Blob([new Uint8Array(body)]) : JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
