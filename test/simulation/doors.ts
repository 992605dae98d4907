import type { Readable } from 'node:stream';
import type { AttachRequest, ChildSystem, PostRequest, PostResult } from '../../src/connectors/children.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { MemorySystem } from '../../src/connectors/memory.ts';
import type { Sending, TicketSystem, WriteResult } from '../../src/connectors/ticket-system.ts';
import type { Fields, SourceRecord } from '../../src/core/record.ts';
import { underOurUser } from './script.ts';

/** A server does not wait longer for the body of a request. */
const hangsUpAfterMs = 60_000;

/** The process whose calls they are. */
export interface Keeper {
  /** Waits for its turn before the call and after it. `sent`: what arrives all the same if the process dies before. */
  through<T>(name: string, call: () => Promise<T>, sent?: () => Promise<unknown>): Promise<T>;
  wait(ms: number): Promise<void>;
  now(): number;
  /** How long each single write stands in line now; 0 where all go at once in one call. */
  slowMs(): number;
  /** A read is being carried out. */
  reads(): void;
  /** These are about to be sent, on what was read last. */
  decided(writes: readonly { readonly fields: Fields }[]): void;
}

/** One desk as one process reaches it. */
export function behindDoors(desk: MemorySystem, keeper: Keeper): TicketSystem {
  const { children } = desk;
  return {
    side: desk.side,
    calls: () => desk.calls(),
    changes: async (request) => {
      const page = await keeper.through('changes', () => desk.changes(request));
      return { ...page, records: page.records.map(asShown) };
    },
    read: async (object, ids, fields, ask) => {
      const results = await keeper.through('read', () => {
        keeper.reads();
        return desk.read(object, ids, fields, ask);
      });
      return results.map((one) => (one.kind === 'found' ? { ...one, record: asShown(one.record) } : one));
    },
    create: (requests, sending) =>
      sendAll<(typeof requests)[number], WriteResult>(keeper, {
        name: 'create',
        items: requests,
        sending,
        call: (some, asked) => desk.create(some, asked),
      }),
    update: (requests, sending) => {
      keeper.decided(requests);
      return sendAll<(typeof requests)[number], WriteResult>(keeper, {
        name: 'update',
        items: requests,
        sending,
        call: (some, asked) => desk.update(some, asked),
      });
    },
    probe: (request) => keeper.through('probe', () => desk.probe(request)),
    fieldDates: (object, asks) => keeper.through('fieldDates', () => desk.fieldDates(object, asks)),
    describe: (object) => keeper.through('describe', () => desk.describe(object)),
    identity: () => keeper.through('identity', () => desk.identity()),
    ...(children === undefined ? {} : { children: childrenBehindDoors(desk, children, keeper) }),
  };
}

function childrenBehindDoors({ side }: MemorySystem, children: ChildSystem, keeper: Keeper): ChildSystem {
  const attach = async (request: AttachRequest, startedAt: number) => {
    const open = async (): Promise<Readable> => {
      const body = await request.open();
      if (keeper.now() - startedAt < hangsUpAfterMs) return body;
      throw new ConnectorError('Unavailable', { side, executed: 'no', cause: 'hung-up' });
    };
    return children.attach({ ...request, open });
  };
  const through = <T>(name: string, call: () => Promise<T>): Promise<T> => keeper.through(name, call, call);
  return {
    post: (requests, sending) =>
      sendAll<PostRequest, PostResult>(keeper, {
        name: 'post',
        items: requests,
        sending,
        call: (some, asked) => children.post(some, asked),
        // What follows a comment that did not go through stays here, so that a ticket reads in order.
        behind: (one, failed) =>
          one.recordId === failed.recordId
            ? {
                kind: 'failed',
                error: new ConnectorError('Unavailable', { side, executed: 'no', cause: 'behind-a-failed-one' }),
              }
            : null,
      }),
    open: (file, signal) => keeper.through('open', () => children.open(file, signal)),
    attach: (request) => {
      const startedAt = keeper.now();
      return through('attach', () => attach(request, startedAt));
    },
    detach: (object, file) => through('detach', () => children.detach(object, file)),
  };
}

interface Outgoing<T, R> {
  readonly name: string;
  readonly items: readonly T[];
  readonly sending: Sending | undefined;
  readonly call: (some: readonly T[], sending?: Sending) => Promise<readonly R[]>;
  /** What becomes of an item because an earlier one failed; null where that is nothing to it. */
  readonly behind?: (item: T, failed: T) => R | null;
}

/** In one call, or, on a slow desk, each in its own, which stands in line before it leaves. */
async function sendAll<T, R extends WriteResult | PostResult>(
  keeper: Keeper,
  { name, items, sending, call, behind }: Outgoing<T, R>,
): Promise<readonly R[]> {
  // What is on the wire when its process dies asks nobody any more.
  const send = (some: readonly T[]): Promise<readonly R[]> =>
    keeper.through(
      name,
      () => call(some, sending),
      () => call(some),
    );
  if (items.length === 0 || keeper.slowMs() === 0) return send(items);
  const results: R[] = [];
  const failed: T[] = [];
  for (const item of items) {
    const stays = failed.map((one) => behind?.(item, one) ?? null).find((one) => one !== null);
    if (stays === undefined) await keeper.wait(keeper.slowMs());
    const [result] = stays === undefined ? await send([item]).catch(failure) : [stays];
    if (result === undefined) throw new Error(`${name} came to nothing`);
    if (result.kind === 'failed') failed.push(item);
    results.push(result as R);
  }
  return results;
}

function failure(error: unknown): readonly [{ readonly kind: 'failed'; readonly error: ConnectorError }] {
  if (error instanceof ConnectorError) return [{ kind: 'failed', error }];
  throw error;
}

/** A desk names the user of a save, not who has borrowed it. */
function asShown(record: SourceRecord): SourceRecord {
  return record.updatedBy === underOurUser ? { ...record, updatedBy: 'casebridge' } : record;
}
