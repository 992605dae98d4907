import { expect, it } from 'vitest';
import { dropSetAside } from '../../src/operate/quarantine.ts';
import { createWorld, newCase, objects } from './world.ts';

it('keeps what was seen of a ticket that is dropped from what is set aside, and tells it once', async () => {
  const world = createWorld({}, { tellsDeleted: true });
  world.put('salesforce', newCase);
  await world.sync();
  const { id, ids } = await world.link();
  world.desks.salesforce.remove(objects.salesforce, ids.salesforce);
  await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: id }]));
  world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
  await world.sync();
  const before = await world.link();
  expect(before).toMatchObject({ status: 'quarantined', life: { kind: 'deleted', done: 'planned' } });

  const operator = { store: world.store, actor: 'cli:ada', now: () => world.clock.now() };
  await dropSetAside(operator, { kind: 'all' });
  expect(await world.link()).toMatchObject({ status: 'pending', life: before.life });

  await world.clock.advance(600_000);
  await world.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: id }]));
  await world.sync();
  expect(await world.link()).toMatchObject({ status: 'detached', life: { kind: 'deleted' } });
  expect(world.desks.servicenow.comments.all(objects.servicenow, ids.servicenow)).toHaveLength(1);
});
