import { AsyncLocalStorage } from 'node:async_hooks';
import { createGate } from '../../../src/connectors/gate.ts';
import { createMemoryVault } from '../../../src/connectors/memory-vault.ts';
import { createSalesforce } from '../../../src/connectors/salesforce/salesforce.ts';
import { createServiceNow } from '../../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem } from '../../../src/connectors/ticket-system.ts';
import { deriveBoth } from '../../../src/connectors/with/derived.ts';
import { withRetry } from '../../../src/connectors/with/retry.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { bothSides, type Side } from '../../../src/core/side.ts';
import { createFileLane } from '../../../src/engine/children/files-lane.ts';
import { defaultTimes, type Engine } from '../../../src/engine/engine.ts';
import { createSeenRows } from '../../../src/engine/seen-rows.ts';
import { createTicker, type Ticker } from '../../../src/engine/ticker.ts';
import { createWorker } from '../../../src/engine/worker.ts';
import type { Job, Queue } from '../../../src/store/queue.ts';
import type { Store } from '../../../src/store/store.ts';
import { seededIds, seededRandom } from '../../support/random.ts';
import type { End } from './sockets.ts';
import type { WireWorld } from './world.ts';

const redeliverMs = 1000;

/** What a dead process waits for. */
const forEver = new Promise<never>(() => undefined);

/** Whose code it is that asks for a connection. */
export const owners = new AsyncLocalStorage<WireProcess>();

/**
 * One daemon as it is composed in earnest, from the tick of its clock down to its sockets; only the store, the time and the network
 * are ours. It dies at a call to the store or with a request under way; dead, nothing that it was about to do ever happens.
 */
export class WireProcess {
  readonly name: string;
  readonly engine: Engine;
  readonly ticker: Ticker;
  dead = false;
  /** Everything taken from the queue and not known to be done. */
  held: Job[] = [];
  readonly sockets = new Set<End>();
  readonly #world: WireWorld;
  #diesIn: number | null = null;

  constructor(world: WireWorld, name: string, no: number) {
    this.#world = world;
    this.name = name;
    const clock: Clock = {
      now: () => world.time.now(),
      sleep: async (ms, signal) => {
        await world.time.sleep(ms, signal);
        if (this.dead) await forEver;
      },
    };
    const engine: Engine = {
      store: this.#store(),
      systems: deriveBoth(this.#systems(clock, no), [world.pair]),
      pairs: [world.pair],
      clock,
      ids: seededIds(100 + no),
      emit: (event) => {
        if (!this.dead) world.told(event);
      },
      times: defaultTimes,
      pageSize: world.script.pageSize,
      offsets: bothSides(() => 0),
      runId: `run-${no}`,
      seen: createSeenRows(),
    };
    this.engine = { ...engine, files: createFileLane(engine, { atOnce: 1 }) };
    this.ticker = createTicker(this.engine, {
      tickMs: 10_000,
      idleMaxMs: 60_000,
      unlimitedCreates: true,
      signal: new AbortController().signal,
    });
  }

  /** Ticks and works, as the daemon does. */
  start(): void {
    owners.run(this, () => {
      const worker = createWorker(this.engine, { sideDown: 'wait', signal: new AbortController().signal });
      void this.engine.store.queue.work({ batchSize: this.#world.script.batchSize, atOnce: 2 }, (jobs) =>
        worker.handle(jobs),
      );
      void this.#ticks();
    });
  }

  /** One round of polls, now. */
  hurry(): void {
    owners.run(this, () => {
      this.ticker.hurry();
      void this.ticker.tick();
    });
  }

  async #ticks(): Promise<void> {
    while (!this.#world.calm) {
      void this.ticker.tick();
      await this.engine.clock.sleep(10_000);
    }
  }

  /** It dies at its n-th call to the store or a desk from now. */
  dieIn(doors: number): void {
    this.#diesIn = doors;
  }

  spare(): void {
    this.#diesIn = null;
  }

  /** True if it has just died here. */
  passes(door: string): boolean {
    if (this.dead || this.#diesIn === null) return !this.dead;
    this.#diesIn -= 1;
    if (this.#diesIn >= 0) return true;
    this.dead = true;
    for (const socket of this.sockets) socket.destroy();
    this.#world.buried(this, door);
    return false;
  }

  async #through<T>(door: string, call: () => Promise<T>): Promise<T> {
    this.#world.time.moved();
    if (!this.passes(`before ${door}`)) return forEver;
    const result = await call().then(
      (value) => ({ kind: 'value', value }) as const,
      (error: unknown) => ({ kind: 'error', error }) as const,
    );
    if (!this.passes(`after ${door}`)) return forEver;
    if (result.kind === 'error') throw result.error;
    return result.value;
  }

  #store(): Store {
    const { store } = this.#world;
    return {
      transaction: (work) =>
        this.#through('transaction', async () => {
          const result = await store.transaction(work);
          this.#world.queueMoved();
          return result;
        }),
      queue: this.#queue(),
      tokens: store.tokens,
      ping: () => store.ping(),
      close: async () => undefined,
    };
  }

  #queue(): Queue {
    const world = this.#world;
    const { queue } = world.store;
    const loop = async (size: number, handler: (jobs: readonly Job[]) => Promise<void>): Promise<void> => {
      while (!this.dead) {
        const moved = world.nextQueueMove();
        const jobs = await queue.takeBatch(size);
        this.held.push(...jobs);
        if (jobs.length === 0) {
          await moved;
          continue;
        }
        await handler(jobs).catch(() => undefined);
        if (this.dead) return;
        await queue.giveBack(jobs, redeliverMs);
        this.held = this.held.filter((job) => !jobs.includes(job));
        void world.time.sleep(redeliverMs).then(() => world.queueMoved());
      }
    };
    return {
      work: async ({ batchSize, atOnce = 1 }, handler) => {
        for (let no = 0; no < atOnce; no += 1) void loop(batchSize, handler);
      },
      stop: async () => undefined,
      depth: () => queue.depth(),
    };
  }

  #systems(clock: Clock, no: number): Record<Side, TicketSystem> {
    const { desks, script } = this.#world;
    const gate = (side: Side) => createGate({ concurrency: script.lanes, clock, side });
    const auth = bothSides((side) => {
      const { clientId, clientSecret } = desks[side].sandbox.account;
      return { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) } as const;
    });
    const ids = seededIds(200 + no);
    const systems = {
      servicenow: createServiceNow({
        settings: { url: desks.servicenow.sandbox.url, auth: auth.servicenow, maxConcurrency: script.lanes },
        vault: createMemoryVault(),
        clock,
        gate: gate('servicenow'),
        newId: () => ids.next(),
      }),
      salesforce: createSalesforce({
        settings: {
          loginUrl: desks.salesforce.sandbox.url,
          auth: auth.salesforce,
          apiVersion: '66.0',
          maxConcurrency: script.lanes,
          dailyCallsShare: 0.8,
        },
        vault: createMemoryVault(),
        clock,
        gate: gate('salesforce'),
      }),
    };
    const random = seededRandom(script.seed + no);
    return bothSides((side) => withRetry(systems[side], { clock, random }));
  }
}
