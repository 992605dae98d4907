import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sides } from '../../src/core/side.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { poll } from '../../src/engine/poll.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { salesforceWorld, type SalesforceWorld } from './salesforce-world.ts';
import { newIncident } from './world.ts';

// Salesforce stamps whole seconds: what a person saves in the very second of our own write carries our write's stamp.

let world: SalesforceWorld;
let engine: Engine;
/** What a person does the moment a write of ours has been answered, before the engine hears of it. */
let atOnce: (() => void) | null;

beforeEach(async () => {
  atOnce = null;
  world = await salesforceWorld();
  const { salesforce } = world;
  const meddled = async <T>(answer: Promise<T>): Promise<T> => {
    const done = await answer;
    atOnce?.();
    atOnce = null;
    return done;
  };
  engine = {
    ...world.engine,
    systems: {
      ...world.engine.systems,
      salesforce: {
        ...salesforce,
        create: (requests) => meddled(salesforce.create(requests)),
        update: (requests) => meddled(salesforce.update(requests)),
      },
    },
  };
});
afterEach(() => world[Symbol.asyncDispose]());

const worker = () => createWorker(engine, { sideDown: 'fail', signal: new AbortController().signal });

/** Polls both sides and works until nothing is queued; the clock stands still. */
async function syncNow(): Promise<void> {
  const [pair] = engine.pairs;
  if (pair === undefined) throw new Error('no pair');
  for (const side of sides) await poll(engine, pair, side, { unlimitedCreates: false });
  for (
    let jobs = await world.store.queue.takeBatch(200);
    jobs.length > 0;
    jobs = await world.store.queue.takeBatch(200)
  )
    await worker().handle(jobs);
}

/** The next polls, a tick apart and none of them a wide one. */
async function laterPolls(): Promise<void> {
  for (let polls = 0; polls < 3; polls += 1) {
    await world.clock.advance(10_000);
    await syncNow();
  }
}

/** A linked pair of tickets at rest, long after their first walk. */
async function atRest() {
  const incident = world.servicenow.put('incident', newIncident);
  await syncNow();
  const [twin] = world.sandbox.desk
    .rows('Case')
    .filter((row) => row.fields['Subject'] === newIncident['short_description']);
  if (twin === undefined) throw new Error('not carried');
  await laterPolls();
  const change = (fields: Readonly<Record<string, string>>) => world.servicenow.edit('incident', incident.id, fields);
  const there = () => world.servicenow.rows('incident')[0]?.fields;
  const edit = (fields: Readonly<Record<string, string>>) =>
    void world.sandbox.desk.edit('Case', twin.id, fields, 'Ada');
  const stamp = () => world.sandbox.desk.row('Case', twin.id)?.fields['SystemModstamp'];
  return { incident, twin, change, there, edit, stamp };
}

describe.each(['after the run that wrote', 'while the run that wrote is not over'] as const)(
  'an edit in the second of our own write, %s,',
  (when) => {
    async function meddle(person: () => void): Promise<void> {
      if (when === 'while the run that wrote is not over') atOnce = person;
      await syncNow();
      if (when === 'after the run that wrote') person();
    }

    it('of another field travels with the next polls', async () => {
      const { change, there, edit, stamp } = await atRest();
      change({ short_description: 'Printer still on fire' });
      let ours: unknown = null;
      await meddle(() => {
        ours = stamp();
        edit({ Priority: 'Low' });
      });
      expect(stamp()).toBe(ours);
      await laterPolls();
      expect(there()).toMatchObject({ short_description: 'Printer still on fire', urgency: '3' });
    });

    it('of the field that we wrote travels with the next polls', async () => {
      const { change, there, edit } = await atRest();
      change({ short_description: 'Printer still on fire' });
      await meddle(() => edit({ Subject: 'Printer is out' }));
      await laterPolls();
      expect(there()).toMatchObject({ short_description: 'Printer is out' });
    });

    it('that puts our value back to what it was travels with the next polls', async () => {
      const { change, there, edit } = await atRest();
      const before = String(newIncident['short_description']);
      change({ short_description: 'Printer still on fire' });
      await meddle(() => edit({ Subject: before }));
      await laterPolls();
      expect(there()).toMatchObject({ short_description: before });
    });

    it('of a Case that we have just created travels with the next polls', async () => {
      world.servicenow.put('incident', newIncident);
      const edit = () => {
        const [twin] = world.sandbox.desk
          .rows('Case')
          .filter((row) => row.fields['Subject'] === newIncident['short_description']);
        if (twin === undefined) throw new Error('not carried');
        world.sandbox.desk.edit('Case', twin.id, { Priority: 'Low' }, 'Ada');
      };
      await meddle(edit);
      await laterPolls();
      expect(world.servicenow.rows('incident')[0]?.fields).toMatchObject({ urgency: '3' });
    });

    it('by a comment travels with the next polls', async () => {
      const { twin, incident, change } = await atRest();
      change({ short_description: 'Printer still on fire' });
      await meddle(() => world.sandbox.desk.comment('Case', twin.id, 'It is out.', 'public', 'Ada'));
      await laterPolls();
      expect(world.servicenow.comments.all('incident', incident.id).map(({ text }) => text)).toEqual([
        expect.stringContaining('It is out.'),
      ]);
    });
  },
);

describe('a comment edited in the second in which it was written and carried', () => {
  it('travels again', async () => {
    const { twin, incident } = await atRest();
    world.sandbox.desk.comment('Case', twin.id, 'It is out.', 'public', 'Ada');
    await syncNow();
    const [comment] = world.sandbox.desk.rows('CaseComment');
    world.sandbox.desk.edit('CaseComment', comment?.id ?? '', { CommentBody: 'It is out again.' }, 'Ada');
    await laterPolls();
    const texts = world.servicenow.comments.all('incident', incident.id).map(({ text }) => text);
    expect(texts.some((text) => text.includes('It is out again.'))).toBe(true);
  });
});
