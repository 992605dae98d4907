import { expect, it } from 'vitest';
import type { ProbeRequest, ProbeResult } from '../../src/connectors/ticket-system.ts';
import { createWorld, newIncident, objects } from './world.ts';

it('creates nothing while a look across proves nothing, and creates it once one does', async () => {
  const world = createWorld();
  world.put('servicenow', newIncident);
  await world.sync();
  const { probe } = world.desks.salesforce;
  let blind = true;
  Object.assign(world.engine.systems.salesforce, {
    probe: async (request: ProbeRequest): Promise<readonly ProbeResult[]> =>
      blind ? request.probes.map(() => ({ kind: 'unknown' })) : probe(request),
  });

  world.put('servicenow', { ...newIncident, short_description: 'While we could not see' });
  await world.sync();
  expect(world.desks.salesforce.rows(objects.salesforce)).toHaveLength(1);
  const [aside] = await world.store.transaction((tx) => tx.listQuarantine(10));
  expect(aside?.reason).toEqual({ kind: 'plan', why: 'probe-unknown' });

  blind = false;
  await world.clock.advance(3_600_000);
  await world.sync();
  expect(world.desks.salesforce.rows(objects.salesforce)).toHaveLength(2);
});
