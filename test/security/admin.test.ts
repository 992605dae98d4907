import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Route } from '../../src/admin/routes/route.ts';
import { routes } from '../../src/admin/routes.ts';
import { conflictRow, historyRow, link, pendingWrite, quarantineRow, version } from '../support/builders.ts';
import { createAdminWorld, tokenOf } from '../admin/support.ts';

const evil = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '\u0000\u001b[2J\u202egnp.exe',
  '{{constructor.constructor("alert(1)")()}}',
  '\ud83d half a pair',
  "'; DROP TABLE links; --",
  '__proto__',
];

/** A store in which every text that a desk could have written is hostile. */
async function hostileWorld(text: string) {
  const admin = await createAdminWorld();
  const side = { fields: { short_description: text, description: text, state: text }, version: version() };
  await admin.world.store.transaction(async (tx) => {
    const made = link({
      numbers: { servicenow: text, salesforce: text },
      bases: { servicenow: side, salesforce: { ...side, fields: { Subject: text, Description: text, Status: text } } },
      holds: [{ field: 'state', reason: { kind: 'no-counterpart', side: 'servicenow', value: text } }],
    });
    await tx.insertLinks([made]);
    await tx.noteConflicts([
      conflictRow({
        numbers: made.numbers,
        base: { servicenow: text, salesforce: text },
        values: { servicenow: text, salesforce: `${text} ` },
        writers: { servicenow: text, salesforce: text },
      }),
    ]);
    await tx.addHistory([historyRow({ before: text, value: text, by: text })]);
    await tx.savePending([pendingWrite({ value: text, before: text })]);
    await tx.saveQuarantine([quarantineRow({ numbers: made.numbers, reason: { kind: 'record', message: text } })]);
  });
  return admin;
}

const reads = Object.values<Route>(routes).filter(
  ({ method, path }) => method === 'GET' && path !== '/api/events' && path !== '/api/openapi.json',
);
const pathOf = ({ path }: Route): string =>
  path
    .replace('/api/links/:id', '/api/links/link-1')
    .replace('/api/conflicts/:id', '/api/conflicts/conflict-1')
    .replace(':id', 'x');

describe('hostile texts of the desks', () => {
  it.each(evil)('come out as data and nothing else: %j', async (text) => {
    const { ask, errors } = await hostileWorld(text);
    for (const route of reads) {
      const said = await ask('GET', pathOf(route), { as: tokenOf('admin') });
      expect([200, 404], route.path).toContain(said.status);
      expect(String(said.headers['content-type'])).toMatch(
        /^(application\/(problem\+)?json|application\/x-ndjson|text\/csv)/,
      );
      expect(said.headers['x-content-type-options']).toBe('nosniff');
    }
    const detail = await ask('GET', '/api/links/link-1');
    expect(detail.json).toMatchObject({ title: text, history: [{ value: text }], conflicts: [{ servicenow: text }] });
    const csv = await ask('GET', '/api/links/export.csv');
    expect(csv.headers['content-disposition']).toContain('attachment');
    expect(errors).toEqual([]);
  });

  it('make no address but one of the two desks', async () => {
    const { ask, world } = await createAdminWorld();
    await world.store.transaction((tx) =>
      tx.insertLinks([link({ ids: { servicenow: 'javascript:alert(1)', salesforce: '../../evil?x=' } })]),
    );
    expect((await ask('GET', '/api/links/link-1')).json).toMatchObject({
      urls: { servicenow: null, salesforce: null },
    });
  });
});

