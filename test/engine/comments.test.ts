import { describe, expect, it } from 'vitest';
import type { Comment } from '../../src/core/children.ts';
import type { Side } from '../../src/core/side.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';

const on = { comments: {} };

/** What stands under the only ticket of a side, oldest first. */
function said(world: World, side: Side): readonly Comment[] {
  return world.desks[side].comments.all(objects[side], world.twin(side).id);
}

function texts(world: World, side: Side): readonly string[] {
  return said(world, side).map(({ channel, text }) => `${channel}: ${text}`);
}

function say(world: World, side: Side, text: string, channel: 'public' | 'internal' = 'public'): Comment {
  return world.desks[side].comments.say(objects[side], world.twin(side).id, { text, channel, author: 'Abel Tuter' });
}

async function pairOfTickets(config: Parameters<typeof createWorld>[0] = on): Promise<World> {
  const world = createWorld(config);
  world.put('servicenow', newIncident);
  await world.sync();
  await world.sync();
  return world;
}

describe('comments on both desks', () => {
  it('carries a comment and a work note to the Case, each on its channel, with author and time above it', async () => {
    const world = await pairOfTickets();
    await world.clock.advance(60_000);
    say(world, 'servicenow', 'We are on it.');
    say(world, 'servicenow', 'Customer is angry.', 'internal');
    await world.sync();
    expect(texts(world, 'salesforce')).toEqual([
      'public: Abel Tuter (2026-03-02 00:01 UTC)\nWe are on it.',
      'internal: Abel Tuter (2026-03-02 00:01 UTC)\nCustomer is angry.',
    ]);
  });

  it('carries a CaseComment to the journal, finds its entry there, and leaves both alone ever after', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'Still broken.');
    await world.sync();
    expect(texts(world, 'servicenow')).toEqual([expect.stringContaining('Still broken.')]);
    await world.sync();
    const link = await world.link();
    const rows = await world.store.transaction((tx) => tx.childrenOf([link.id]));
    const entry = said(world, 'servicenow')[0];
    expect(rows.filter((row) => row.sourceId !== '*')).toMatchObject([{ state: 'carried', counterpartId: entry?.id }]);
    for (let rounds = 0; rounds < 5; rounds += 1) await world.sync();
    expect([texts(world, 'servicenow').length, texts(world, 'salesforce').length]).toEqual([1, 1]);
  });

  it('gives a new counterpart what its origin holds, oldest first', async () => {
    const world = createWorld(on);
    world.put('salesforce', newCase);
    for (const text of ['first', 'second', 'third']) {
      say(world, 'salesforce', text, text === 'second' ? 'internal' : 'public');
      await world.clock.advance(1000);
    }
    await world.sync();
    expect(texts(world, 'servicenow').map((text) => text.replace(/ .*\n/, ' '))).toEqual([
      'public: first',
      'internal: second',
      'public: third',
    ]);
  });
});
