import { expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { createWorld, newCase, objects } from './world.ts';

it('leaves the older comments of a ticket alone, also where we died right after the latest were posted', async () => {
  const world = createWorld({ comments: { history: 2, prefix: '' } });
  const { id } = world.put('salesforce', newCase);
  for (const text of ['one', 'two', 'three', 'four', 'five']) {
    world.desks.salesforce.comments.say(objects.salesforce, id, { text, channel: 'public', author: 'Ada' });
    await world.clock.advance(1000);
  }
  await world.clock.advance(10_000);
  await world.poll();
  await world.work();
  let posted = false;
  const { children } = world.desks.servicenow;
  if (children === undefined) throw new Error('this desk takes no comments');
  const dying: Engine = {
    ...world.engine,
    systems: {
      ...world.desks,
      servicenow: {
        ...world.desks.servicenow,
        children: {
          ...children,
          post: async (requests) => {
            const answers = await children.post(requests);
            posted = true;
            return answers;
          },
        },
      },
    },
    store: {
      ...world.store,
      transaction: (work) => {
        if (posted) throw new StoreUnavailable('dead');
        return world.store.transaction(work);
      },
    },
  };
  await expect(reconcile(dying, await world.store.queue.takeBatch(10))).rejects.toThrow('dead');
  await world.store.queue.loseWorkers();
  for (let minutes = 0; minutes < 5; minutes += 1) {
    await world.clock.advance(60_000);
    await world.sync();
  }
  const across = world.desks.servicenow.comments.all(objects.servicenow, world.twin('servicenow').id);
  expect(across.map(({ text }) => text)).toEqual(['four', 'five']);
});
