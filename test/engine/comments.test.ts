import { describe, expect, it } from 'vitest';
import type { Comment } from '../../src/core/children.ts';
import type { Side } from '../../src/core/side.ts';
import { planAll } from '../../src/engine/dry-run.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { resync } from '../../src/engine/resync.ts';
import { verify } from '../../src/engine/verify.ts';
import { describeEvent } from '../../src/observability/describe-event.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { runToEnd } from '../support/clock.ts';
import { createWorld, newCase, newIncident, objects, type World } from './world.ts';

const on = { comments: {} };

/** What stands under the only ticket of a side, oldest first. */
function said(world: World, side: Side): readonly Comment[] {
  return world.desks[side].comments.all(objects[side], world.twin(side).id);
}

function texts(world: World, side: Side): readonly string[] {
  return said(world, side).map(({ channel, text }) => `${channel}: ${text}`);
}

function lastLine(text: string): string {
  return text.split(/\n|: /).at(-1) ?? '';
}

/** Of the ledger's rows about single comments, in order. */
async function states(world: World): Promise<readonly string[]> {
  const link = await world.link();
  const rows = await world.store.transaction((tx) => tx.childrenOf([link.id]));
  return rows.filter((row) => row.sourceId !== '*').map((row) => row.state);
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

it('carries what was said between our read of the ticket and our write to it, in the journal that moves nothing else', async () => {
  const world = await pairOfTickets();
  world.desks.servicenow.onCall(({ method, item }) => {
    if (method === 'update' && item !== null && said(world, 'servicenow').length === 0)
      say(world, 'servicenow', 'It has just stopped.');
  });
  await world.edit('salesforce', world.twin('salesforce').id, { Subject: 'Printer on fire, again' });
  await world.sync();
  expect(world.twin('servicenow').fields['short_description']).toBe('Printer on fire, again');
  expect(texts(world, 'salesforce')).toEqual([expect.stringContaining('It has just stopped.')]);
});

describe('a post whose answer was lost', () => {
  it('is found by its text and not posted again', async () => {
    const world = await pairOfTickets();
    world.desks.salesforce.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
    say(world, 'servicenow', 'We are on it.');
    await world.sync();
    expect(await states(world)).toEqual(['planned']);
    await world.sync();
    expect(await states(world)).toEqual(['carried']);
    expect(texts(world, 'salesforce').length).toBe(1);
  });

  it('is posted again only after the settle time, when a complete list shows that it is not there', async () => {
    const world = await pairOfTickets();
    say(world, 'servicenow', 'Before.');
    await world.sync();
    world.desks.salesforce.faults.add({ method: 'post', error: 'Unavailable', executed: 'maybe', times: 1 });
    say(world, 'servicenow', 'Did it arrive?');
    await world.sync();
    await world.sync();
    expect(texts(world, 'salesforce').length).toBe(1);
    await world.clock.advance(80_000);
    await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['Before.', 'Did it arrive?']);
  });

  it('holds back what was written after it, so that a ticket reads in order', async () => {
    const world = await pairOfTickets();
    world.desks.salesforce.faults.add({ method: 'post', error: 'Unavailable', executed: 'maybe', times: 1 });
    say(world, 'servicenow', 'one');
    await world.clock.advance(1000);
    say(world, 'servicenow', 'two');
    await world.sync();
    await world.clock.advance(1000);
    say(world, 'servicenow', 'three');
    await world.sync();
    expect(texts(world, 'salesforce')).toEqual([]);
    await world.clock.advance(80_000);
    await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['one', 'two', 'three']);
  });

  it('is ours when it arrives late, and is not carried back', async () => {
    const world = await pairOfTickets();
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 30_000, times: 1 });
    say(world, 'salesforce', 'Any news?');
    await world.sync();
    for (let rounds = 0; rounds < 15; rounds += 1) await world.sync();
    expect([texts(world, 'servicenow').length, texts(world, 'salesforce').length]).toEqual([1, 1]);
    expect(await states(world)).toEqual(['carried']);
  });

  it('waits for as long as the list may be short of entries, and is then given up with the reason', async () => {
    const world = await pairOfTickets();
    world.desks.servicenow.comments.complete = false;
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', executed: 'maybe', times: 1 });
    say(world, 'salesforce', 'Any news?');
    await world.sync();
    for (let rounds = 0; rounds < 9; rounds += 1) {
      await world.clock.advance(80_000);
      await world.sync();
    }
    expect(await states(world)).toEqual(['planned']);
    await world.clock.advance(80_000);
    await world.sync();
    expect(await states(world)).toEqual(['refused']);
    expect(texts(world, 'servicenow')).toEqual([]);
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'comment.refused',
        comment: expect.objectContaining({ detail: expect.objectContaining({ why: 'not-found-out' }) }),
      }),
    );
    say(world, 'salesforce', 'Hello?');
    await world.sync();
    expect(texts(world, 'servicenow').map(lastLine)).toEqual(['Hello?']);
  });

  it('is not taken for absent by a list in which even the known ones do not show', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'Hello.');
    await world.sync();
    await world.sync();
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', effect: 'done', times: 1 });
    world.desks.servicenow.comments.blind = true;
    say(world, 'salesforce', 'Any news?');
    await world.sync();
    await world.clock.advance(200_000);
    await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
    world.desks.servicenow.comments.blind = false;
    await world.clock.advance(80_000);
    await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
    expect(await states(world)).toEqual(['carried', 'carried']);
  });
});

