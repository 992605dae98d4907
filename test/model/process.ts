import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Store } from '../../src/store/store.ts';

/** What a killed process would have met at its next instruction. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * The doors of one process to the world: every HTTP call and every transaction passes through here. It can be killed just before
 * or just after any of them; nothing that it does afterwards reaches the world.
 */
export class Doors {
  #left: number | null = null;
  #dead = false;
  /** How many crash points were passed. */
  passed = 0;
  /** Where it died. */
  diedAt: string | null = null;

  get dead(): boolean {
    return this.#dead;
  }

  /** Dies at the n-th crash point from now; 0 is the next one. There are two for every call: before and after. */
  killAt(n: number): void {
    this.#left = n;
  }

  async through<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.#point(`before ${name}`);
    const result = await call();
    this.#point(`after ${name}`);
    return result;
  }

  #point(name: string): void {
    if (this.#dead) throw new Killed(`dead since ${this.diedAt ?? ''}`);
    this.passed += 1;
    if (this.#left === null) return;
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    this.#dead = true;
    this.diedAt = name;
    throw new Killed(name);
  }
}

/** The store as one process sees it. */
export function storeThrough(doors: Doors, store: Store): Store {
  return {
    transaction: (work) => doors.through('transaction', () => store.transaction(work)),
    queue: store.queue,
    tokens: store.tokens,
    ping: () => store.ping(),
    close: () => store.close(),
  };
}

/** A desk as one process sees it. */
export function systemThrough(doors: Doors, system: TicketSystem): TicketSystem {
  const { side, children } = system;
  return {
    side,
    calls: () => system.calls(),
    changes: (request) => doors.through(`changes ${side}`, () => system.changes(request)),
    read: (object, ids, fields, ask) => doors.through(`read ${side}`, () => system.read(object, ids, fields, ask)),
    create: (requests) => doors.through(`create ${side}`, () => system.create(requests)),
    update: (requests) => doors.through(`update ${side}`, () => system.update(requests)),
    probe: (request) => doors.through(`probe ${side}`, () => system.probe(request)),
    fieldDates: (object, asks) => doors.through(`fieldDates ${side}`, () => system.fieldDates(object, asks)),
    describe: (object) => doors.through(`describe ${side}`, () => system.describe(object)),
    identity: () => doors.through(`identity ${side}`, () => system.identity()),
    ...(children === undefined
      ? {}
      : {
          children: { ...children, post: (requests) => doors.through(`post ${side}`, () => children.post(requests)) },
        }),
  };
}
