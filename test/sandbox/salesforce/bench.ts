import { createHash, sign } from 'node:crypto';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import type { SalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import type { SandboxOptions } from '../../../src/sandbox/sandbox.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON, else null. */
  readonly body: unknown;
}

export type Body = Record<string, unknown>;

interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: no token. */
  readonly token?: string | null;
}

/** A local Salesforce under test, with a clock that stands still; `await using` stops it. */
export interface Bench extends AsyncDisposable {
  readonly sandbox: SalesforceSandbox;
  readonly clock: { ms: number };
  readonly token: string;
  /** `path` is below `/services/data/v66.0/`, or absolute. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** The body of a request that must succeed. */
  get(path: string): Promise<Body>;
  /** Records of a query that must succeed. */
  query(soql: string, resource?: 'query' | 'queryAll'): Promise<readonly Body[]>;
  /** Makes a record through the API and answers its id. */
  create(object: string, fields: Body): Promise<string>;
  form(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** A signed assertion; `claims` override the right ones. */
  assertion(claims?: Body): string;
}

export const noAssignment = { 'Sforce-Auto-Assign': 'FALSE' };

export async function startBench(options: SandboxOptions = {}): Promise<Bench> {
  const clock = { ms: Date.parse('2026-11-25T12:00:00.250Z') };
  const sandbox = await startSalesforceSandbox({ now: () => clock.ms, random: seeded(7), ...options });
  const { account, url } = sandbox;

  const form: Bench['form'] = async (path, fields, headers = {}) =>
    readAnswer(
      await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' }),
    );
  const signedIn = await form('/services/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: account.clientId,
    client_secret: account.clientSecret,
  });
  const token = String(asBody(signedIn.body)['access_token']);

  const send: Bench['send'] = async (method, path, { body, headers = {}, token: own = token } = {}) =>
    readAnswer(
      await fetch(path.startsWith('/') ? url + path : `${url}/services/data/v66.0/${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(own === null ? {} : { authorization: `Bearer ${own}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  const get: Bench['get'] = async (path) => {
    const answer = await send('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return asBody(answer.body);
  };
  return {
    sandbox,
    clock,
    token,
    send,
    get,
    form,
    query: async (soql, resource = 'query') =>
      asBodies((await get(`${resource}?q=${encodeURIComponent(soql)}`))['records']),
    create: async (object, fields) => {
      const answer = await send('POST', `sobjects/${object}`, { body: fields, headers: noAssignment });
      if (answer.status !== 201) throw new Error(`POST ${object}: ${answer.status} ${answer.text}`);
      return String(asBody(answer.body)['id']);
    },
    assertion: (claims = {}) => {
      const exp = Math.floor(clock.ms / 1000) + 180;
      const all = { iss: account.clientId, sub: account.username, aud: 'https://login.salesforce.com', exp, ...claims };
      const encoded = [{ alg: 'RS256' }, all]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${encoded}.${sign('sha256', Buffer.from(encoded), account.privateKey).toString('base64url')}`;
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}

export async function readAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function asBody(value: unknown): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`no object: ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value));
}

export function asBodies(value: unknown): readonly Body[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value.map(asBody);
}

/** The code of a REST error answer. */
export function errorCode(answer: Answer): unknown {
  return asBodies(answer.body)[0]?.['errorCode'];
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
