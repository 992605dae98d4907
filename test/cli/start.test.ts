import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWorld, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createCli, goodSettings } from './world.ts';

describe('start --yes', () => {
  it('sets a pair going that stopped at too many creates', async () => {
    const world = createWorld({ maxCreatesPerPoll: 1 });
    for (let n = 0; n < 3; n += 1) world.put('servicenow', newIncident);
    await world.poll();
    expect(await world.store.transaction((tx) => tx.pauses())).toHaveLength(1);
    const cli = createCli({
      store: world.store,
      engine: world.engine,
      env: { ...goodSettings, CASEBRIDGE_ADMIN_PORT: '0' },
    });
    cli.interrupt.abort();
    const { stderr } = await runToEnd(world.clock, cli.run('start', '--yes'));
    expect(stderr).toContain('incident-case goes on.');
    expect(await world.store.transaction((tx) => tx.pauses())).toEqual([]);
  });
});

describe('start', () => {
  it('says where the dashboard is, and keeps its token out of everything written to a log', async () => {
    const world = createWorld();
    const cli = createCli({
      store: world.store,
      engine: world.engine,
      env: { ...goodSettings, CASEBRIDGE_ADMIN_PORT: '0' },
    });
    cli.interrupt.abort();
    const { stderr, stdout } = await runToEnd(world.clock, cli.run('start'));
    const file = join(cli.folder, '.casebridge', 'admin-token');
    const token = readFileSync(file, 'utf8').trim();
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly msg?: string; readonly text?: string });
    expect(lines.find(({ msg }) => msg === 'admin')?.text).toMatch(
      /^Dashboard {2}http:\/\/127\.0\.0\.1:\d+\/ {2}log in/,
    );
    expect(token).toMatch(/^casebridge_/);
    expect(stderr + stdout).not.toContain(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
