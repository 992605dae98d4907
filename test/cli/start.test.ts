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
