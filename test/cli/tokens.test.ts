import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PrismaStore } from '../../src/store/prisma/store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { realClock } from '../support/clock.ts';
import { newDatabase, storeOn, type TestDatabase } from '../support/database.ts';
import { seededIds } from '../support/random.ts';
import { type Cli, createCli } from './world.ts';

let database: TestDatabase;
let store: PrismaStore;
let cli: Cli;

beforeAll(async () => {
  database = await newDatabase();
  store = await storeOn(database);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(async () => {
  // Nobody but the owner of the tables can do this, and on purpose only.
  await database.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only');
  await database.query('TRUNCATE tokens, audit');
  await database.query('ALTER TABLE audit ENABLE TRIGGER audit_append_only');
  cli = createCli({ store, env: {} });
});

async function add(name: string, role: string): Promise<Readonly<Record<string, string>>> {
  const { code, lines } = await cli.run('tokens', 'add', name, '--role', role, '--json');
  expect(code).toBe(0);
  return lines[0] as Record<string, string>;
}

describe('tokens', () => {
  it('are shown once and kept as a hash', async () => {
    const { token = '', id } = await add('duty desk', 'operator');
    expect(token).toMatch(/^casebridge_[\w-]{43}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(await store.admin.tokenByHash(hash)).toMatchObject({ id, name: 'duty desk', role: 'operator' });
    expect(JSON.stringify(await database.query('SELECT * FROM tokens'))).not.toContain(token);
    const listed = await cli.run('tokens', 'list', '--json');
    expect(listed.lines).toEqual([
      { id, name: 'duty desk', role: 'operator', createdAt: '2026-03-02T00:00:00.000Z', revokedAt: null },
    ]);
    expect(listed.stdout).not.toContain(hash);
  });

  it('stand alone on stdout, so that a script can take them from there', async () => {
    const { stdout, stderr } = await cli.run('tokens', 'add', 'monitoring', '--role', 'viewer');
    expect(stdout).toMatch(/^casebridge_[\w-]{43}\n$/);
    expect(stderr).toContain('not shown again');
    expect(stderr).not.toContain(stdout.trim());
  });

  it('end at once when they are revoked, by id or by name', async () => {
    const one = await add('duty desk', 'operator');
    const other = await add('monitoring', 'viewer');
    expect((await cli.run('tokens', 'revoke', one['id'] ?? '')).code).toBe(0);
    expect((await cli.run('tokens', 'revoke', 'monitoring', '--json')).lines).toMatchObject([{ id: other['id'] }]);
    expect((await cli.run('tokens', 'list')).stderr).toBe('No tokens.\n');
    expect((await cli.run('tokens', 'list', '--all', '--json')).lines).toHaveLength(2);
    const hash = createHash('sha256')
      .update(one['token'] ?? '')
      .digest('hex');
    expect(await store.admin.tokenByHash(hash)).toBeNull();
    expect(await cli.run('tokens', 'revoke', one['id'] ?? '')).toMatchObject({ code: 2 });
  });

  it('leave a row in the audit trail for each thing done, and none for what was refused', async () => {
    const { id } = await add('duty desk', 'admin');
    await cli.run('tokens', 'revoke', id ?? '');
    await cli.run('tokens', 'revoke', id ?? '');
    const trail = await store.admin.recentAudit(9);
    expect(trail.map(({ action, target }) => [action, target])).toEqual([
      ['token.revoke', id],
      ['token.add', id],
    ]);
    expect(trail[0]).toMatchObject({
      actor: expect.stringMatching(/^cli:./) as string,
      detail: { name: 'duty desk', role: 'admin' },
    });
  });

  it.each([
    [['add', 'x'], /--role: viewer, operator, admin/],
    [['add', 'x', '--role', 'root'], /--role: viewer, operator, admin/],
    [['add', ' ', '--role', 'viewer'], /Give the token a name/],
    [['revoke', 'nobody'], /no token "nobody"/],
  ])('refuse %j', async (args, words) => {
    const { code, stdout, stderr } = await cli.run('tokens', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
    expect(await store.admin.tokens()).toEqual([]);
  });

  it('of one name are told apart by their ids', async () => {
    await add('twin', 'viewer');
    const { id = '' } = await add('twin', 'viewer');
    const { code, stderr } = await cli.run('tokens', 'revoke', 'twin');
    expect(code).toBe(2);
    expect(stderr).toContain(id);
  });

  it('need a database to live in', async () => {
    const { admin: _none, ...memory } = createMemoryStore({ clock: realClock(), ids: seededIds(1) });
    expect((await createCli({ store: memory, env: {} }).run('tokens', 'list')).code).toBe(2);
  });
});
