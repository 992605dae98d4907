import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { AxiosError, AxiosHeaders } from 'axios';
import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { lastWords } from '../../src/cli/crash.ts';
import { loadSettings } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import { secretsIn } from '../../src/config/secrets-in.ts';
import { secretsOf } from '../../src/config/secrets-of.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createRedactor } from '../../src/observability/redact.ts';
import { logEvents } from '../../src/observability/subscribe.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { createCli } from '../cli/world.ts';
import { clientFor, memoryVault as snVault } from '../connectors/servicenow/support.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { clientOf, memoryVault, startReplay as startSalesforce, tokenBody } from '../support/salesforce-replay.ts';
import { startReplay as startServiceNow } from '../support/servicenow-replay.ts';
import { memo, spellingsOf } from './support.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const canaries = {
  DATABASE_URL: 'postgresql://casebridge:c4n4ry%2Fdatabase+pw@db.example.com/casebridge',
  DATABASE_MIGRATE_URL: 'postgresql://owner:c4n4ry-migrate-pw@db.example.com/casebridge',
  CASEBRIDGE_SECRET_KEY: randomBytes(32).toString('base64'),
  CASEBRIDGE_SECRET_KEY_PREVIOUS: randomBytes(32).toString('base64'),
  CASEBRIDGE_ADMIN_TOKEN: 'c4n4ry admin "token"',
  SERVICENOW_CLIENT_SECRET: 'c4n4ry/sn+secret',
  SERVICENOW_PRIVATE_KEY: String(pem),
  SALESFORCE_CLIENT_SECRET: 'c4n4ry\\sf&secret',
} as const;
const env = {
  ...canaries,
  SERVICENOW_URL: 'https://dev12345.service-now.com',
  SERVICENOW_AUTH: 'jwt_bearer',
  SERVICENOW_CLIENT_ID: 'id',
  SERVICENOW_KEY_ID: 'kid',
  SERVICENOW_SUBJECT: 'casebridge',
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  SALESFORCE_AUTH: 'client_credentials',
  SALESFORCE_CLIENT_ID: 'id',
};
const sought = [
  ...Object.values(canaries).flatMap(spellingsOf),
  'c4n4ry/database+pw',
  ...String(pem).split('\n').slice(1, -2),
];

