import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings, loadStoreSettings, settingsWarnings } from '../../src/config/load.ts';
import { SettingsInvalid } from '../../src/config/problems.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casebridge settings-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const good = {
  SERVICENOW_URL: 'https://dev12345.service-now.com/',
  SERVICENOW_AUTH: 'client_credentials',
  SERVICENOW_CLIENT_ID: 'sn-client',
  SERVICENOW_CLIENT_SECRET: 'sn-canary',
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  SALESFORCE_AUTH: 'client_credentials',
  SALESFORCE_CLIENT_ID: 'sf-client',
  SALESFORCE_CLIENT_SECRET: 'sf-canary',
};

const load = (env: Record<string, string>) => loadSettings(env, { folder });

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsInvalid)
      return Object.fromEntries(error.problems.map(({ where, what }) => [where, what]));
    throw error;
  }
  return {};
}

describe('settings that are in order', () => {
  it('come out typed, with defaults, and with addresses brought into one form', () => {
    const settings = load(good);
    expect(settings.servicenow.url).toBe('https://dev12345.service-now.com');
    expect(settings.servicenow.maxConcurrency).toBe(2);
    expect(settings.salesforce).toMatchObject({ apiVersion: '66.0', dailyCallsShare: 0.5, maxConcurrency: 5 });
    expect(settings.poll).toEqual({ cron: '*/10 * * * * *', idleMaxSeconds: 120 });
    expect(settings.dataDir).toBe(join(folder, '.casebridge'));
    expect(settings.databaseUrl).toBeNull();
  });

  it('never print a secret, whichever way they are turned into text', () => {
    const settings = load(good);
    for (const text of [inspect(settings, { depth: 9 }), JSON.stringify(settings)])
      expect(text).not.toContain('canary');
    expect(settings.salesforce.auth).toMatchObject({ kind: 'client_credentials', clientId: 'sf-client' });
  });

  it('come from .env too, and the environment wins over it', () => {
    writeFileSync(join(folder, '.env'), 'SERVICENOW_MAX_CONCURRENCY=4\nSALESFORCE_MAX_CONCURRENCY="7" # a comment\n');
    const settings = load({ ...good, SERVICENOW_MAX_CONCURRENCY: '3' });
    expect(settings.servicenow.maxConcurrency).toBe(3);
    expect(settings.salesforce.maxConcurrency).toBe(7);
  });

  it('take a secret from the file that NAME_FILE names', () => {
    writeFileSync(join(folder, 'key.pem'), `${pem}\n`);
    const { SALESFORCE_CLIENT_SECRET: _unused, ...rest } = good;
    const settings = load({
      ...rest,
      SALESFORCE_AUTH: 'jwt_bearer',
      SALESFORCE_USERNAME: 'sync@acme.com',
      SALESFORCE_PRIVATE_KEY_FILE: join(folder, 'key.pem'),
    });
    const { auth } = settings.salesforce;
    expect(auth.kind === 'jwt_bearer' && auth.privateKey.reveal()).toBe(pem.trim());
  });

  it('default to lines for people on a terminal, and to JSON elsewhere', () => {
    expect(loadSettings(good, { folder, terminal: true }).log.format).toBe('pretty');
    expect(load(good).log.format).toBe('json');
  });

  it('take a private key whose line ends were written as \\n', () => {
    const settings = load({
      ...good,
      SERVICENOW_AUTH: 'jwt_bearer',
      SERVICENOW_PRIVATE_KEY: pem.trim().replaceAll('\n', '\\n'),
      SERVICENOW_KEY_ID: 'kid',
      SERVICENOW_SUBJECT: 'sync',
    });
    const { auth } = settings.servicenow;
    expect(auth.kind === 'jwt_bearer' && auth.privateKey.reveal()).toBe(pem.trim());
  });
});

