import { createMemorySystem, type MemorySystem } from '../../src/connectors/memory.ts';
import type { ConflictRule, PairRules } from '../../src/core/rules.ts';
import type { Fields } from '../../src/core/record.ts';
import { bothSides, type Side, sides } from '../../src/core/side.ts';
import { enqueueDue } from '../../src/engine/due.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { poll } from '../../src/engine/poll.ts';
import { createWorker } from '../../src/engine/worker.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { fakeClock, type FakeClock, runToEnd } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { Talk } from '../support/talk.ts';
import { Doors, Killed, storeThrough, systemThrough } from './process.ts';

/** What differs from one world to the next. */
export interface Weather {
  readonly conflict: ConflictRule;
  readonly tieBreak: Side;
  readonly stampMs: Readonly<Record<Side, number>>;
  readonly clockOffsetMs: Readonly<Record<Side, number>>;
  readonly history: boolean;
  readonly showsBefore: boolean;
  readonly pageSize: number;
  readonly batchSize: number;
  /** Whether comments travel. */
  readonly comments: boolean;
}

export const objects: Readonly<Record<Side, string>> = { servicenow: 'incident', salesforce: 'Case' };

/** Two desks with people at them, a store that survives, and a process that may not. */
export class World {
  readonly clock: FakeClock = fakeClock();
  readonly store: MemoryStore;
  readonly desks: Readonly<Record<Side, MemorySystem>>;
  readonly pair: PairRules;
  readonly talk: Talk;
  readonly events: EngineEvent[] = [];
  /** Create and update calls, those included that changed nothing. */
  readonly writeCalls: string[] = [];
  readonly #weather: Weather;
  #doors = new Doors();
  #engine: Engine;
  #restarts = 0;
  #texts = 0;
  readonly deaths: string[] = [];
  /** Edits to be made just before our next update of a side reaches it. */
  readonly #races: Record<Side, ((id: string) => void)[]> = { servicenow: [], salesforce: [] };

  constructor(weather: Weather) {
    this.#weather = weather;
    this.store = createMemoryStore({ clock: this.clock, ids: seededIds(1) });
    this.desks = bothSides((side) =>
      createMemorySystem({
        side,
        clock: this.clock,
        ids: seededIds(side === 'servicenow' ? 2 : 3),
        stampMs: weather.stampMs[side],
        clockOffsetMs: weather.clockOffsetMs[side],
        history: weather.history,
        showsBefore: weather.showsBefore,
      }),
    );
    this.talk = new Talk(this.desks);
    const { comments, ...config } = defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' });
    this.pair = buildPairRules(
      {
        ...config,
        ...(weather.comments && comments !== undefined ? { comments } : {}),
        sync: { from: 'all' },
        conflict: weather.conflict,
        tieBreak: weather.tieBreak,
      },
      { startedAt: new Date(this.clock.now()).toISOString() },
    );
    for (const side of sides) {
      this.desks[side].onCall(({ method, item }) => {
        if (item === null || (method !== 'create' && method !== 'update' && method !== 'post')) return;
        this.writeCalls.push(`${side} ${method} ${item}`);
        if (method === 'update') this.#races[side].shift()?.(item);
      });
    }
    this.#engine = this.#start();
  }

  /** Texts are numbered, so that no two edits of one life write the same. */
  nextText(): number {
    this.#texts += 1;
    return this.#texts;
  }

  get engine(): Engine {
    return this.#engine;
  }

  #start(): Engine {
    const doors = new Doors();
    this.#doors = doors;
    return {
      store: storeThrough(doors, this.store),
      systems: bothSides((side) => systemThrough(doors, this.desks[side])),
      pairs: [this.pair],
      clock: this.clock,
      ids: seededIds(100 + this.#restarts),
      emit: (event) => this.events.push(event),
      times: defaultTimes,
      pageSize: this.#weather.pageSize,
      offsets: bothSides(() => 0),
      runId: `run-${this.#restarts}`,
    };
  }

  /** The process dies at its n-th crash point from now. */
  killAt(n: number): void {
    this.#doors.killAt(n);
  }

  /** It does not die after all. */
  spare(): void {
    this.#doors.killAt(Number.POSITIVE_INFINITY);
  }

  /** Runs something of the process to its end, or to its death; then a new process starts and the old one's keys come back. */
  async run(work: (engine: Engine) => Promise<unknown>): Promise<void> {
    try {
      await runToEnd(this.clock, work(this.#engine));
    } catch (error) {
      // A side that does not answer ends a poll; the next one goes on.
      if (!(error instanceof Killed) && !(error instanceof ConnectorError)) throw error;
    }
    if (!this.#doors.dead) return;
    this.deaths.push(this.#doors.diedAt ?? '');
    this.#restarts += 1;
    await this.store.queue.loseWorkers();
    this.#engine = this.#start();
  }

  poll(side: Side): Promise<void> {
    return this.run((engine) => poll(engine, this.pair, side, { unlimitedCreates: true }));
  }

  /** Hands one batch to a worker, as the daemon would. True if there was one. */
  async work(): Promise<boolean> {
    const jobs = await this.store.queue.takeBatch(this.#weather.batchSize);
    if (jobs.length === 0) return false;
    await this.run(async (engine) => {
      await createWorker(engine, { sideDown: 'fail', signal: new AbortController().signal }).handle(jobs);
    });
    await this.store.queue.giveBack(jobs);
    return true;
  }

  due(): Promise<void> {
    return this.run((engine) => enqueueDue(engine));
  }

  /** Somebody edits the record just before our next update on this side arrives there. */
  race(side: Side, fields: Fields): void {
    this.#races[side].push((id) => {
      this.desks[side].edit(objects[side], id, fields, 'racer');
    });
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    for (const side of sides) {
      this.desks[side].faults.clear();
      this.desks[side].setLag(0);
      this.#races[side].length = 0;
    }
    this.spare();
  }

  /** One round as the daemon would make it: time passes, both sides are polled, the queue is worked off. */
  async round(afterMs: number): Promise<void> {
    await this.clock.advance(afterMs);
    for (const side of sides) await this.poll(side);
    await this.due();
    for (let batches = 0; await this.work(); batches += 1) {
      if (batches > 200) throw new Error('the queue does not come to rest');
    }
  }
}
