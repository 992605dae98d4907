import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminToken } from '../../src/admin/auth/token-file.ts';
import { createMemoryAdmin } from '../../src/store/memory/admin.ts';
import { createAdminWorld, tokenOf } from './support.ts';

const minute = 60_000;

describe('a login', () => {
  it('opens a session that no script can read and no other page can use', async () => {
    const { ask, records } = await createAdminWorld();
    const said = await ask('POST', '/api/login', { as: null, body: { token: tokenOf('operator') } });
    const cookie = String(said.headers['set-cookie']);
    expect(cookie).toMatch(/^casebridge=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(said.json).toMatchObject({ name: 'operator', role: 'operator', via: 'session', idleSeconds: 1800 });
    const kept = JSON.stringify(await records.auditPage({ limit: 9 }));
    expect(kept).toContain('"login"');
    expect(kept).not.toContain(tokenOf('operator'));
  });

  it('asks for https where people reach us by https, and binds the cookie to that host', async () => {
    const { ask } = await createAdminWorld();
    const host = 'casebridge.example.com';
    const origin = 'https://casebridge.example.com';
    const body = { token: tokenOf('viewer') };
    const said = await ask('POST', '/api/login', { as: null, body, headers: { host, origin } });
    expect(String(said.headers['set-cookie'])).toMatch(/^__Host-casebridge=.*; SameSite=Strict; Secure$/);
    const plain = await ask('POST', '/api/login', {
      as: null,
      body,
      headers: { host, origin: 'http://casebridge.example.com' },
    });
    expect(plain.status).toBe(403);
  });

  it('goes on after the page was loaded anew: the token against forged requests comes back', async () => {
    const { ask, login } = await createAdminWorld();
    const { cookie, csrf } = await login(tokenOf('operator'));
    const { json } = await ask('GET', '/api/session', { as: null, headers: { cookie } });
    expect(json).toMatchObject({ csrf, role: 'operator' });
    const done = await ask('POST', '/api/sync', { as: null, headers: { cookie, 'x-csrf-token': csrf } });
    expect(done.status).toBe(202);
  });

  it('takes the token of one session for no other', async () => {
    const { ask, login } = await createAdminWorld();
    const mine = await login(tokenOf('operator'));
    const other = await login(tokenOf('admin'));
    const said = await ask('POST', '/api/sync', {
      as: null,
      headers: { cookie: mine.cookie, 'x-csrf-token': other.csrf },
    });
    expect(said.status).toBe(403);
  });

  it('ends when it is not used for half an hour, and after twelve hours in any case', async () => {
    const { ask, login, world } = await createAdminWorld();
    const { cookie } = await login(tokenOf('viewer'));
    const status = async (): Promise<number> =>
      (await ask('GET', '/api/session', { as: null, headers: { cookie } })).status;
    for (let used = 0; used < 28; used += 1) {
      await world.clock.advance(25 * minute);
      expect(await status()).toBe(200);
    }
    await world.clock.advance(25 * minute);
    expect(await status()).toBe(401);
  });

  it('is over on the server once somebody logs out: the cookie opens nothing more', async () => {
    const { ask, login } = await createAdminWorld();
    const { cookie, csrf } = await login(tokenOf('viewer'));
    const headers = { cookie, 'x-csrf-token': csrf };
    const out = await ask('POST', '/api/logout', { as: null, headers });
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await ask('GET', '/api/session', { as: null, headers })).status).toBe(401);
  });

  it('given again is a new session: risky acts are allowed for a quarter of an hour, and the old cookie opens nothing', async () => {
    const { ask, login, world } = await createAdminWorld();
    const old = await login(tokenOf('admin'));
    const unlink = async ({ cookie, csrf }: typeof old) =>
      (await ask('POST', '/api/links/nobody/unlink', { as: null, headers: { cookie, 'x-csrf-token': csrf } })).status;
    expect(await unlink(old)).toBe(404);
    await world.clock.advance(16 * minute);
    expect(await unlink(old)).toBe(403);
    const body = { token: tokenOf('admin') };
    const said = await ask('POST', '/api/login', { as: null, body, headers: { cookie: old.cookie } });
    const [cookie = ''] = String(said.headers['set-cookie']).split(';');
    expect(await unlink({ cookie, csrf: String(said.json['csrf']) })).toBe(404);
    expect((await ask('GET', '/api/session', { as: null, headers: { cookie: old.cookie } })).status).toBe(401);
  });

  it('ends with the token it was opened with', async () => {
    const { ask, login } = await createAdminWorld();
    const { cookie } = await login(tokenOf('viewer'));
    expect((await ask('DELETE', '/api/tokens/token-viewer', { as: tokenOf('admin') })).status).toBe(200);
    expect((await ask('GET', '/api/session', { as: null, headers: { cookie } })).status).toBe(401);
    expect((await ask('GET', '/api/session', { as: tokenOf('viewer') })).status).toBe(401);
  });

  it('by the token of the settings makes an admin', async () => {
    const { ask, login } = await createAdminWorld();
    await login('setting_c4n4ry_token');
    expect((await ask('GET', '/api/session', { as: 'setting_c4n4ry_token' })).json).toMatchObject({ role: 'admin' });
  });
});