describe('a comment that a desk refuses', () => {
  it('is refused alone: its ticket and the other comments go on', async () => {
    const world = await pairOfTickets();
    world.desks.salesforce.faults.add({ method: 'post', error: 'Rejected', code: 'FIELD_CUSTOM_VALIDATION', times: 1 });
    say(world, 'servicenow', 'bad');
    await world.clock.advance(1000);
    say(world, 'servicenow', 'good');
    await world.edit('servicenow', world.twin('servicenow').id, { short_description: 'Printer out' });
    await world.sync();
    expect(await states(world)).toEqual(['refused', 'carried']);
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['good']);
    expect(world.twin('salesforce').fields['Subject']).toBe('Printer out');
    expect((await world.link()).status).toBe('synced');
    for (let rounds = 0; rounds < 12; rounds += 1) await world.sync();
    expect(texts(world, 'salesforce').length).toBe(1);
  });

  it('waits while the desk is down, and keeps the order', async () => {
    const world = await pairOfTickets();
    world.desks.salesforce.faults.add({ method: 'post', error: 'Unavailable', executed: 'no', whole: true, times: 2 });
    say(world, 'servicenow', 'one');
    await world.clock.advance(1000);
    say(world, 'servicenow', 'two');
    await world.clock.advance(10_000);
    await world.poll();
    expect((await world.work())?.deferred.length).toBe(1);
    await world.clock.advance(2000);
    await world.sync();
    await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['one', 'two']);
  });
});