describe('settings that are not in order', () => {
  it('are all reported together', () => {
    const found = problemsOf({ SERVICENOW_URL: 'dev12345', CASEBRIDGE_POLL: 'often', CASEBRIDGE_ADMIN_PORT: '99999' });
    expect(Object.keys(found).toSorted()).toEqual([
      'CASEBRIDGE_ADMIN_PORT',
      'CASEBRIDGE_POLL',
      'SALESFORCE_AUTH',
      'SALESFORCE_CLIENT_ID',
      'SALESFORCE_LOGIN_URL',
      'SERVICENOW_AUTH',
      'SERVICENOW_CLIENT_ID',
      'SERVICENOW_CLIENT_SECRET',
      'SERVICENOW_URL',
    ]);
  });

  it('name the nearest setting when one is misspelt', () => {
    expect(problemsOf({ ...good, SERVICENOW_CLIENT_SECRETT: 'x' })).toEqual({
      SERVICENOW_CLIENT_SECRETT: 'is not a setting; did you mean SERVICENOW_CLIENT_SECRET?',
    });
    expect(problemsOf({ ...good, CASEBRIDGE_TEA_AT_FIVE_O_CLOCK: 'x' })['CASEBRIDGE_TEA_AT_FIVE_O_CLOCK']).toContain(
      'docs/settings.md',
    );
  });

  it.each([
    ['http towards another machine', { SERVICENOW_URL: 'http://dev1.service-now.com' }, /must begin with https/],
    [
      'a path after the host',
      { SERVICENOW_URL: 'https://dev1.service-now.com/nav_to.do' },
      /must end after the host name/,
    ],
    ['a password in the address', { SERVICENOW_URL: 'https://u:p@dev1.service-now.com' }, /user name or password/],
    ['a look-alike of loopback', { SERVICENOW_URL: 'http://127.0.0.1.evil.example' }, /must begin with https/],
  ])('refuse %s', (_what, change, words) => {
    expect(problemsOf({ ...good, ...change })['SERVICENOW_URL']).toMatch(words);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'accept %s, which is this machine',
    (url) => {
      expect(problemsOf({ ...good, SERVICENOW_URL: url })).toEqual({});
    },
  );

  it('keep the password grant for this machine, or for those who ask for it, with a warning', () => {
    const password = { ...good, SERVICENOW_AUTH: 'password', SERVICENOW_USERNAME: 'sync', SERVICENOW_PASSWORD: 'pw' };
    expect(problemsOf(password)['SERVICENOW_AUTH']).toMatch(/SERVICENOW_ALLOW_PASSWORD=1/);
    const allowed = load({ ...password, SERVICENOW_ALLOW_PASSWORD: '1' });
    expect(settingsWarnings(allowed)).toHaveLength(1);
    const local = load({ ...password, SERVICENOW_URL: 'http://127.0.0.1:1' });
    expect(settingsWarnings(local)).toEqual([]);
  });

  it('ask for a key of 32 bytes where a refresh token will be stored', () => {
    const flow = { ...good, SALESFORCE_AUTH: 'authorization_code' };
    expect(problemsOf(flow)['CASEBRIDGE_SECRET_KEY']).toMatch(/missing/);
    const short = randomBytes(16).toString('base64');
    expect(problemsOf({ ...flow, CASEBRIDGE_SECRET_KEY: short })['CASEBRIDGE_SECRET_KEY']).toMatch(/32 bytes/);
    expect(problemsOf({ ...flow, CASEBRIDGE_SECRET_KEY: randomBytes(32).toString('base64') })).toEqual({});
  });

  it('tell which address to use instead of the one in the browser', () => {
    const found = problemsOf({ ...good, SALESFORCE_LOGIN_URL: 'https://acme.lightning.force.com' });
    expect(found['SALESFORCE_LOGIN_URL']).toContain('https://acme.my.salesforce.com');
  });

  it('refuse client_credentials on the shared login hosts', () => {
    expect(
      problemsOf({ ...good, SALESFORCE_LOGIN_URL: 'https://login.salesforce.com' })['SALESFORCE_LOGIN_URL'],
    ).toMatch(/My Domain/);
  });

  it('refuse a secret that is set twice, and a file that is not there', () => {
    expect(problemsOf({ ...good, SALESFORCE_CLIENT_SECRET_FILE: '/x' })['SALESFORCE_CLIENT_SECRET']).toMatch(
      /set twice/,
    );
    const { SALESFORCE_CLIENT_SECRET: _unused, ...rest } = good;
    expect(problemsOf({ ...rest, SALESFORCE_CLIENT_SECRET_FILE: join(folder, 'none') })).toEqual({
      SALESFORCE_CLIENT_SECRET_FILE: expect.stringMatching(/ENOENT/) as string,
    });
  });

  it('refuse to run with certificates unchecked', () => {
    expect(problemsOf({ ...good, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toHaveProperty('NODE_TLS_REJECT_UNAUTHORIZED');
  });

  it('say what is wrong without saying the secret', () => {
    const found = problemsOf({
      ...good,
      CASEBRIDGE_SECRET_KEY: 'canary',
      SERVICENOW_PRIVATE_KEY: 'canary',
      DATABASE_URL: 'canary',
    });
    expect(Object.keys(found)).toHaveLength(3);
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});

describe('commands on the database alone', () => {
  it('need no desk to be set up, and still refuse a misspelt name', () => {
    expect(loadStoreSettings({}, { folder }).migrate).toBe('auto');
    expect(() => loadStoreSettings({ SERVICENOW_URLL: 'x' }, { folder })).toThrow(SettingsInvalid);
  });
});
