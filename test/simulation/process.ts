import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Clock } from '../../src/core/clock.ts';
import { bothSides, type Side } from '../../src/core/side.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { createTicker, type Ticker } from '../../src/engine/ticker.ts';
import { createWorker } from '../../src/engine/worker.ts';
import type { Job, Queue } from '../../src/store/queue.ts';
import { type Store, StoreUnavailable, type Tx } from '../../src/store/store.ts';
import { seededIds } from '../support/random.ts';
import type { SimulatedWorld } from './world.ts';

/** After so long without a heartbeat a worker's keys are handed to another. */
export const leaseMs = 11_000;
const redeliverMs = 1000;

/**
 * One process on one machine: its own engine, ticker and worker, its own clock, and doors to the shared store and to both desks.
 * It dies or stops at a door; dead, nothing that it was about to do ever happens.
 */
export class Process {
  readonly name: string;
  readonly engine: Engine;
  readonly ticker: Ticker;
  readonly #world: SimulatedWorld;
  readonly #stop = new AbortController();
  dead = false;
  /** This machine's clock less the true time. */
  skewMs = 0;
  /** Everything taken from the queue and not known to be done. */
  held: Job[] = [];
  #pausedUntil = 0;
  #diesIn: number | null = null;
  #stopsIn: number | null = null;

  constructor(world: SimulatedWorld, name: string, no: number) {
    this.#world = world;
    this.name = name;
    const clock: Clock = {
      now: () => world.clock.now() + this.skewMs,
      sleep: (ms, signal) => world.clock.sleep(ms, signal),
    };
    this.engine = {
      store: this.#store(),
      systems: bothSides((side) => this.#system(side)),
      pairs: [world.pair],
      clock,
      ids: seededIds(100 + no),
      emit: (event) => this.#emit(event),
      times: defaultTimes,
      pageSize: world.weather.pageSize,
      offsets: bothSides(() => 0),
      runId: `run-${no}`,
    };
    this.ticker = createTicker(this.engine, {
      tickMs: world.weather.tickMs,
      idleMaxMs: 60_000,
      unlimitedCreates: false,
      signal: this.#stop.signal,
    });
  }

  /** Ticks and works, as the daemon does. */
  start(): void {
    const worker = createWorker(this.engine, { sideDown: 'wait', signal: this.#stop.signal });
    void this.engine.store.queue.work({ batchSize: this.#world.weather.batchSize }, (jobs) => worker.handle(jobs));
    void this.#ticks();
  }

  async #ticks(): Promise<void> {
    while (!this.#world.calm) {
      await this.ticker.tick();
      await this.#world.clock.sleep(this.#world.weather.tickMs);
    }
  }

  asleep(now: number): boolean {
    return now < this.#pausedUntil;
  }

  /** It dies at its n-th door from now. */
  dieIn(doors: number): void {
    this.#diesIn = doors;
  }

  /** It stops at its n-th door from now. */
  stopIn(doors: number): void {
    this.#stopsIn = doors;
  }

  pauseUntil(time: number): void {
    this.#pausedUntil = time;
  }

  /** Nothing happens to it any more. */
  spare(): void {
    this.#diesIn = null;
    this.#stopsIn = null;
    this.#pausedUntil = 0;
  }

  /**
   * What happens at the door it has come to. A process that has asked for its keys and is about to send does not stop before it
   * has: no service can do anything about that moment on a desk without conditional writes.
   */
  pass(sends: boolean): 'goes on' | 'dies' | 'stops' {
    if (this.#diesIn !== null) {
      this.#diesIn -= 1;
      if (this.#diesIn < 0) return 'dies';
    }
    if (this.#stopsIn !== null && !(sends && this.#stopsIn === 0)) {
      this.#stopsIn -= 1;
      if (this.#stopsIn < 0) {
        this.#stopsIn = null;
        return 'stops';
      }
    }
    return 'goes on';
  }

  /** Its keys come back to the queue: what it completes of them afterwards is refused. */
  async loseLease(): Promise<void> {
    const jobs = this.held;
    this.held = [];
    await this.#world.store.queue.giveBack(jobs);
  }

  #emit(event: EngineEvent): void {
    if (!this.dead) this.#world.told(event);
  }

  async #through<T>(name: string, call: () => Promise<T>, write = false): Promise<T> {
    await this.#world.schedule.gate(this, `before ${name}`, write ? call : null);
    const result = await call().then(
      (value) => ({ kind: 'value', value }) as const,
      (error: unknown) => ({ kind: 'error', error }) as const,
    );
    await this.#world.schedule.gate(this, `after ${name}`);
    if (result.kind === 'error') throw result.error;
    return result.value;
  }

  #store(): Store {
    const { store } = this.#world;
    const transaction = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
      const fault = this.#world.databaseFault();
      if (fault === 'away') throw new StoreUnavailable('away');
      const result = await store.transaction(work);
      if (fault === 'commit unknown') throw new StoreUnavailable('the connection broke during the commit');
      return result;
    };
    return {
      transaction: (work) => this.#through('transaction', () => transaction(work)),
      queue: this.#queue(),
      tokens: store.tokens,
      ping: () => store.ping(),
      close: async () => undefined,
    };
  }

  #queue(): Queue {
    const { store, schedule, clock } = this.#world;
    let stopping = false;
    const loops: Promise<void>[] = [];
    const loop = async (size: number, handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> => {
      while (!stopping) {
        await schedule.gate(this, 'take');
        const jobs = await store.queue.takeBatch(size);
        if (jobs.length === 0) {
          if ((await store.queue.depth()).waiting > 0 || stopping) await clock.sleep(500);
          else await schedule.idle(this);
          continue;
        }
        this.held.push(...jobs);
        await handler(jobs).catch(() => undefined);
        await schedule.gate(this, 'give back');
        await store.queue.giveBack(jobs, redeliverMs);
        this.held = this.held.filter((job) => !jobs.includes(job));
      }
    };
    return {
      work: async ({ batchSize }, handler) => {
        loops.push(loop(batchSize, handler));
      },
      // A loop that rests has nothing to end.
      stop: async () => {
        stopping = true;
      },
      depth: () => store.queue.depth(),
    };
  }

  #system(side: Side): TicketSystem {
    const system = this.#world.desks[side];
    const { children } = system;
    let readAt = 0;
    const through = <T>(name: string, call: () => Promise<T>, write = false): Promise<T> =>
      this.#through(`${name} ${side}`, call, write);
    return {
      side,
      calls: () => system.calls(),
      changes: (request) => through('changes', () => system.changes(request)),
      read: (object, ids, fields, ask) =>
        through('read', () => {
          readAt = this.#world.clock.now();
          return system.read(object, ids, fields, ask);
        }),
      create: (requests) => through('create', () => system.create(requests), true),
      update: (requests) => {
        const decidedOn = readAt;
        return through('update', () => this.#world.decidedOn(side, decidedOn, () => system.update(requests)), true);
      },
      probe: (request) => through('probe', () => system.probe(request)),
      fieldDates: (object, asks) => through('fieldDates', () => system.fieldDates(object, asks)),
      describe: (object) => through('describe', () => system.describe(object)),
      identity: () => through('identity', () => system.identity()),
      ...(children === undefined
        ? {}
        : { children: { ...children, post: (requests) => through('post', () => children.post(requests), true) } }),
    };
  }
}
