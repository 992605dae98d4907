import type { Clock, Ids } from '../core/clock.ts';
import type { Fields, SourceRecord } from '../core/record.ts';
import type { Side } from '../core/side.ts';
import { addToDirectory, type DirectoryEntry } from './memory/directory.ts';
import { MemoryComments } from './memory/comments.ts';
import { MemoryFiles } from './memory/files.ts';
import { current, MemoryDesk, type RowVersion } from './memory/desk.ts';
import { faultError, type MemoryCall, MemoryFaults, type MemoryMethod } from './memory/faults.ts';
import { findIn } from './memory/find.ts';
import { changesOf, deletionsOf, fieldDateOf, probeOf, readOf } from './memory/queries.ts';
import { type BusinessRule, stampFields, type Validation } from './memory/rules.ts';
import { normalised } from './memory/stamps.ts';
import { createWriter, type WriteLogEntry } from './memory/writes.ts';
import { ConnectorError } from './errors.ts';
import { orHandBack } from './still-ours.ts';
import type { EraseResult, FieldDescription, Sending, TicketSystem } from './ticket-system.ts';

export interface MemorySystemOptions {
  readonly side: Side;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The desk's own automation, in order. */
  readonly rules?: readonly BusinessRule[];
  /** What the desk refuses to save for us. */
  readonly validations?: readonly Validation[];
  /** Longest text per field: ServiceNow cuts it, Salesforce refuses the record. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Resolution of the desk's stamps; both vendors keep whole seconds (default 1,000). */
  readonly stampMs?: number;
  /** The desk's clock less ours; default 0. */
  readonly clockOffsetMs?: number;
  /** Whether field history is kept and readable; default true. */
  readonly history?: boolean;
  /** Whether an update shows the record as it stood just before; default true. */
  readonly showsBefore?: boolean;
  /** Whether a read tells a deletion from an absence; default true for Salesforce, which answers `IsDeleted`. */
  readonly tellsDeleted?: boolean;
  /** Whom our own writes are stamped with. */
  readonly user?: string;
  /** Most bytes of one comment; default 4,000 for Salesforce and no limit for ServiceNow. */
  readonly mostCommentBytes?: number;
  readonly instance?: string;
}

/** A desk in memory: the ticket system, the truth behind it, and the knobs. */
export interface MemorySystem extends TicketSystem {
  readonly faults: MemoryFaults;
  /** What people write under tickets. */
  readonly comments: MemoryComments;
  /** What people attach to tickets. */
  readonly files: MemoryFiles;
  /** A person makes a record. */
  put(object: string, fields: Fields, by?: string): SourceRecord;
  /** Somebody or something that tickets refer to joins the desk; their id comes back. */
  enrol(entry: DirectoryEntry): string;
  /** A person changes a record; throws if there is none. */
  edit(object: string, id: string, fields: Fields, by?: string): SourceRecord;
  /** Automation changes a record without moving its stamp; throws if there is none. */
  slip(object: string, id: string, fields: Fields, by?: string): void;
  /** A person deletes a record. */
  remove(object: string, id: string): void;
  /** A person merges a record into another one: it is deleted, and says which one it went to. */
  merge(object: string, id: string, into: string): void;
  /** A person takes a record out of the recycle bin; by default that moves its stamp. */
  restore(object: string, id: string, how?: { readonly touched: boolean }): void;
  /** An access rule hides a record from our user, or shows it again. */
  hide(object: string, id: string, hidden: boolean): void;
  /** Saves made from now on become visible to queries so much later. */
  setLag(ms: number): void;
  /** The desk's clock jumps by so much, back where negative. */
  jumpClock(ms: number): void;
  /** Every live record, with all its fields. */
  rows(object: string): readonly SourceRecord[];
  /** Every state a record has been in, oldest first. */
  versions(object: string, id: string): readonly RowVersion[];
  /** Every create and update that changed something here, by us. */
  writes(): readonly WriteLogEntry[];
  /** Called before each call and each item of a write: a test may edit records here, in the gap between our read and our write. */
  onCall(listener: (call: MemoryCall) => void): void;
}

