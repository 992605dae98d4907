import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createWorker } from '../../src/engine/worker.ts';
import type { Job } from '../../src/store/queue.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newIncident, objects, type World } from './world.ts';

interface Scene {
  readonly world: World;
  /** The incident that is edited, and the one whose Case was deleted. */
  readonly edited: string;
  readonly left: string;
  readonly jobs: readonly Job[];
  readonly editedLink: string;
  readonly endedLink: string;
}

/** One incident is edited, of another the Case is deleted; one worker has both. */
async function scene(): Promise<Scene> {
  const world = createWorld({}, { tellsDeleted: true });
  const [edited, left] = [world.put('servicenow', newIncident).id, world.put('servicenow', newIncident).id];
  await world.sync();
  const links = await world.store.transaction((tx) => tx.findLinks({ limit: 5 }));
  const linkOf = (id: string): string => links.find(({ ids }) => ids.servicenow === id)?.id ?? '';
  const doomed = links.find(({ ids }) => ids.servicenow === left)?.ids.salesforce ?? '';
  await world.edit('servicenow', edited, { short_description: 'Edited first' });
  world.desks.salesforce.remove('Case', doomed);
  await world.store.transaction((tx) => tx.enqueue(links.map(({ id }) => ({ kind: 'link', linkId: id }))));
  const jobs = await world.store.queue.takeBatch(10);
  return { world, edited, left, jobs, editedLink: linkOf(edited), endedLink: linkOf(left) };
}

type Desk = World['desks']['salesforce'];

/** What happens while the Case of the edited incident is written, which takes so long. */
function whileWriting({ world }: Scene, ms: number, then: () => Promise<void> = async () => {}): World['engine'] {
  const desk = world.desks.salesforce;
  const update: Desk['update'] = async (...args) => {
    const written = await desk.update(...args);
    await world.clock.sleep(ms);
    await then();
    return written;
  };
  return { ...world.engine, systems: { ...world.engine.systems, salesforce: { ...desk, update } } };
}

const notices = ({ world, left }: Scene): readonly string[] =>
  world.desks.servicenow.comments
    .all(objects.servicenow, left)
    .filter(({ own }) => own)
    .map(({ text }) => text);
const jobOf = ({ jobs }: Scene, linkId: string): readonly Job[] =>
  jobs.filter(({ key }) => key.kind === 'link' && key.linkId === linkId);

describe('an end in a batch whose writes took long', () => {
  it('whose key went to another worker takes nothing of what was written off the record', async () => {
    const at = await scene();
    const { world } = at;
    const engine = whileWriting(at, 1_000, () => world.store.queue.giveBack(jobOf(at, at.endedLink)));
    await runToEnd(world.clock, reconcile(engine, at.jobs));
    expect(notices(at)).toEqual([]);
    const [last] = await world.store.transaction((tx) => tx.historyOf(at.editedLink, 10));
    expect(last).toMatchObject({ field: 'short_description', value: 'Edited first' });
    expect(await world.store.transaction((tx) => tx.pendingOf([at.editedLink]))).toEqual([]);

    // Whoever has it now can't know that nothing was sent: he waits, looks, and tells once.
    world.desks.servicenow.comments.say(objects.servicenow, at.left, { text: 'Anybody there?' });
    await world.sync();
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
    expect(notices(at)).toHaveLength(1);
  });

  it('is told once, though the answer came after the process had stood still', async () => {
    const at = await scene();
    const { world } = at;
    const desk = world.desks.servicenow;
    const children = desk.children;
    if (children === undefined) throw new Error('a desk without comments');
    const slow = whileWriting(at, 200_000);
    let dead = false;
    // The process dies right after the notice has left; the server takes half a minute with it.
    const post: typeof children.post = async (requests) => {
      dead = true;
      void world.clock.sleep(30_000).then(() => children.post(requests));
      return new Promise(() => {});
    };
    const engine = {
      ...slow,
      systems: { ...slow.systems, servicenow: { ...desk, children: { ...children, post } } },
    };
    void reconcile(engine, at.jobs);
    await world.clock.advance(201_000);
    expect(dead).toBe(true);
    desk.comments.say(objects.servicenow, at.left, { text: 'Anybody there?' });
    await world.store.queue.loseWorkers();
    await world.sync();
    await world.clock.advance(60_000);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await world.clock.advance(60_000);
      await world.sync();
    }
    expect(notices(at)).toHaveLength(1);
  });

  it('that was not told because the side was down is told at the next try, without waiting', async () => {
    const at = await scene();
    const { world } = at;
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', executed: 'no', times: 1 });
    const worker = createWorker(world.engine, { sideDown: 'wait', signal: new AbortController().signal });
    const startedAt = world.clock.now();
    await runToEnd(world.clock, worker.handle(at.jobs));
    expect(notices(at)).toHaveLength(1);
    expect(world.clock.now() - startedAt).toBeLessThan(10_000);
  });
});