describe('what happens to a comment after it was carried', () => {
  it('tells an edit in one internal comment with the new text', async () => {
    const world = await pairOfTickets();
    const comment = say(world, 'salesforce', 'The number is 12.');
    await world.sync();
    await world.clock.advance(60_000);
    world.desks.salesforce.comments.change(comment.id, { text: 'The number is 13.' });
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    expect(texts(world, 'servicenow')).toEqual([
      'public: Abel Tuter (2026-03-02 00:00 UTC)\nThe number is 12.',
      'internal: Edited in Salesforce: Abel Tuter (2026-03-02 00:00 UTC)\nThe number is 13.',
    ]);
  });

  it('tells a deletion once, and leaves what stands across', async () => {
    const world = await pairOfTickets();
    const kept = say(world, 'salesforce', 'Stays.');
    const gone = say(world, 'salesforce', 'Goes.');
    await world.sync();
    world.desks.salesforce.comments.erase(gone.id);
    await world.edit('salesforce', world.twin('salesforce').id, { Subject: 'Look at me' });
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    expect(texts(world, 'servicenow').slice(2)).toEqual([
      'internal: Deleted in Salesforce: the comment of Abel Tuter (2026-03-02 00:00 UTC)',
    ]);
    expect(kept.id).not.toBe(gone.id);
  });

  it('does not take comments for deleted that a list merely does not show', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'One.');
    say(world, 'salesforce', 'Two.');
    await world.sync();
    world.desks.salesforce.comments.blind = true;
    await world.edit('salesforce', world.twin('salesforce').id, { Subject: 'Look at me' });
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
  });

  it('says internally that a comment was published, and publishes nothing', async () => {
    const world = await pairOfTickets();
    const comment = say(world, 'salesforce', 'For us only.', 'internal');
    await world.sync();
    await world.clock.advance(60_000);
    world.desks.salesforce.comments.change(comment.id, { channel: 'public' });
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    expect(texts(world, 'servicenow').map((text) => text.split(':')[0])).toEqual(['internal', 'internal']);
    expect(texts(world, 'servicenow')[1]).toContain('Now visible to the customer in Salesforce');
  });

  it('says nothing where the rules say so', async () => {
    const world = await pairOfTickets({ comments: { edited: 'ignore', deleted: 'ignore', published: 'ignore' } });
    const comment = say(world, 'salesforce', 'One.', 'internal');
    const other = say(world, 'salesforce', 'Two.');
    await world.sync();
    await world.clock.advance(60_000);
    world.desks.salesforce.comments.change(comment.id, { text: 'Three.', channel: 'public' });
    world.desks.salesforce.comments.erase(other.id);
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
  });
});

describe('channels', () => {
  it('withholds what a rule withholds, and counts it', async () => {
    const world = await pairOfTickets({ comments: { channels: { servicenow: { internal: 'withhold' } } } });
    say(world, 'servicenow', 'Our secret.', 'internal');
    say(world, 'salesforce', 'Theirs.', 'internal');
    await world.sync();
    await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['Theirs.']);
    expect(texts(world, 'servicenow').map(lastLine)).toEqual(['Our secret.', 'Theirs.']);
    const counts = await world.store.transaction((tx) => tx.countChildren());
    expect(counts).toContainEqual({ kind: 'comment', state: 'withheld', channel: 'internal', count: 1 });
  });

  it('makes public ones internal where asked, and internal ones public only by the rule of that name', async () => {
    const shy = await pairOfTickets({ comments: { channels: { public: 'internal' } } });
    say(shy, 'servicenow', 'Public here.');
    await shy.sync();
    expect(texts(shy, 'salesforce')[0]).toMatch(/^internal:/);
    const loud = await pairOfTickets({ comments: { channels: { 'internal-becomes-public': true } } });
    say(loud, 'servicenow', 'Internal here.', 'internal');
    await loud.sync();
    expect(texts(loud, 'salesforce')[0]).toMatch(/^public:/);
  });

  it('carries a withheld comment once its author publishes it', async () => {
    const world = await pairOfTickets({ comments: { channels: { internal: 'withhold' } } });
    const comment = say(world, 'salesforce', 'Ready now.', 'internal');
    await world.sync();
    expect(texts(world, 'servicenow')).toEqual([]);
    await world.clock.advance(60_000);
    world.desks.salesforce.comments.change(comment.id, { channel: 'public' });
    await world.sync();
    expect(texts(world, 'servicenow').map(lastLine)).toEqual(['Ready now.']);
  });
});

describe('tickets that were on both desks before', () => {
  it('leaves old comments alone and carries new ones', async () => {
    const world = createWorld(on);
    const incident = world.put('servicenow', newIncident);
    world.put('salesforce', { ...newCase, ServiceNow_Id__c: incident.id });
    say(world, 'servicenow', 'Old one.');
    say(world, 'salesforce', 'Old two.');
    await world.clock.advance(60_000);
    await world.sync();
    await world.sync();
    expect([texts(world, 'servicenow').length, texts(world, 'salesforce').length]).toEqual([1, 1]);
    say(world, 'servicenow', 'New one.');
    await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['Old two.', 'New one.']);
  });

  it('gives a new counterpart the latest ones only, as many as the setting says', async () => {
    const world = createWorld({ comments: { history: 2 } });
    world.put('salesforce', newCase);
    for (let n = 1; n <= 5; n += 1) {
      say(world, 'salesforce', `comment ${n}`);
      await world.clock.advance(1000);
    }
    await world.sync();
    await world.sync();
    expect(texts(world, 'servicenow').map(lastLine)).toEqual(['comment 4', 'comment 5']);
    await world.edit('salesforce', world.twin('salesforce').id, { Subject: 'Look at me' });
    await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
  });
});

