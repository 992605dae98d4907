import { AsyncLocalStorage } from 'node:async_hooks';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Clock, Ids } from '../../src/core/clock.ts';
import { bothSides, type Side } from '../../src/core/side.ts';
import { createFileLane } from '../../src/engine/children/files-lane.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { createSeenRows } from '../../src/engine/seen-rows.ts';
import { createTicker, type Ticker } from '../../src/engine/ticker.ts';
import { createWorker } from '../../src/engine/worker.ts';
import type { Job, Queue } from '../../src/store/queue.ts';
import { type Store, StoreUnavailable, type Tx } from '../../src/store/store.ts';
import { seededIds } from '../support/random.ts';
import { behindDoors } from './doors.ts';
import type { SimulatedWorld } from './world.ts';

/** After so long without a heartbeat a worker's keys are handed to another. */
export const leaseMs = 11_000;
const redeliverMs = 1000;

type Port = 'door' | 'clock' | 'random';

/** What a dead process waits for. */
const forEver = new Promise<never>(() => undefined);

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
  /** When each side was read last, by the batch that is being worked on. */
  readonly #reads = new AsyncLocalStorage<Partial<Record<Side, number>>>();
  dead = false;
  /** This machine's clock less the true time. */
  skewMs = 0;
  /** Everything taken from the queue and not known to be done. */
  held: Job[] = [];
  #pausedUntil = 0;
  #dying: { readonly port: Port; left: number } | null = null;
  #stopsIn: number | null = null;

  constructor(world: SimulatedWorld, name: string, no: number) {
    this.#world = world;
    this.name = name;
    const clock: Clock = {
      now: () => {
        this.#look('clock');
        return world.clock.now() + this.skewMs;
      },
      sleep: async (ms, signal) => {
        await world.clock.sleep(ms, signal);
        if (this.dead) await forEver;
      },
    };
    const engine: Engine = {
      store: this.#store(),
      systems: bothSides((side) => this.#system(side)),
      pairs: [world.pair],
      clock,
      ids: this.#ids(100 + no),
      emit: (event) => this.#emit(event),
      times: defaultTimes,
      pageSize: world.weather.pageSize,
      offsets: bothSides(() => 0),
      runId: `run-${no}`,
      seen: createSeenRows(),
    };
    this.engine = { ...engine, files: createFileLane(engine, { atOnce: 2 }) };
    this.ticker = createTicker(this.engine, {
      tickMs: world.weather.tickMs,
      idleMaxMs: 60_000,
      unlimitedCreates: false,
      sweepMs: world.weather.sweepMs ?? 0,
      signal: this.#stop.signal,
    });
  }

  /** Ticks and works, as the daemon does. */
  start(): void {
    this.#world.points.process += 1;
    const worker = createWorker(this.engine, { sideDown: 'wait', signal: this.#stop.signal });
    const { batchSize, handlers = 1 } = this.#world.weather;
    void this.engine.store.queue.work({ batchSize, atOnce: handlers }, (jobs) =>
      this.#reads.run({}, () => worker.handle(jobs)),
    );
    void this.#ticks();
  }

  async #ticks(): Promise<void> {
    while (!this.#world.calm) {
      await this.ticker.tick();
      await this.#world.clock.sleep(this.#world.weather.tickMs);
    }
  }

  /** A command's work: what it writes is judged by when it read, as a batch's is. */
  reading<T>(work: () => Promise<T>): Promise<T> {
    return this.#reads.run({}, work);
  }

  asleep(now: number): boolean {
    return now < this.#pausedUntil;
  }

  /** It dies at its n-th door from now, or right after its n-th look at the clock or draw of an id. */
  dieIn(times: number, port: Port = 'door'): void {
    this.#dying = { port, left: times };
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
    this.#dying = null;
    this.#stopsIn = null;
    this.#pausedUntil = 0;
  }

  /**
   * What happens at the door it has come to. A process that has asked whether a file is still its own and is about to send it does not
   * stop before it has: no service can do anything about that moment on a desk without conditional writes.
   */
  pass(sends: boolean): 'goes on' | 'dies' | 'stops' {
    if (this.#dying?.port === 'door') {
      this.#dying.left -= 1;
      if (this.#dying.left < 0) return 'dies';
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

  /** The clock and ids answer at once, so that a death at one of them is a death of everything that was to follow. */
  #look(port: 'clock' | 'random'): void {
    if (this.dead) return;
    this.#world.points[port] += 1;
    if (this.#dying?.port !== port) return;
    this.#dying.left -= 1;
    if (this.#dying.left >= 0) return;
    this.#dying = null;
    this.#world.bury(this, `at ${port}`);
  }

  #ids(seed: number): Ids {
    const ids = seededIds(seed);
    const drawn = <T>(draw: () => T): T => {
      this.#look('random');
      return draw();
    };
    return { next: () => drawn(() => ids.next()), sysId: () => drawn(() => ids.sysId()) };
  }

  #emit(event: EngineEvent): void {
    if (!this.dead) this.#world.told(event);
  }

  /** `sent`: what may arrive all the same when it dies before the call. */
  async #through<T>(name: string, call: () => Promise<T>, sent: (() => Promise<unknown>) | null = null): Promise<T> {
    this.#world.points[name === 'transaction' ? 'db' : 'http'] += 2;
    await this.#world.schedule.gate(this, `before ${name}`, sent);
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
    const { leases } = store;
    return {
      transaction: (work) => this.#through('transaction', () => transaction(work)),
      queue: this.#queue(),
      ...(leases === undefined ? {} : { leases: this.#leases(leases) }),
      tokens: store.tokens,
      ping: () => store.ping(),
      close: async () => undefined,
    };
  }

  /** Duties that one replica at a time has, in the same database. */
  #leases(leases: NonNullable<Store['leases']>): NonNullable<Store['leases']> {
    const asked = async <T>(call: () => Promise<T>): Promise<T> =>
      this.#through('transaction', async () => {
        if (this.#world.databaseFault() !== null) throw new StoreUnavailable('away');
        return call();
      });
    return {
      take: (name, holder, times) => asked(() => leases.take(name, holder, times)),
      save: (name, holder, state) => asked(() => leases.save(name, holder, state)),
      look: (name) => asked(() => leases.look(name)),
      release: (name, holder) => asked(() => leases.release(name, holder)),
    };
  }

  #queue(): Queue {
    const { store, schedule, clock } = this.#world;
    let stopping = false;
    const loops: Promise<void>[] = [];
    const loop = async (size: number, handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> => {
      while (!stopping) {
        this.#world.points.db += 1;
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
      work: async ({ batchSize, atOnce = 1 }, handler) => {
        for (let no = 0; no < atOnce; no += 1) loops.push(loop(batchSize, handler));
      },
      // A loop that rests has nothing to end.
      stop: async () => {
        stopping = true;
      },
      depth: () => store.queue.depth(),
    };
  }

  #system(side: Side): TicketSystem {
    const world = this.#world;
    return behindDoors(world.desks[side], {
      through: (name, call, sent) => this.#through(`${name} ${side}`, call, sent ?? null),
      wait: (ms) => this.engine.clock.sleep(ms),
      now: () => world.clock.now(),
      slowMs: () => world.slowMs(side),
      reads: () => {
        const reads = this.#reads.getStore();
        if (reads !== undefined) reads[side] = world.clock.now();
      },
      decided: (requests) => world.decidedOn(this.#reads.getStore()?.[side] ?? world.clock.now(), requests),
    });
  }
}