/** The executable form of the TicketSystem contract. */
export function createMemorySystem(options: MemorySystemOptions): MemorySystem {
  const { side, clock } = options;
  const desk = new MemoryDesk({
    side,
    clock,
    ids: options.ids,
    rules: options.rules ?? [],
    stampMs: options.stampMs ?? 1000,
    clockOffsetMs: options.clockOffsetMs ?? 0,
  });
  const faults = new MemoryFaults();
  const listeners: ((call: MemoryCall) => void)[] = [];
  let calls = 0;

  const told = (call: MemoryCall): void => {
    for (const listener of listeners) listener(call);
  };
  const writer = createWriter({
    side,
    clock,
    desk,
    faults,
    told,
    limits: options.limits ?? {},
    validations: options.validations ?? [],
    user: options.user ?? 'casebridge',
    showsBefore: options.showsBefore ?? true,
  });

  /** One API call that carries out `work` unless a fault strikes it. */
  function call<T>(method: MemoryMethod, work: () => T): T {
    calls += 1;
    writer.runLate();
    comments.runLate();
    files.runLate();
    told({ method, item: null });
    const fault = faults.strike({ method, item: null });
    if (fault !== null) throw faultError(side, fault, method);
    return work();
  }

  /** The same for a write, unless it is to be handed back. Without that question nothing is waited for. */
  async function write<T>(method: MemoryMethod, sending: Sending | undefined, work: () => T): Promise<T> {
    if (sending !== undefined) await orHandBack(side, sending, method);
    return call(method, work);
  }

  const comments = new MemoryComments({
    side,
    clock,
    ids: options.ids,
    desk,
    faults,
    told,
    user: options.user ?? 'casebridge',
    mostBytes: options.mostCommentBytes ?? (side === 'salesforce' ? 4000 : Number.POSITIVE_INFINITY),
    stampMs: options.stampMs ?? 1000,
  });

  const files = new MemoryFiles({
    side,
    clock,
    ids: options.ids,
    desk,
    faults,
    told: (one) => {
      calls += 1;
      told(one);
    },
    user: options.user ?? 'casebridge',
    stampMs: options.stampMs ?? 1000,
  });

  const tellsDeleted = options.tellsDeleted ?? side === 'salesforce';
  const rowOf = (object: string, id: string) => {
    const row = desk.row(object, normalised(side, id));
    if (row === undefined || row.deleted) throw new Error(`no ${object} ${id} on ${side}`);
    return row;
  };
  const everything = (object: string, id: string): SourceRecord => {
    const row = rowOf(object, id);
    return desk.record(row, Object.keys(current(row).fields));
  };

  return {
    side,
    faults,
    comments,
    files,
    changes: async (request) => {
      request.signal?.throwIfAborted();
      return call('changes', () => {
        const page = changesOf(desk, request);
        const streams = (request.streams ?? []).flatMap((ask) => {
          if (ask.name === 'comments') return [comments.stream(request.object, ask)];
          if (ask.name === 'files') return [files.stream(request.object, ask)];
          return ask.name === 'deletions' ? [deletionsOf(desk, tellsDeleted, request.object, ask)] : [];
        });
        return streams.length === 0 ? page : { ...page, streams: [...(page.streams ?? []), ...streams] };
      });
    },
    read: async (object, ids, fields, ask) =>
      nothingFor(ids) ??
      call('read', () =>
        readOf(desk, side, tellsDeleted, object, ids, fields, (id) =>
          ask === undefined
            ? null
            : {
                comments: ask.comments ? comments.listed(object, id) : null,
                files: ask.files ? files.listed(object, id) : null,
              },
        ),
      ),
    create: async (requests, sending) =>
      nothingFor(requests) ?? write('create', sending, () => requests.map((request) => writer.create(request))),
    update: async (requests, sending) =>
      nothingFor(requests) ?? write('update', sending, () => requests.map((request) => writer.update(request))),
    erase: async (object, ids, sending) =>
      nothingFor(ids) ??
      write('erase', sending, () =>
        ids.map((id): EraseResult => {
          const row = desk.row(object, normalised(side, id));
          if (row === undefined || row.hidden || row.deleted) {
            return { kind: 'failed', error: new ConnectorError('NotFound', { side, executed: 'no', status: 404 }) };
          }
          desk.remove(row);
          return { kind: 'erased' };
        }),
      ),
    probe: async (request) => nothingFor(request.probes) ?? call('probe', () => probeOf(desk, side, request)),
    sees: async (objects) =>
      nothingFor(objects) ?? call('find', () => objects.map((object) => desk.rows(object).some((row) => !row.hidden))),
    find: async (requests) => nothingFor(requests) ?? call('find', () => requests.map((one) => findIn(desk, one))),
    fieldDates: async (object, asks) =>
      nothingFor(asks) ??
      call('fieldDates', () => asks.map((ask) => (options.history === false ? null : fieldDateOf(desk, object, ask)))),
    describe: async (object) => call('describe', () => ({ object, fields: describeFields(desk, object, options) })),
    identity: async () =>
      call('identity', () => ({
        side,
        instance: options.instance ?? `memory-${side}`,
        user: options.user ?? 'casebridge',
      })),
    children: {
      post: async (requests, sending) => nothingFor(requests) ?? write('post', sending, () => comments.post(requests)),
      open: (file) => files.open(file),
      attach: (request) => files.attach(request),
      detach: (object, file) => files.detach(object, file),
    },
    calls: () => calls,

    put: (object, fields, by = 'person') => {
      writer.runLate();
      return everything(object, desk.insert(object, writer.fitted(fields), by).id);
    },
    enrol: (entry) => addToDirectory(desk, side, options.ids.sysId(), entry),
    edit: (object, id, fields, by = 'person') => {
      writer.runLate();
      desk.update(rowOf(object, id), writer.fitted(fields), by);
      return everything(object, id);
    },
    slip: (object, id, fields, by = 'import') => {
      writer.runLate();
      desk.slip(rowOf(object, id), writer.fitted(fields), by);
    },
    remove: (object, id) => {
      desk.remove(rowOf(object, id));
    },
    merge: (object, id, into) => {
      const row = rowOf(object, id);
      desk.remove(row);
      row.into = rowOf(object, into).id;
    },
    restore: (object, id, how = { touched: true }) => {
      const row = desk.row(object, normalised(side, id));
      if (row === undefined || !row.deleted) throw new Error(`no deleted ${object} ${id} on ${side}`);
      row.deleted = false;
      delete row.into;
      if (how.touched) desk.touch(row, 'person');
    },
    hide: (object, id, hidden) => {
      rowOf(object, id).hidden = hidden;
    },
    setLag: (ms) => {
      desk.lagMs = ms;
    },
    jumpClock: (ms) => {
      desk.clockOffsetMs += ms;
    },
    rows: (object) => {
      writer.runLate();
      return desk.rows(object).map((row) => desk.record(row, Object.keys(current(row).fields)));
    },
    versions: (object, id) => desk.row(object, normalised(side, id))?.versions ?? [],
    writes: () => writer.log,
    onCall: (listener) => {
      listeners.push(listener);
    },
  };
}

/** Nothing was asked for: the answer needs no call. */
function nothingFor(asked: readonly unknown[]): readonly never[] | null {
  return asked.length === 0 ? [] : null;
}

/** As far as the rows show it: every field that any row holds, as text of the length we cut at. */
function describeFields(desk: MemoryDesk, object: string, options: MemorySystemOptions): readonly FieldDescription[] {
  const limits = options.limits ?? {};
  const stamp = stampFields[options.side];
  const names = new Set([
    stamp,
    ...Object.keys(limits),
    ...desk.rows(object).flatMap((row) => Object.keys(current(row).fields)),
  ]);
  return [...names].map((name) => ({
    name,
    label: name,
    type: 'string',
    length: limits[name] ?? null,
    required: false,
    writable: true,
    unique: name === stamp && options.side === 'salesforce',
    externalId: name === stamp && options.side === 'salesforce',
    choices: null,
  }));
}
