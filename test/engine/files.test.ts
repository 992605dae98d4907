import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MemoryFault } from '../../src/connectors/memory/faults.ts';
import { createFileLane, type FileJob } from '../../src/engine/children/files-lane.ts';
import { takeSteps } from '../../src/engine/children/files-take.ts';
import { decideFiles } from '../../src/engine/children/files.ts';
import type { LinkWork } from '../../src/engine/work.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { runToEnd } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { createWorld, newIncident, objects, type World } from './world.ts';

/** A pair of tickets, and ids by side. */
async function linked(): Promise<{ readonly world: World; readonly ids: Readonly<Record<Side, string>> }> {
  const world = createWorld({ files: {} });
  world.put('servicenow', newIncident);
  await world.sync();
  return { world, ids: (await world.link()).ids };
}

function tally(world: World, side: Side, ids: Readonly<Record<Side, string>>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { content } of world.desks[side].files.all(objects[side], ids[side])) {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
    counts[hash] = (counts[hash] ?? 0) + 1;
  }
  return counts;
}

/** What strikes one transfer in three: nothing happened, all of it happened unheard, or it happens later. */
function faultDraw(random: () => number): (call: { readonly method: string }) => MemoryFault | null {
  const effects = ['never', 'done', 5000, 40_000] as const;
  return ({ method }) => {
    if ((method !== 'attach' && method !== 'open') || random() > 0.35) return null;
    const effect = method === 'open' ? 'never' : (effects[Math.floor(random() * effects.length)] ?? 'never');
    return { error: 'Unavailable', effect, ...(random() < 0.3 ? { executed: 'maybe' } : {}) };
  };
}

