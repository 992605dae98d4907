import { describe, expect, it } from 'vitest';
import { createDaemon } from '../../src/engine/daemon.ts';
import { runToEnd, settle } from '../support/clock.ts';
import { createWorld, newIncident } from './world.ts';

describe('the daemon, told to stop', () => {
  it('is done within ten seconds, though a walk hangs and a batch hangs', async () => {
    const world = createWorld();
    world.put('servicenow', newIncident);
    await world.poll();
    const hang = (): Promise<never> => new Promise(() => undefined);
    const { servicenow, salesforce } = world.desks;
    const systems = { servicenow: { ...servicenow, read: hang }, salesforce: { ...salesforce, changes: hang } };
    const daemon = createDaemon(
      { ...world.engine, systems },
      { cron: '0 0 1 1 *', idleMaxMs: 120_000, unlimitedCreates: false },
    );
    await daemon.start();
    await settle();
    expect(await world.store.queue.depth()).toMatchObject({ active: 1 });
    const asked = world.clock.now();
    const left = await runToEnd(world.clock, daemon.stop());
    expect(left).toMatchObject({ active: 1 });
    expect(world.clock.now() - asked).toBeLessThanOrEqual(10_000);
  });
});