describe('guessing', () => {
  const guess = { as: null, body: { token: 'guess' } };

  it('is slowed down, twice as much each time, up to half a minute, and never for good', async () => {
    const { ask, world } = await createAdminWorld();
    const waits: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await ask('POST', '/api/login', guess)).status).toBe(401);
      const refused = await ask('POST', '/api/login', guess);
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers['retry-after']);
      expect(refused.json).toMatchObject({ status: 429, retryAfter: seconds });
      waits.push(seconds);
      await world.clock.advance(seconds * 1000);
    }
    expect(waits).toEqual([1, 1, 2, 4, 8, 16, 30, 30, 30, 30]);
    const right = { as: null, body: { token: tokenOf('viewer') } };
    expect((await ask('POST', '/api/login', right)).status).toBe(200);
    expect((await ask('POST', '/api/login', guess)).status).toBe(401);
  });

  it('comes to a dozen tries in five minutes, however many are sent', async () => {
    const { ask, world, records } = await createAdminWorld();
    for (let second = 0; second < 300; second += 1) {
      for (let burst = 0; burst < 5; burst += 1) await ask('POST', '/api/login', guess);
      await world.clock.advance(1000);
    }
    const failed = (await records.auditPage({ limit: 5000 })).filter(({ action }) => action === 'login.failed');
    expect(failed.length).toBeGreaterThan(10);
    expect(failed.length).toBeLessThanOrEqual(17);
  });

  it('slows down no other address, no session and no token that was good before', async () => {
    const { ask, login } = await createAdminWorld();
    const { cookie } = await login(tokenOf('viewer'));
    expect((await ask('GET', '/api/session', { as: tokenOf('operator') })).status).toBe(200);
    await ask('POST', '/api/login', guess);
    expect((await ask('POST', '/api/login', guess)).status).toBe(429);
    expect((await ask('GET', '/api/session', { as: null, headers: { cookie } })).status).toBe(200);
    expect((await ask('GET', '/api/session', { as: tokenOf('operator') })).status).toBe(200);
    expect((await ask('POST', '/api/login', { ...guess, from: '10.0.0.7' })).status).toBe(401);
  });

  it('with bearer tokens is slowed down the same way', async () => {
    const { ask } = await createAdminWorld();
    expect((await ask('GET', '/api/status', { as: 'guess' })).status).toBe(401);
    expect((await ask('GET', '/api/status', { as: 'guess' })).status).toBe(429);
    expect((await ask('POST', '/api/login', guess)).status).toBe(429);
  });
});

describe('the token of the admin, where no setting names one', () => {
  const open = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'casebridge-token-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    let ids = 0;
    const newId = () => `id-${(ids += 1)}`;
    return { dataDir, newId, at: '2026-03-02T08:00:00.000Z' };
  };

  it('is drawn once, kept in a file for its owner alone, and as a hash in the database', async () => {
    const place = open();
    const records = createMemoryAdmin();
    const first = await adminToken({ ...place, records });
    if (first.kind !== 'file') throw new Error('no file');
    expect(first).toMatchObject({ made: true, token: expect.stringMatching(/^casebridge_[\w-]{43}$/) as string });
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.file, 'utf8').trim()).toBe(first.token);
    expect(JSON.stringify(await records.tokens())).not.toContain(first.token);
    expect(await adminToken({ ...place, records })).toMatchObject({ token: first.token, made: false });
  });

  it('is shared by replicas through the database: the second one names no token of its own', async () => {
    const records = createMemoryAdmin();
    await adminToken({ ...open(), records });
    expect(await adminToken({ ...open(), newId: () => 'other', records })).toMatchObject({ kind: 'elsewhere' });
    expect(await records.tokens()).toHaveLength(1);
  });

  it('is replaced once it was revoked, and put into a new database', async () => {
    const place = open();
    const records = createMemoryAdmin();
    const first = await adminToken({ ...place, records });
    const [row] = await records.tokens();
    await records.revokeToken(row?.id ?? '', place.at);
    const second = await adminToken({ ...place, records });
    expect(second).toMatchObject({ kind: 'file', made: true });
    expect(second).not.toMatchObject({ token: 'token' in first ? first.token : '' });
    expect(await adminToken({ ...place, records: createMemoryAdmin() })).toMatchObject({ made: false });
  });

  it('is not written through a link that somebody left there', async () => {
    const place = open();
    const elsewhere = join(place.dataDir, 'elsewhere');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, join(place.dataDir, 'admin-token'));
    await adminToken({ ...place, records: createMemoryAdmin() });
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
  });
});
