import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Side } from '../../src/core/side.ts';
import { Secret } from '../../src/config/secret.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from './real-desks.ts';
import type { Ran } from './world.ts';

const key = randomBytes(32).toString('base64');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Bench {
  readonly desks: Desks;
  readonly port: number;
  readonly cli: RealCli;
  readonly env: Readonly<Record<string, string>>;
}

async function setUp(more: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const port = await freePort();
  const desks = await startDesks({ redirectUris: [`http://localhost:${port}/callback`] });
  const env = {
    ...settingsFor(desks),
    SERVICENOW_AUTH: 'authorization_code',
    SALESFORCE_AUTH: 'authorization_code',
    CASEBRIDGE_SECRET_KEY: key,
    ...more,
  };
  return { desks, port, env, cli: createRealCli({ env }) };
}

interface Login {
  /** The address that the person is asked to open. */
  readonly url: URL;
  readonly ended: Promise<Ran>;
}

/** Starts a login and waits for its address. */
async function start(bench: Bench, side: Side, cli = bench.cli): Promise<Login> {
  const ended = cli.run('auth', side, '--print-url', '--port', String(bench.port));
  let over = false;
  void ended.finally(() => (over = true));
  while (!over && !cli.printed().includes('http')) await delay(10);
  const printed = /^http\S+$/m.exec(cli.printed())?.[0];
  if (printed === undefined) throw new Error((await ended).stderr);
  return { url: new URL(printed), ended };
}

const post = (url: URL, form: URLSearchParams, cookie = ''): Promise<Response> =>
  fetch(url, { method: 'POST', body: form, redirect: 'manual', headers: cookie === '' ? {} : { cookie } });

