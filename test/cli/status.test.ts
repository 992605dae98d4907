import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSweep } from '../../src/engine/sweep/sweep.ts';
import { createAdminWorld, tokenOf } from '../admin/support.ts';
import { createCli, goodSettings } from './world.ts';

/** Without a daemon, on a store whose links were swept. */
async function afterSweep() {
  const { world } = await createAdminWorld();
  await world.sync();
  const sweep = createSweep(world.engine, { roundMs: 86_400_000 });
  await sweep.step();
  await world.clock.advance(86_400_000);
  await sweep.step();
  return createCli({ store: world.store, env: goodSettings });
}

async function besideDaemon(token: string | null) {
  const { admin, world } = await createAdminWorld();
  const { port } = new URL(await admin.listen());
  await world.sync();
  for (const event of world.events) admin.hear(event);
  const cli = createCli({ store: world.store, env: { ...goodSettings, CASEBRIDGE_ADMIN_PORT: port } });
  if (token !== null) {
    mkdirSync(join(cli.folder, '.casebridge'), { recursive: true });
    writeFileSync(join(cli.folder, '.casebridge', 'admin-token'), `${token}\n`);
  }
  return cli;
}

describe('status beside a running daemon', () => {
  it('tells what only its memory holds', async () => {
    const cli = await besideDaemon(tokenOf('viewer'));
    expect((await cli.run('status', '--json')).lines).toMatchObject([
      { running: true, ready: true, healthy: true, sides: { servicenow: { state: 'running' } } },
    ]);
    expect((await cli.run('status')).stdout).toMatch(/ServiceNow {2}running, .*\d+ calls in the last hour/);
  });

  it.each([[null], ['casebridge_of_another']])('tells less without its token (%s), and says so', async (token) => {
    const cli = await besideDaemon(token);
    const { lines, code, stderr } = await cli.run('status', '--json');
    expect(lines).toMatchObject([{ running: true, ready: true, healthy: null, sides: null }]);
    expect(stderr).toContain('CASEBRIDGE_ADMIN_TOKEN');
    expect(code).toBe(0);
  });
});

describe('status', () => {
  it('tells when the contents of all links were last compared, and what that found', async () => {
    const cli = await afterSweep();
    expect((await cli.run('status')).stdout).toMatch(
      /^Sweep +\d+ links? until .* UTC, 0 changed without a stamp or gone$/m,
    );
  });
});
