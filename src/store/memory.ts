import { AsyncLocalStorage } from 'node:async_hooks';
import type { TokenVault, VersionedToken } from '../connectors/credentials.ts';
import type { Clock, Ids } from '../core/clock.ts';
import type { Side } from '../core/side.ts';
import { asideMethods } from './memory/aside.ts';
import { childMethods } from './memory/children.ts';
import { forgettingMethods } from './memory/forgetting.ts';
import { createMemoryAdmin } from './memory/admin.ts';
import { conflictMethods } from './memory/conflicts.ts';
import { createMemoryLeases } from './memory/leases.ts';
import { createMemoryLimits } from './memory/limits.ts';
import { linkMethods } from './memory/links.ts';
import { matchingMethods } from './memory/matching.ts';
import { unmatchedMethods } from './memory/unmatched.ts';
import { createMemoryQueue, type MemoryQueue, queueMethods } from './memory/queue.ts';
import { overviewMethods } from './memory/overview.ts';
import { emptyState, fork, type State } from './memory/state.ts';
import { upkeepMethods } from './memory/upkeep.ts';
import { workMethods } from './memory/work.ts';
import type { Store, Tx } from './store.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** How long jobs rest that a handler left uncompleted; default 1,000. */
  readonly redeliverMs?: number;
}

export interface MemoryStore extends Store {
  readonly queue: MemoryQueue;
}

/** A store in memory that keeps the contract of the real one, so that a test on it says something about the real one. */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  let state = emptyState();
  const listeners: (() => void)[] = [];
  const serially = createSerial();

  /** Runs `work` on a copy that replaces the state if nothing is thrown. */
  const transact = <T>(work: (draft: State) => Promise<T>): Promise<T> =>
    serially(async () => {
      const draft = fork(state);
      const result = await work(draft);
      state = draft;
      if (draft.waiting.touched || draft.active.touched) for (const listener of listeners) listener();
      return result;
    });

  return {
    transaction: (work) => transact((draft) => withTx(draft, options.clock, work)),
    queue: createMemoryQueue({
      clock: options.clock,
      ids: options.ids,
      redeliverMs: options.redeliverMs ?? 1000,
      change: (work) => transact(async (draft) => work(draft)),
      look: () => state,
      onQueueChange: (listener) => listeners.push(listener),
    }),
    tokens: createMemoryVault(),
    admin: createMemoryAdmin(),
    leases: createMemoryLeases(),
    limits: createMemoryLimits(options.clock),
    ping: async () => undefined,
    close: async () => undefined,
  };
}

async function withTx<T>(draft: State, clock: Clock, work: (tx: Tx) => Promise<T>): Promise<T> {
  let open = true;
  const tx: Tx = {
    ...linkMethods(draft),
    ...workMethods(draft),
    ...conflictMethods(draft),
    ...matchingMethods(draft),
    ...unmatchedMethods(draft),
    ...childMethods(draft),
    ...upkeepMethods(draft),
    ...asideMethods(draft),
    ...forgettingMethods(draft),
    ...overviewMethods(draft),
    ...queueMethods(draft, clock),
  };
  let failure: { readonly error: unknown } | null = null;
  /** As in Postgres: what failed inside a transaction leaves it nothing but the rollback, even if the caller catches it. */
  const guarded = new Proxy(tx, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: readonly unknown[]) => Promise<unknown>;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (!open) throw new Error('the transaction is over');
        if (failure !== null) throw new Error('the transaction has failed', { cause: failure.error });
        try {
          return await method(...args);
        } catch (error) {
          failure = { error };
          throw error;
        }
      };
    },
  });
  const failed = (): { readonly error: unknown } | null => failure;
  try {
    const result = await work(guarded);
    const cause = failed();
    if (cause !== null) throw cause.error;
    return result;
  } finally {
    open = false;
  }
}

/** One at a time, in the order asked. A run asked for from within a run would wait for itself: it is refused instead. */
function createSerial(): <T>(run: () => Promise<T>) => Promise<T> {
  const inside = new AsyncLocalStorage<{ running: boolean }>();
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    if (inside.getStore()?.running === true) return Promise.reject(new Error('a transaction inside a transaction'));
    const mark = { running: true };
    const result = last
      .then(() => inside.run(mark, run))
      .finally(() => {
        mark.running = false;
      });
    last = result.catch(() => undefined);
    return result;
  };
}

function createMemoryVault(): TokenVault {
  const held = new Map<Side, VersionedToken>();
  return {
    load: async (side) => held.get(side) ?? null,
    save: async (side, token, after) => {
      if ((held.get(side)?.version ?? 0) !== after) return false;
      held.set(side, { token, version: after + 1 });
      return true;
    },
  };
}