describe('secrets', () => {
  const canaries = [
    'setting_c4n4ry_token',
    'wake_c4n4ry_secret',
    ...(['viewer', 'operator', 'admin'] as const).map(tokenOf),
  ];

  it('are in no answer, whoever asks and whatever goes wrong', async () => {
    const { ask, login, records } = await hostileWorld('plain');
    const { cookie, csrf } = await login(tokenOf('admin'));
    const texts: string[] = [];
    for (const route of Object.values<Route>(routes)) {
      if (route.path === '/api/events') continue;
      for (const as of [tokenOf('viewer'), tokenOf('admin'), 'setting_c4n4ry_token', null]) {
        const body =
          route.body === undefined ? {} : { body: { token: 'setting_c4n4ry_tokem', nonsense: tokenOf('viewer') } };
        const said = await ask(route.method, pathOf(route), { as, ...body });
        texts.push(said.text, JSON.stringify({ ...said.headers, 'set-cookie': '' }));
      }
    }
    texts.push(JSON.stringify(await records.auditPage({ limit: 500 })), JSON.stringify(await records.tokens()));
    const all = texts.join('\n');
    for (const canary of [...canaries, cookie.split('=')[1] ?? '', csrf]) {
      expect(all).not.toContain(canary);
      expect(all).not.toContain(Buffer.from(canary).toString('base64').replaceAll('=', ''));
    }
  });

  it('of what nobody foresaw go to the log, and the asker gets one plain sentence', async () => {
    const { ask, errors, world } = await createAdminWorld();
    world.store.queue.depth = () => Promise.reject(new Error('c4n4ry at /srv/casebridge/store.ts:12'));
    const said = await ask('GET', '/api/status');
    expect(said).toMatchObject({
      status: 500,
      json: { detail: expect.stringContaining('the log says what') as string },
    });
    expect(said.text).not.toMatch(/c4n4ry|store\.ts|stack/);
    expect(errors).toMatchObject([{ message: expect.stringContaining('c4n4ry') as string }]);
  });
});

describe('the pages of the dashboard', () => {
  function folder(): string {
    const place = mkdtempSync(join(tmpdir(), 'casebridge-pages-'));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    const pages = join(place, 'dist');
    mkdirSync(join(pages, 'assets'), { recursive: true });
    writeFileSync(join(pages, 'index.html'), '<!doctype html><title>Casebridge</title>');
    writeFileSync(join(pages, 'assets', 'index-abc.js'), 'export {};');
    writeFileSync(join(pages, '.env'), 'c4n4ry');
    writeFileSync(join(place, 'secret.txt'), 'c4n4ry');
    return pages;
  }

  it('are there for everybody, hold no data, and allow nothing inline', async () => {
    const { ask } = await createAdminWorld({ pages: folder() });
    const index = await ask('GET', '/', { as: null });
    expect(index).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(index.headers['content-security-policy']).toContain("script-src 'self'");
    expect(index.headers['content-security-policy']).not.toMatch(/unsafe|\*/);
    expect(index.headers['x-frame-options']).toBe('DENY');
    const script = await ask('GET', '/assets/index-abc.js', { as: null });
    expect(String(script.headers['cache-control'])).toContain('immutable');
    expect(String(script.headers['content-type'])).toContain('javascript');
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/.env',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/index.html%00.js',
    '/index.html/x',
    `/${'x'.repeat(3000)}`,
    '/api/../.env',
  ])('are no way to other files: %s', async (path) => {
    const { ask, errors } = await createAdminWorld({ pages: folder() });
    const said = await ask('GET', path, { as: null });
    expect(said.text).not.toContain('c4n4ry');
    expect([400, 401, 403, 404]).toContain(said.status);
    expect(errors).toEqual([]);
  });

  it('do not tell whether a file lies beside them', async () => {
    const { ask } = await createAdminWorld({ pages: folder() });
    const [there, nowhere] = [
      await ask('GET', '/..%2fsecret.txt', { as: null }),
      await ask('GET', '/..%2fnothing.txt', { as: null }),
    ];
    expect(there.status).toBe(nowhere.status);
    expect(there.text.replaceAll('secret', 'nothing')).toBe(nowhere.text);
  });

  it('say so where they were not built', async () => {
    const pages = folder();
    rmSync(join(pages, 'index.html'));
    symlinkSync('/etc/passwd', join(pages, 'assets', 'link.js'));
    const { ask } = await createAdminWorld({ pages });
    expect((await ask('GET', '/', { as: null })).text).toContain('not been built');
  });
});
