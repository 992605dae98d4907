import { createMemorySystem, type MemorySystem, type MemorySystemOptions } from '../../src/connectors/memory.ts';
import type { Fields, SourceRecord } from '../../src/core/record.ts';
import type { PairRules } from '../../src/core/rules.ts';
import { bothSides, type Side, sides } from '../../src/core/side.ts';
import { enqueueDue } from '../../src/engine/due.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { poll } from '../../src/engine/poll.ts';
import { type Reconciled, reconcile } from '../../src/engine/reconcile.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import type { Link } from '../../src/core/link.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';

/** Two desks in memory, a store in memory, and the engine between them, on a clock that stands still. */
export interface World {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  readonly desks: Readonly<Record<Side, MemorySystem>>;
  readonly events: readonly EngineEvent[];
  /** A person opens a ticket. */
  put(side: Side, fields: Fields): SourceRecord;
  /** Time passes, and a person changes a ticket. */
  edit(side: Side, id: string, fields: Fields): Promise<SourceRecord>;
  /** Polls both sides. */
  poll(): Promise<void>;
  /** Works off one batch of the queue. */
  work(): Promise<Reconciled | null>;
  /** Polls, and works until the queue is empty and nothing is due. Time passes before. */
  sync(): Promise<void>;
  /** The only link there is; throws otherwise. */
  link(): Promise<Link>;
  /** The ticket across from this one, as it is now. */
  twin(side: Side): SourceRecord;
  writes(): number;
}

export const objects: Readonly<Record<Side, string>> = { servicenow: 'incident', salesforce: 'Case' };

export function createWorld(pairConfig: Partial<PairConfig> = {}, desk: Partial<MemorySystemOptions> = {}): World {
  const clock = fakeClock();
  const store = createMemoryStore({ clock, ids: seededIds(1) });
  const desks = bothSides((side) =>
    createMemorySystem({ side, clock, ids: seededIds(side === 'servicenow' ? 2 : 3), ...desk }),
  );
  const pair: PairRules = buildPairRules(
    {
      ...defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' }),
      sync: { from: 'all' },
      ...pairConfig,
    },
    { startedAt: new Date(clock.now()).toISOString() },
  );
  const events: EngineEvent[] = [];
  const engine: Engine = {
    store,
    systems: desks,
    pairs: [pair],
    clock,
    ids: seededIds(4),
    emit: (event) => events.push(event),
    times: defaultTimes,
    pageSize: 50,
    offsets: bothSides(() => 0),
    runId: 'run-1',
  };

  const pollBoth = async (): Promise<void> => {
    for (const side of sides) await poll(engine, pair, side, { unlimitedCreates: false });
  };
  const work = async (): Promise<Reconciled | null> => {
    const jobs = await store.queue.takeBatch(200);
    if (jobs.length === 0) return null;
    const done = await reconcile(engine, jobs);
    if (done.deferred.length > 0) await store.queue.giveBack(done.deferred, 1000);
    return done;
  };

  return {
    engine,
    clock,
    store,
    desks,
    events,
    put: (side, fields) => desks[side].put(objects[side], fields),
    edit: async (side, id, fields) => {
      await clock.advance(1000);
      return desks[side].edit(objects[side], id, fields);
    },
    poll: pollBoth,
    work,
    sync: async () => {
      await clock.advance(10_000);
      await pollBoth();
      for (let rounds = 0; rounds < 20; rounds += 1) {
        const done = await work();
        if (done === null && (await enqueueDue(engine)).queued === 0) return;
      }
      throw new Error('the queue does not come to rest');
    },
    link: async () => {
      const links = await store.transaction((tx) => tx.findLinks({ limit: 2 }));
      const [only, another] = links;
      if (only === undefined || another !== undefined) throw new Error(`${links.length} links instead of one`);
      return only;
    },
    twin: (side) => {
      const [only, another] = desks[side].rows(objects[side]);
      if (only === undefined || another !== undefined) throw new Error(`not one ${objects[side]} on ${side}`);
      return only;
    },
    writes: () => desks.servicenow.writes().length + desks.salesforce.writes().length,
  };
}

/** An incident as its desk opens it. */
export const newIncident: Fields = {
  short_description: 'Printer on fire',
  description: 'Second floor.',
  state: '1',
  urgency: '2',
  contact_type: 'phone',
};

export const newCase: Fields = {
  Subject: 'No dial tone',
  Description: 'Desk 14.',
  Status: 'New',
  Priority: 'High',
  Origin: 'Web',
};