/** What a person does at ServiceNow: log in, then decide. Returns where the browser is sent back to. */
async function decideAtServiceNow(url: URL, decision: 'allow' | 'deny'): Promise<URL> {
  const entry = new URL('/oauth_login.do', url);
  const account = { user_name: 'casebridge', user_password: 'casebridge-password', next: url.pathname + url.search };
  const inside = await post(entry, new URLSearchParams(account));
  const cookie = (inside.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = await (await fetch(url, { headers: { cookie } })).text();
  expect(page).toContain('Allow access');
  const back = await post(
    new URL(url.pathname, url),
    new URLSearchParams([...url.searchParams, ['decision', decision]]),
    cookie,
  );
  return new URL(back.headers.get('location') ?? '');
}

async function decideAtSalesforce(url: URL, desks: Desks, decision: 'allow' | 'deny'): Promise<URL> {
  expect(await (await fetch(url)).text()).toContain('Allow access?');
  const form = new URLSearchParams(url.searchParams);
  form.set('username', desks.salesforce.account.username);
  form.set('decision', decision);
  const back = await post(new URL(url.pathname, url), form);
  return new URL(back.headers.get('location') ?? '');
}

const decide = (side: Side, url: URL, desks: Desks, decision: 'allow' | 'deny' = 'allow'): Promise<URL> =>
  side === 'servicenow' ? decideAtServiceNow(url, decision) : decideAtSalesforce(url, desks, decision);

describe.each(['servicenow', 'salesforce'] as const)('auth %s', (side) => {
  it('stores the token of a person who allowed it, with PKCE and a state of its own', async () => {
    const bench = await setUp();
    const { url, ended } = await start(bench, side);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(url.searchParams.get('state')).toMatch(/^[\w-]{43}$/);
    expect(url.searchParams.get('redirect_uri')).toBe(`http://localhost:${bench.port}/callback`);
    const back = await decide(side, url, bench.desks);
    expect((await fetch(back)).status).toBe(200);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const stored = await bench.cli.store.tokens.load(side);
    expect(stored?.token.refreshToken).toMatch(/.{20}/);
    expect(`${stdout}${stderr}`).not.toContain(stored?.token.accessToken);
    const other = { SERVICENOW_AUTH: 'client_credentials', SALESFORCE_AUTH: 'client_credentials' };
    const env = { ...bench.env, ...other, [`${side.toUpperCase()}_AUTH`]: 'authorization_code' };
    expect((await createRealCli({ env, store: bench.cli.store }).run('doctor')).code).toBe(0);
  });

  it('pays no heed to an answer with another state, and takes the right one once', async () => {
    const bench = await setUp();
    const { url, ended } = await start(bench, side);
    const back = await decide(side, url, bench.desks);
    const forged = new URL(back);
    forged.searchParams.set('state', 'x'.repeat(43));
    expect((await fetch(forged)).status).toBe(400);
    expect((await fetch(new URL('/elsewhere', back))).status).toBe(404);
    expect((await fetch(back)).status).toBe(200);
    expect((await ended).code).toBe(0);
    await expect(fetch(back)).rejects.toThrow();
  });

  it('ends with 5 when the person says no', async () => {
    const bench = await setUp();
    const { url, ended } = await start(bench, side);
    await fetch(await decide(side, url, bench.desks, 'deny'));
    const { code, stderr } = await ended;
    expect(code).toBe(5);
    expect(stderr).toContain('access_denied');
    expect(await bench.cli.store.tokens.load(side)).toBeNull();
  });

  it('ends with 5 when the code is one that the server does not know', async () => {
    const bench = await setUp();
    const { url, ended } = await start(bench, side);
    const state = url.searchParams.get('state') ?? '';
    await fetch(`http://127.0.0.1:${bench.port}/callback?code=guessed&state=${state}`);
    expect((await ended).code).toBe(5);
  });

  it('wants a key to encrypt with, before any browser opens', async () => {
    const bench = await setUp({ CASEBRIDGE_SECRET_KEY: '' });
    const { code, stderr } = await bench.cli.run('auth', side, '--print-url', '--port', String(bench.port));
    expect(code).toBe(3);
    expect(stderr).toContain('CASEBRIDGE_SECRET_KEY is missing');
  });
});

describe('auth', () => {
  it('is wrong usage for a side that logs in without a person', async () => {
    const bench = await setUp({ SERVICENOW_AUTH: 'client_credentials' });
    const { code, stderr } = await bench.cli.run('auth', 'servicenow', '--print-url');
    expect(code).toBe(2);
    expect(stderr).toContain('SERVICENOW_AUTH is client_credentials, which needs no browser');
  });

  it('says in a sentence that its port is taken, or is none', async () => {
    const bench = await setUp();
    const server = createServer().listen(bench.port, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const taken = await bench.cli.run('auth', 'servicenow', '--print-url', '--port', String(bench.port));
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('EADDRINUSE') as string });
    expect((await bench.cli.run('auth', 'servicenow', '--port', 'http')).code).toBe(2);
  });

  it('ends with 130 when the person changes their mind', async () => {
    const bench = await setUp();
    const { ended } = await start(bench, 'servicenow');
    bench.cli.interrupt.abort(new Error('interrupted by SIGINT'));
    expect((await ended).code).toBe(130);
  });

  it('keeps the token sealed in the database, and replaces one that another key had sealed', async () => {
    const bench = await setUp();
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    const open = async (text: string) => {
      const store = await storeOn(database, { secretKey: new Secret(text) });
      onTestFinished(() => store.close());
      return store;
    };
    const older = await open(randomBytes(32).toString('base64'));
    await older.tokens.save(
      'servicenow',
      { accessToken: 'a', refreshToken: 'r', expiresAt: null, instanceUrl: null },
      0,
    );
    const store = await open(key);
    const cli = createRealCli({ env: bench.env, store });
    const { url, ended } = await start(bench, 'servicenow', cli);
    await fetch(await decide('servicenow', url, bench.desks));
    expect((await ended).code).toBe(0);
    const held = await store.tokens.load('servicenow');
    expect(held?.token.instanceUrl).toBe(bench.desks.servicenow.url);
    expect(JSON.stringify(await database.query('SELECT * FROM credentials'))).not.toContain(held?.token.refreshToken);
  });
});