describe('odd texts', () => {
  it('carries both of two identical texts of one second, and once each', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'ok');
    say(world, 'salesforce', 'ok');
    for (let rounds = 0; rounds < 5; rounds += 1) await world.sync();
    expect([texts(world, 'servicenow').length, texts(world, 'salesforce').length]).toEqual([2, 2]);
    expect(await states(world)).toEqual(['carried', 'carried']);
  });

  it('tells two identical texts apart when the answer to one of them was lost', async () => {
    const world = await pairOfTickets();
    world.desks.servicenow.faults.add({ method: 'post', error: 'Unavailable', executed: 'maybe', skip: 1, times: 1 });
    say(world, 'salesforce', 'ok');
    say(world, 'salesforce', 'ok');
    await world.sync();
    expect(texts(world, 'servicenow').length).toBe(1);
    await world.clock.advance(100_000);
    await world.sync();
    await world.sync();
    expect(texts(world, 'servicenow').length).toBe(2);
    expect(await states(world)).toEqual(['carried', 'carried']);
  });

  it('carries a megabyte in parts that Salesforce takes, numbered and in order', async () => {
    const world = await pairOfTickets();
    const text = Array.from({ length: 20_000 }, (_, n) => `line ${n} of a log that somebody pasted 👩‍👩‍👧‍👦`).join('\n');
    say(world, 'servicenow', text);
    await world.sync();
    const parts = said(world, 'salesforce');
    expect(parts.length).toBeGreaterThan(250);
    expect(parts.every((part) => Buffer.byteLength(part.text) <= 4000)).toBe(true);
    expect(parts.map((part) => /\[(\d+)\/\d+\]/.exec(part.text)?.[1])).toEqual(parts.map((_, n) => String(n + 1)));
    const bodies = parts.map((part) => part.text.slice(part.text.indexOf('\n') + 1));
    expect(bodies.join('\n')).toBe(text);
    await world.sync();
    await world.sync();
    expect(said(world, 'salesforce').length).toBe(parts.length);
  });

  it('carries texts that look like our own line above a text, whole', async () => {
    const world = await pairOfTickets();
    const text = 'Abel Tuter (2026-03-02 00:00 UTC)\nEdited in ServiceNow: {author} [1/2]';
    say(world, 'salesforce', text);
    await world.sync();
    expect(texts(world, 'servicenow')).toEqual([`public: Abel Tuter (2026-03-02 00:00 UTC)\n${text}`]);
  });

  it('names a desk where it does not tell the author, and withholds what has no text', async () => {
    const world = await pairOfTickets();
    world.desks.salesforce.comments.say('Case', world.twin('salesforce').id, { text: 'Bye.', author: null });
    say(world, 'salesforce', '  \n ');
    await world.sync();
    expect(texts(world, 'servicenow')).toEqual(['public: someone in Salesforce (2026-03-02 00:00 UTC)\nBye.']);
    expect((await states(world)).toSorted()).toEqual(['sent', 'withheld']);
  });

  it('leaves alone what rules of the desk write in the name of our account', async () => {
    const world = await pairOfTickets();
    world.desks.servicenow.comments.say('incident', world.twin('servicenow').id, {
      text: 'State changed by a business rule.',
      author: 'casebridge',
    });
    await world.sync();
    expect(texts(world, 'salesforce')).toEqual([]);
  });
});