function expectNothingFound(text: string): void {
  expect(sought.filter((secret) => text.includes(secret))).toEqual([]);
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An error that holds all of them, as HTTP clients and database drivers make them. */
function tellTale(): Error {
  const all = Object.values(canaries).join('\n');
  const headers = new AxiosHeaders({ Authorization: `Bearer ${canaries.SERVICENOW_CLIENT_SECRET}` });
  const inner = new AxiosError(`connect failed: ${all}`, 'ECONNRESET', { headers, data: all });
  return Object.assign(new Error(`statement failed: ${all}`, { cause: inner }), { connectionString: all });
}

describe('secrets of the settings', () => {
  it('are all known to the redaction of logs', () => {
    const settings = loadSettings(env, { folder: newFolder() });
    const known = secretsOf(settings).map((secret) => secret.reveal().trim());
    for (const [name, canary] of Object.entries(canaries)) expect(known, name).toContain(canary.trim());
    expectNothingFound(inspect(settings, { depth: null, showHidden: true }) + JSON.stringify(settings));
  });

  it.each(['json', 'pretty'] as const)('stay out of %s logs at debug, whatever is logged', (format) => {
    const { stream, written } = memo();
    const secrets = secretsOf(loadSettings(env, { folder: newFolder() }));
    const log = createLogger({ level: 'debug', format, secrets, stream });
    for (const canary of Object.values(canaries)) {
      log('error', `said ${canary}`, { text: `told ${canary}`, deep: [{ [canary]: { note: canary } }] });
      log('debug', 'form', { text: new URLSearchParams({ x: canary }).toString(), bytes: Buffer.from(canary) });
      log('debug', 'basic', { blob: Buffer.from(`user:${canary}`).toString('base64'), n: 10n });
      log('debug', 'basic', { blob: Buffer.from(`me:${canary}`).toString('base64url') });
    }
    log('error', 'threw', { error: tellTale(), text: tellTale().message });
    expect(written().split('\n').length).toBeGreaterThan(20);
    expectNothingFound(written());
  });

  it('stay out of the lines that events make', () => {
    const { stream, written } = memo();
    const sink = logEvents(createLogger({ level: 'debug', format: 'json', secrets: secretsIn(env, []), stream }));
    const answer = Object.values(canaries).join(' ');
    const error = new ConnectorError(
      'Rejected',
      { side: 'servicenow', executed: 'no', answer, code: answer, fields: [answer], request: `GET /${answer}` },
      { cause: tellTale() },
    );
    sink({ type: 'poll.failed', pair: 'p', side: 'servicenow', error });
    sink({ type: 'batch.failed', keys: [], error: tellTale() });
    sink({ type: 'store.lost', error: tellTale() });
    sink({ type: 'side.paused', side: 'servicenow', untilMs: 0, error });
    expect(written().trim().split('\n')).toHaveLength(4);
    expectNothingFound(written());
  });

  it('stay out of what a command reports, at LOG_LEVEL=debug and with --json', async () => {
    const ids = seededIds(1);
    const store = createMemoryStore({ clock: fakeClock(), ids });
    for (const failure of [
      tellTale(),
      new StoreUnavailable(`no route: ${canaries.DATABASE_URL}`, { cause: tellTale() }),
    ]) {
      const failing = { ...store, transaction: () => Promise.reject(failure) };
      const cli = createCli({ store: failing, env: { ...env, LOG_LEVEL: 'debug' } });
      for (const args of [
        ['links', 'list'],
        ['status', '--json'],
        ['conflicts', 'list', '--json'],
        ['quarantine', 'list'],
      ]) {
        const { stdout, stderr, code } = await cli.run(...args);
        expect(code).not.toBe(0);
        expect(stderr).toContain('    at ');
        expectNothingFound(stdout + stderr);
      }
    }
  });

  it('stay out of the last words of a crash', () => {
    const folder = newFolder();
    for (const format of ['json', 'pretty']) {
      const words = lastWords(tellTale(), { env: { ...env, LOG_FORMAT: format }, folder, terminal: false, now: 0 });
      expect(words).toContain('Caused by');
      expectNothingFound(words);
    }
  });

  it('stay out of a crash of the program itself, thrown or as a promise nobody waited for', () => {
    const run = JSON.stringify(join(import.meta.dirname, '../../src/cli/run.ts'));
    for (const how of ['throw error', 'void Promise.reject(error)']) {
      const script = `
        const { main } = await import(${run});
        await main(['keygen', '--json']);
        const error = Object.assign(new Error('boom ' + process.env.SALESFORCE_CLIENT_SECRET), {
          config: { headers: { Authorization: 'Bearer ' + process.env.SERVICENOW_CLIENT_SECRET } },
        });
        setTimeout(() => { ${how}; }, 1);
        setTimeout(() => console.log('half alive'), 3000);`;
      const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        encoding: 'utf8',
      });
      expect(ran.status).toBe(1);
      expect(ran.stdout).not.toContain('half alive');
      expect(JSON.parse(ran.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ level: 'error', msg: 'crashed' });
      expectNothingFound(ran.stderr);
    }
  });

  it('are known even where the settings are not in order, come from files, or were written in place of a file’s name', () => {
    const folder = newFolder();
    writeFileSync(join(folder, '.env'), 'SALESFORCE_CLIENT_SECRET="c4n4ry-from-dotenv"\n');
    writeFileSync(join(folder, 'key'), 'c4n4ry-from-a-file\n');
    const some = { SERVICENOW_PASSWORD_FILE: join(folder, 'key'), SERVICENOW_CLIENT_SECRET_FILE: 'c4n4ry-as-a-name' };
    const { text } = createRedactor(secretsIn(some, [join(folder, '.env'), join(folder, 'none')]));
    const said = text('c4n4ry-from-dotenv c4n4ry-from-a-file c4n4ry-as-a-name');
    expect(said).toBe('[redacted] [redacted] [redacted]');
    let problems = '';
    try {
      loadSettings({ ...env, SERVICENOW_CLIENT_SECRET: '', ...some }, { folder });
    } catch (error) {
      problems = String(error);
    }
    expect(problems).toContain('SERVICENOW_CLIENT_SECRET_FILE');
    expect(problems).not.toContain('c4n4ry-as-a-name');
  });

  it('are found by the redactor wherever they stand in a text or in base64', () => {
    const secret = fc
      .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
      .filter((text) => text.trim().length > 6);
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (canary, before, after) => {
        const { text } = createRedactor([new Secret(canary)]);
        expect(text(before + canary + after)).not.toContain(canary);
        const blob = Buffer.from(`user:${canary}`).toString('base64');
        expect(text(`x ${blob} y`)).not.toContain(blob);
      }),
      { numRuns: 300 },
    );
  });
});

