import { describe, expect, it } from 'vitest';
import type { Access, Route } from '../../src/admin/routes/route.ts';
import { routes } from '../../src/admin/routes.ts';
import { createAdminWorld, roles, tokenOf } from './support.ts';

const all = Object.entries<Route>(routes).map(([name, route]) => ({ name, ...route }));
const closed = all.filter(({ access }) => access !== 'open' && access !== 'signed');
const changing = closed.filter(({ method }) => method !== 'GET');
const ranks: Readonly<Record<Access, number>> = { open: -1, signed: -1, viewer: 0, operator: 1, admin: 2 };

/** An address of the route with ids that nothing has; a stream would never end, so that it is not opened. */
const pathOf = ({ path }: Route): string => path.replace(':id', 'nobody').replace(':name', 'nobody');

describe('every address of the API', () => {
  it('lets nobody in without a token', async () => {
    const { ask } = await createAdminWorld();
    for (const route of closed) {
      const said = await ask(route.method, pathOf(route), { as: null });
      expect({ route: route.name, status: said.status }).toEqual({ route: route.name, status: 401 });
      expect(said.headers['content-type']).toContain('application/problem+json');
    }
  });

  it('lets nobody in with a token that nobody has, and says no more than that', async () => {
    for (const route of closed) {
      const { ask } = await createAdminWorld();
      const said = await ask(route.method, pathOf(route), { as: 'casebridge_guess' });
      expect({ route: route.name, status: said.status }).toEqual({ route: route.name, status: 401 });
    }
  });

  it('asks for its role, and for no more', async () => {
    const { ask } = await createAdminWorld();
    for (const route of closed.filter(({ name }) => name !== 'events')) {
      for (const [rank, role] of roles.entries()) {
        const { status } = await ask(route.method, pathOf(route), { as: tokenOf(role) });
        const seen = { route: route.name, role, refused: status === 403 };
        expect(seen).toEqual({ route: route.name, role, refused: rank < ranks[route.access] });
        expect([401, 500]).not.toContain(status);
      }
    }
  });

  it('knows a session that has ended as ended', async () => {
    const { ask, login, world } = await createAdminWorld();
    const { cookie, csrf } = await login(tokenOf('admin'));
    await world.clock.advance(31 * 60_000);
    for (const route of closed) {
      const said = await ask(route.method, pathOf(route), { as: null, headers: { cookie, 'x-csrf-token': csrf } });
      expect({ route: route.name, status: said.status }).toEqual({ route: route.name, status: 401 });
    }
  });

  it('asks a session of long ago for the token again before what cannot be taken back easily, and a bearer token never', async () => {
    const { ask, login, world } = await createAdminWorld();
    const bodies: Readonly<Record<string, object>> = { runStart: { kind: 'resync' } };
    const { cookie, csrf } = await login(tokenOf('admin'));
    // A session that is used does not end, but its login grows old.
    await world.clock.advance(14 * 60_000);
    await ask('GET', '/api/session', { as: null, headers: { cookie } });
    await world.clock.advance(2 * 60_000);
    const asked: string[] = [];
    for (const route of changing.filter(({ name }) => name !== 'logout')) {
      const body = bodies[route.name] ?? {};
      const said = await ask(route.method, pathOf(route), {
        as: null,
        body,
        headers: { cookie, 'x-csrf-token': csrf },
      });
      if (said.json['type'] === '/problems/login-again') asked.push(route.name);
      const byToken = await ask(route.method, pathOf(route), { as: tokenOf('admin'), body });
      expect(byToken.json['type']).not.toBe('/problems/login-again');
    }
    expect(asked.toSorted()).toEqual([
      'linkUnlink',
      'pairResume',
      'quarantineDrop',
      'runResume',
      'runStart',
      'tokenAdd',
      'tokenRevoke',
      'undo',
    ]);
  });

  it('changes nothing for a session without its token against forged requests', async () => {
    const { ask, login } = await createAdminWorld();
    const { cookie } = await login(tokenOf('admin'));
    for (const route of changing) {
      for (const forged of [{}, { 'x-csrf-token': 'guess' }]) {
        const said = await ask(route.method, pathOf(route), { as: null, headers: { cookie, ...forged } });
        expect({ route: route.name, status: said.status }).toEqual({ route: route.name, status: 403 });
        expect(said.text).toContain('x-csrf-token');
      }
    }
  });

  it('answers by no name but ours, whoever asks', async () => {
    const { ask } = await createAdminWorld();
    for (const route of all) {
      for (const name of [
        'evil.example',
        '127.0.0.1.evil.example',
        'casebridge.example.com.evil.example',
        'x@127.0.0.1',
      ]) {
        const said = await ask(route.method, pathOf(route), { as: tokenOf('admin'), headers: { host: name } });
        expect({ route: route.name, name, status: said.status }).toEqual({ route: route.name, name, status: 421 });
      }
    }
  });

  it('changes nothing for another page, even with the right token', async () => {
    const { ask } = await createAdminWorld();
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:9999' },
      { origin: 'https://127.0.0.1:8484' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const route of all.filter(({ method }) => method !== 'GET')) {
      for (const headers of foreign) {
        const said = await ask(route.method, pathOf(route), { as: tokenOf('admin'), headers });
        expect({ route: route.name, headers, status: said.status }).toEqual({
          route: route.name,
          headers,
          status: 403,
        });
      }
    }
  });

  it('carries the headers that keep pages in their place, on every answer', async () => {
    const { ask } = await createAdminWorld();
    const paths = [...all.filter(({ name }) => name !== 'events').map(pathOf), '/nothing', '/healthz', '/metrics'];
    for (const path of paths) {
      const { headers } = await ask('GET', path, { as: tokenOf('admin') });
      expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy'], path).not.toContain('unsafe');
      expect(headers['x-content-type-options'], path).toBe('nosniff');
      expect(headers['referrer-policy'], path).toBe('no-referrer');
      expect(headers['cache-control'], path).toBe('no-store');
      expect(Object.keys(headers).filter((name) => /access-control|powered|^server$/.test(name))).toEqual([]);
    }
  });

  it('takes JSON and nothing else', async () => {
    const { ask } = await createAdminWorld();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const said = await ask('POST', '/api/conflicts/resolve', {
        body: '{"take":"salesforce"}',
        headers: { 'content-type': type },
      });
      expect(said.status).toBe(415);
    }
    const json = { 'content-type': 'application/json' };
    for (const body of ['{', '[1', '{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{}}}']) {
      expect((await ask('POST', '/api/conflicts/resolve', { body, headers: json })).status).toBe(400);
    }
  });
});

describe('an address that is not in the table', () => {
  it.each(['/api/nothing', '/api', '/api/links/a/b/c', '/admin', '/.env', '/%2e%2e/package.json', '//evil.example/'])(
    '%s is refused',
    async (path) => {
      const { ask } = await createAdminWorld();
      expect((await ask('GET', path)).status).toBe(404);
      expect([401, 404]).toContain((await ask('GET', path, { as: null })).status);
    },
  );

  it('includes every other method of one that is', async () => {
    const { ask } = await createAdminWorld();
    expect((await ask('DELETE', '/api/links')).status).toBe(404);
    expect((await ask('GET', '/api/login')).status).toBe(404);
  });
});