describe('calls', () => {
  it('posts the comments of many tickets in one call a side', async () => {
    const world = createWorld(on);
    const tickets = Array.from({ length: 30 }, () => world.put('servicenow', newIncident));
    await world.sync();
    await world.sync();
    for (const { id } of tickets) world.desks.servicenow.comments.say('incident', id, { text: 'Hello.' });
    const before = world.desks.salesforce.calls();
    await world.sync();
    // One poll, one read, one call for thirty posts.
    expect(world.desks.salesforce.calls() - before).toBe(3);
    expect(world.desks.salesforce.comments.posted).toBe(30);
  });

  it('asks for nothing more when the stream shows a post of our own', async () => {
    const world = await pairOfTickets();
    say(world, 'servicenow', 'Hello.');
    await world.sync();
    const before = { servicenow: world.desks.servicenow.calls(), salesforce: world.desks.salesforce.calls() };
    await world.sync();
    expect(world.desks.servicenow.calls() - before.servicenow).toBe(1);
    expect(world.desks.salesforce.calls() - before.salesforce).toBe(1);
  });

  it('asks for nothing more once the stream shows only what the ledger knows', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'Hello.');
    for (let rounds = 0; rounds < 4; rounds += 1) await world.sync();
    const before = { servicenow: world.desks.servicenow.calls(), salesforce: world.desks.salesforce.calls() };
    await world.sync();
    expect(world.desks.servicenow.calls() - before.servicenow).toBe(1);
    expect(world.desks.salesforce.calls() - before.salesforce).toBe(1);
  });
});

describe('many tickets at once', () => {
  it('keeps the order of each: behind a lost post nothing of that ticket goes out, and everything of the others', async () => {
    const world = createWorld(on);
    const tickets = Array.from({ length: 120 }, () => world.put('servicenow', newIncident));
    await world.sync();
    await world.sync();
    for (const text of ['one', 'two']) {
      for (const { id } of tickets) world.desks.servicenow.comments.say('incident', id, { text });
      await world.clock.advance(1000);
    }
    const [unlucky] = await world.store.transaction((tx) => tx.findLinks({ limit: 1 }));
    const item = unlucky?.ids.salesforce ?? '';
    world.desks.salesforce.faults.add({ method: 'post', item, error: 'Unavailable', executed: 'maybe', times: 1 });
    await world.sync();
    expect(world.desks.salesforce.comments.posted).toBe(238);
    expect(world.desks.salesforce.comments.all('Case', item)).toEqual([]);
    await world.clock.advance(80_000);
    await world.sync();
    expect(world.desks.salesforce.comments.all('Case', item).map(({ text }) => lastLine(text))).toEqual(['one', 'two']);
  });
});

describe('commands', () => {
  it('verify counts comments without a counterpart, and none that a rule withholds', async () => {
    const world = await pairOfTickets({ comments: { channels: { internal: 'withhold' } } });
    say(world, 'servicenow', 'One.');
    say(world, 'servicenow', 'Ours.', 'internal');
    say(world, 'salesforce', 'Two.');
    const before = world.writes();
    expect((await verify(world.engine, {})).comments).toMatchObject([
      { side: 'servicenow', count: 1 },
      { side: 'salesforce', count: 1 },
    ]);
    expect(world.writes()).toBe(before);
    expect(await states(world)).toEqual([]);
    await world.sync();
    expect((await verify(world.engine, {})).comments).toEqual([]);
  });

  it('a plan sees comments of which only their stream knows, and posts none', async () => {
    const world = await pairOfTickets();
    say(world, 'salesforce', 'Two.');
    await world.clock.advance(10_000);
    const planned = await planAll(world.engine, {});
    const posts = planned.flatMap(({ decision }) =>
      decision.kind === 'plan' && 'children' in decision ? (decision.children?.comments.posts ?? []) : [],
    );
    expect(posts.map(({ to, text }) => `${to}: ${text.split('\n')[1]}`)).toEqual(['servicenow: Two.']);
    expect(texts(world, 'servicenow')).toEqual([]);
  });

  it('resync finds a comment whose reference was lost', async () => {
    const world = await pairOfTickets();
    await world.clock.advance(3_600_000);
    await world.sync();
    say(world, 'salesforce', 'Lost.');
    await world.clock.advance(1000);
    await world.poll();
    const jobs = await world.store.queue.takeBatch(10);
    await world.store.transaction((tx) => tx.completeJobs(jobs));
    await world.clock.advance(3_600_000);
    const signal = new AbortController().signal;
    await runToEnd(world.clock, resync(world.engine, { dryRun: false, signal }));
    expect(texts(world, 'servicenow').map(lastLine)).toEqual(['Lost.']);
  });

  it('history and events tell what was carried, and to whom it was shown', async () => {
    const world = await pairOfTickets();
    say(world, 'servicenow', 'Ours.', 'internal');
    await world.sync();
    const link = await world.link();
    const [latest] = await world.store.transaction((tx) => tx.historyOf(link.id, 1));
    expect(latest).toMatchObject({ field: 'work_notes', from: 'servicenow', to: 'salesforce', by: 'Abel Tuter' });
    const carried = world.events.filter((event) => event.type === 'comment.carried');
    expect(carried.map(describeEvent)).toEqual([
      expect.stringContaining('internal comment of Abel Tuter in ServiceNow carried to Salesforce as internal'),
    ]);
  });
});