describe('tokens', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    );
  const shown = (error: unknown): string => inspect(error, { depth: null, showHidden: true });

  it('are not quoted from a ServiceNow answer that repeats the request', async () => {
    const server = await startServiceNow();
    stops.push(() => server.stop());
    const token = 'c4n4ry-'.padEnd(86, 'x');
    server.answerToken({ body: { access_token: token, expires_in: 1799, token_type: 'Bearer' } });
    const pages = [
      { status: 400, body: { error: { message: 'bad', detail: `Authorization: Bearer ${token}` } } },
      { status: 403, body: { error: { message: `${'y'.repeat(480)}${token}`, detail: '' } } },
      { status: 500, headers: { 'content-type': 'text/html' }, body: `<html><title>${token}</title>` },
      { status: 200, body: `{"error":{"message":"${token}"` },
    ];
    for (const page of pages) {
      server.answer(page);
      const error = await failureOf(clientFor(server.url).desk.read('incident', ['a'.repeat(32)], ['state']));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(shown(error)).not.toContain('c4n4ry');
    }
  });

  it('are not quoted from a Salesforce answer that repeats the request', async () => {
    const server = await startSalesforce();
    stops.push(() => server.stop());
    const token = 'c4n4ry-'.padEnd(60, 'x');
    server.answerToken(() => ({ status: 200, body: tokenBody(server.url, token) }));
    const pages = [
      { status: 400, body: [{ errorCode: 'MALFORMED_QUERY', message: `saw OAuth ${token}` }] },
      { status: 500, headers: { 'content-type': 'text/html' }, body: `<html><p>Authorization: Bearer ${token}</p>` },
      { status: 404, body: `Bearer ${token}` },
    ];
    for (const page of pages) {
      server.answer(() => page);
      const error = await failureOf(clientOf(server.url).describe('Case'));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(shown(error)).not.toContain('c4n4ry');
    }
  });

  it('and client secrets are not quoted from what a token endpoint says', async () => {
    const servicenow = await startServiceNow();
    const salesforce = await startSalesforce();
    stops.push(
      () => servicenow.stop(),
      () => salesforce.stop(),
    );
    const echo = 'client_secret=c4n4ry-secret&refresh_token=c4n4ry-refresh';
    const clientSecret = new Secret('c4n4ry-secret');
    const stored = { accessToken: '', refreshToken: 'c4n4ry-refresh', expiresAt: null, instanceUrl: salesforce.url };
    const bodies = [
      { error: 'invalid_client', error_description: echo },
      `<html><title>${echo}</title>`,
      echo,
      '{"access_token":"c4n4ry-half","refresh_token":"c4n4ry-refr',
    ];
    for (const body of bodies) {
      for (const status of [200, 201, 400, 401, 500]) {
        servicenow.answerToken({ status, body });
        salesforce.answerToken(() => ({ status, body }));
        salesforce.answer(() => ({ status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'expired' }] }));
        const sn = clientFor(servicenow.url, {
          auth: { kind: 'authorization_code', clientId: 'client', clientSecret },
          vault: snVault({
            ...stored,
            accessToken: '',
            expiresAt: new Date(0).toISOString(),
            instanceUrl: servicenow.url,
          }),
        });
        const sf = clientOf(salesforce.url, {
          auth: { kind: 'authorization_code', clientId: 'app', clientSecret },
          vault: memoryVault(stored),
        });
        for (const error of [await failureOf(sn.desk.describe('incident')), await failureOf(sf.describe('Case'))]) {
          expect(error).toBeInstanceOf(ConnectorError);
          expect(shown((error as ConnectorError).data) + String(error)).not.toContain('c4n4ry');
        }
      }
    }
  });
});
