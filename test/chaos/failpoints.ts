import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Queue } from '../../src/store/queue.ts';
import type { Store, Tx } from '../../src/store/store.ts';

/** Called at every named point, before and after each call that leaves the process. */
export type Hit = (name: string) => void;

type Method = (...args: unknown[]) => unknown;

/**
 * Names a point before and one after every method of a part: `servicenow.update:before`, `tx.saveCursor:after`. A method that
 * is no promise is left as it is.
 */
function pointed<T extends object>(part: T, name: string, hit: Hit): T {
  return new Proxy(part, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || typeof property !== 'string') return value;
      return (...args: unknown[]): unknown => {
        hit(`${name}.${property}:before`);
        const result = (value as Method).apply(target, args);
        if (!(result instanceof Promise)) return result;
        return result.then((answer: unknown) => {
          hit(`${name}.${property}:after`);
          return answer;
        });
      };
    },
  });
}

/** A desk whose every call has a point before and after it. */
export function pointedSystem(system: TicketSystem, hit: Hit): TicketSystem {
  const children = system.children === undefined ? undefined : pointed(system.children, `${system.side}.children`, hit);
  const outer = pointed(system, system.side, hit);
  return new Proxy(outer, {
    get: (target, property) => (property === 'children' ? children : Reflect.get(target, property, target)),
  });
}

/** A store whose every statement and commit has a point before and after it. */
export function pointedStore(store: Store, hit: Hit): Store {
  const queue: Queue = {
    work: (options, handler) =>
      store.queue.work(options, async (jobs) => {
        hit('queue.batch:before');
        await handler(jobs);
        hit('queue.batch:after');
      }),
    stop: (timeoutMs) => store.queue.stop(timeoutMs),
    depth: () => store.queue.depth(),
  };
  const transaction: Store['transaction'] = async (work) => {
    hit('store.begin:before');
    const result = await store.transaction(async (tx) => {
      const done = await work(pointed<Tx>(tx, 'tx', hit));
      hit('store.commit:before');
      return done;
    });
    hit('store.commit:after');
    return result;
  };
  return new Proxy(store, {
    get: (target, property) => {
      if (property === 'queue') return queue;
      if (property === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value as Method).bind(target) : value;
    },
  });
}