describe('a process that dies', () => {
  const deaths = ['before note', 'after note', 'after post', 'before record'] as const;

  it('after telling an edit does not tell it again', async () => {
    const world = await pairOfTickets();
    const comment = say(world, 'salesforce', 'The number is 12.');
    await world.sync();
    await world.sync();
    await world.clock.advance(60_000);
    world.desks.salesforce.comments.change(comment.id, { text: 'The number is 13.' });
    await world.poll();
    let transactions = 0;
    const dying: Engine = {
      ...world.engine,
      store: {
        ...world.store,
        transaction: (work) => {
          transactions += 1;
          if (transactions === 3) throw new StoreUnavailable('dead');
          return world.store.transaction(work);
        },
      },
    };
    await expect(reconcile(dying, await world.store.queue.takeBatch(10))).rejects.toThrow('dead');
    await world.store.queue.loseWorkers();
    // It is edited once more before anybody looks, and within that second shown to our people only.
    world.desks.salesforce.comments.change(comment.id, { channel: 'internal' });
    for (let rounds = 0; rounds < 12; rounds += 1) await world.sync();
    const told = texts(world, 'servicenow').slice(1);
    expect(told.map((text) => text.split(' in Salesforce')[0])).toEqual([
      'internal: Edited',
      'internal: No longer visible to the customer',
    ]);
  });

  it.each(deaths)('%s leaves one counterpart in the end, and the order', async (death) => {
    const world = await pairOfTickets();
    say(world, 'servicenow', 'one');
    await world.clock.advance(1000);
    say(world, 'servicenow', 'two');
    await world.clock.advance(10_000);
    await world.poll();
    let transactions = 0;
    const children = world.desks.salesforce.children;
    if (children === undefined) throw new Error('a desk without comments');
    const dying: Engine = {
      ...world.engine,
      systems: {
        ...world.engine.systems,
        salesforce: {
          ...world.desks.salesforce,
          children: {
            ...children,
            post: async (requests) => {
              if (death === 'after note') throw new Error('dead');
              const results = await children.post(requests);
              if (death === 'after post') throw new Error('dead');
              return results;
            },
          },
        },
      },
      store: {
        ...world.store,
        transaction: (work) => {
          transactions += 1;
          // Loading is the first, noting the second, recording the third.
          if (death === 'before note' && transactions === 2) throw new StoreUnavailable('dead');
          if (death !== 'before note' && transactions === 3) throw new StoreUnavailable('dead');
          return world.store.transaction(work);
        },
      },
    };
    const jobs = await world.store.queue.takeBatch(10);
    await expect(reconcile(dying, jobs)).rejects.toThrow('dead');
    await world.store.queue.loseWorkers();
    for (let rounds = 0; rounds < 12; rounds += 1) await world.sync();
    expect(texts(world, 'salesforce').map(lastLine)).toEqual(['one', 'two']);
    expect(texts(world, 'servicenow')).toHaveLength(2);
    expect(await states(world)).toEqual(['carried', 'carried']);
  });
});