describe('files, whatever happens to their uploads', { timeout: 60_000 }, () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))('get one counterpart each (seed %i)', async (seed) => {
    const { world, ids } = await linked();
    const random = seededRandom(seed);
    const draw = faultDraw(random);
    for (const side of sides) world.desks[side].faults.draw = draw;
    const added: Record<Side, number> = { servicenow: 0, salesforce: 0 };
    for (let round = 0; round < 10; round += 1) {
      for (const side of sides) {
        if (random() < 0.5) continue;
        // Few contents, so that people add the same one on both sides, and twice on one.
        const content = `content ${Math.floor(random() * 4)}`;
        world.desks[side].files.add(objects[side], ids[side], { name: `${content}.txt`, content });
        added[side] += 1;
      }
      await world.clock.advance(Math.floor(random() * 60_000));
      await world.sync();
    }
    for (const side of sides) world.desks[side].faults.clear();
    for (let round = 0; round < 12; round += 1) {
      await world.clock.advance(120_000);
      await world.edit('servicenow', ids.servicenow, { description: `round ${round}` });
      await world.sync();
    }
    const [here, there] = sides.map((side) => tally(world, side, ids));
    expect(here).toEqual(there);
    const link = await world.link();
    const rows = (await world.store.transaction((tx) => tx.childrenOf([link.id]))).filter(
      (row) => row.kind === 'file' && row.sourceId !== '*' && row.detail['why'] !== 'ours',
    );
    expect(new Set(rows.map((row) => row.state))).toEqual(new Set(rows.length === 0 ? [] : ['carried']));
    expect(new Set(rows.map((row) => row.counterpartId)).size).toBe(rows.length);
    const files = Object.values(here ?? {}).reduce((sum, count) => sum + count, 0);
    expect(files).toBe(rows.length);
    expect(files).toBeGreaterThanOrEqual(Math.max(added.servicenow, added.salesforce));
    expect(files).toBeLessThanOrEqual(added.servicenow + added.salesforce);
  });

  it('are moved by one of two workers', async () => {
    const { world, ids } = await linked();
    world.desks.servicenow.files.add('incident', ids.servicenow, { name: 'a.txt', content: 'a' });
    const { engine, clock } = world;
    const link = await world.link();
    const pair = engine.pairs[0];
    if (pair === undefined) throw new Error('no pair');
    await engine.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: link.id }]));
    const [job] = await world.store.queue.takeBatch(1);
    if (job === undefined) throw new Error('no job');
    const rows = await engine.store.transaction((tx) => tx.childrenOf([link.id]));
    const work: LinkWork = {
      kind: 'link',
      job,
      key: `link:${link.id}`,
      pair,
      link,
      pending: [],
      conflicts: [],
      children: rows,
      quarantine: null,
    };
    const now = {
      servicenow: { comments: null, files: world.desks.servicenow.files.listed('incident', ids.servicenow) },
      salesforce: { comments: null, files: world.desks.salesforce.files.listed('Case', ids.salesforce) },
    };
    const jobs: readonly FileJob[] = await takeSteps(engine, [{ work, steps: decideFiles(engine, work, now).steps }]);
    expect(jobs).toHaveLength(1);
    const lanes = [createFileLane(engine, { atOnce: 2 }), createFileLane(engine, { atOnce: 2 })];
    for (const lane of lanes) lane.offer(jobs);
    await runToEnd(clock, Promise.all(lanes.map((lane) => lane.idle())));
    expect(world.desks.salesforce.files.all('Case', ids.salesforce)).toHaveLength(1);
    expect(world.events.filter((event) => event.type === 'file.carried')).toHaveLength(1);
  });

  it('are not taken up by whoever comes while one is under way, and are after it was left', async () => {
    const { world, ids } = await linked();
    world.desks.servicenow.files.add('incident', ids.servicenow, { name: 'a.txt', content: 'a' });
    world.desks.salesforce.faults.add({ method: 'attach', error: 'Unavailable', effect: 'done', times: 1 });
    await world.sync();
    const attaches = (): number => world.desks.salesforce.files.all('Case', ids.salesforce).length;
    expect(attaches()).toBe(1);
    await world.sync();
    const link = await world.link();
    const rows = await world.store.transaction((tx) => tx.childrenOf([link.id]));
    expect(rows.filter((row) => row.side === 'servicenow' && row.sourceId !== '*').map((row) => row.state)).toEqual([
      'sent',
    ]);
    await world.clock.advance(80_000);
    await world.sync();
    expect(attaches()).toBe(1);
    expect(world.events.flatMap((event) => (event.type === 'file.carried' ? [event.how] : []))).toEqual(['found']);
  });

  it('are known again by what was sent, where a version was replaced while two uploads were in doubt', async () => {
    const { world, ids } = await linked();
    const { files, faults } = world.desks.servicenow;
    const paper = world.desks.salesforce.files.add('Case', ids.salesforce, { name: 'paper.txt', content: 'first' });
    await world.sync();
    // The second version never arrives, the third one late; neither is told.
    faults.add({ method: 'attach', error: 'Unavailable', executed: 'maybe', times: 1 });
    faults.add({ method: 'attach', error: 'Unavailable', effect: 40_000, times: 1 });
    for (const content of ['other', 'third']) {
      world.desks.salesforce.files.replace(paper, content);
      await world.sync();
      await world.clock.advance(25_000);
    }
    for (let round = 0; round < 6; round += 1) {
      await world.clock.advance(30_000);
      await world.edit('servicenow', ids.servicenow, { description: `round ${round}` });
      await world.sync();
    }
    const there = files.all('incident', ids.servicenow).map(({ content }) => content.toString());
    expect(there).toEqual(['first', 'third']);
  });

  it('do not keep their tickets waiting', async () => {
    const { world, ids } = await linked();
    world.desks.servicenow.files.add('incident', ids.servicenow, { name: 'a.txt', content: 'a' });
    world.desks.salesforce.faults.add({ method: 'attach', error: 'Rejected', times: 1 });
    await world.edit('servicenow', ids.servicenow, { short_description: 'Printer out' });
    await world.sync();
    expect(world.twin('salesforce').fields['Subject']).toBe('Printer out');
    expect((await world.link()).status).toBe('synced');
  });
});
