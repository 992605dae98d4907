import type { Clock } from '../../core/clock.ts';
import type { Fields, SourceRecord } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { ConnectorError, type ConnectorErrorData, type ConnectorErrorKind } from '../errors.ts';
import type { CreateRequest, UpdateRequest, WriteResult } from '../ticket-system.ts';
import { current, type MemoryDesk, type Row } from './desk.ts';
import { faultError, type MemoryCall, type MemoryFaults } from './faults.ts';
import type { Validation } from './rules.ts';
import { normalised, readStamp, stampOf } from './stamps.ts';

export interface WriteLogEntry {
  readonly kind: 'create' | 'update';
  readonly object: string;
  readonly id: string;
  /** As sent, our stamp included. */
  readonly fields: Fields;
  readonly at: number;
  /** Place among the record's versions of the one that this write made. */
  readonly version: number;
  /** How many versions an updated record had when the call set out: what was saved after that, nobody could have read before. */
  readonly versionsBefore: number;
  /** False if the answer was lost. */
  readonly heard: boolean;
}

export interface WriterOptions {
  readonly side: Side;
  readonly clock: Clock;
  readonly desk: MemoryDesk;
  readonly faults: MemoryFaults;
  readonly told: (call: MemoryCall) => void;
  readonly limits: Readonly<Record<string, number>>;
  readonly validations: readonly Validation[];
  readonly user: string;
  readonly showsBefore: boolean;
}

export interface Writer {
  readonly log: readonly WriteLogEntry[];
  create(request: CreateRequest): WriteResult;
  update(request: UpdateRequest): WriteResult;
  /** Texts as the desk lets people enter them: never longer than the field. */
  fitted(fields: Fields): Fields;
  /** Carries out what was still under way when we gave up on it, as far as its time has come. */
  runLate(): void;
}

/** Our writes to one desk, item by item. */
export function createWriter(options: WriterOptions): Writer {
  const { side, clock, desk, user } = options;
  const log: WriteLogEntry[] = [];
  let late: { readonly at: number; readonly run: () => WriteResult }[] = [];

  let outing = { versionsBefore: 0, heard: true };

  function runLate(): void {
    const due = late.filter(({ at }) => at <= clock.now()).toSorted((a, b) => a.at - b.at);
    late = late.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  }

  /** Carries out one item, or as much of it as the fault that strikes it lets through. */
  function item(
    call: MemoryCall & { readonly item: string },
    row: Row | undefined,
    run: () => WriteResult,
  ): WriteResult {
    const { method, item: name } = call;
    const versionsBefore = row?.versions.length ?? 0;
    const carryOut = (heard: boolean): WriteResult => {
      outing = { versionsBefore, heard };
      return run();
    };
    options.told(call);
    const fault = options.faults.strike(call);
    if (fault === null) return carryOut(true);
    if (fault.effect === 'done') carryOut(false);
    if (typeof fault.effect === 'number') late.push({ at: clock.now() + fault.effect, run: () => carryOut(false) });
    return { kind: 'failed', error: faultError(side, fault, `${method} ${name}`) };
  }

  const fitted = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const limit = options.limits[name];
        return [name, typeof value === 'string' && limit !== undefined ? value.slice(0, limit) : value];
      }),
    );

  const fail = (
    kind: ConnectorErrorKind,
    data: Omit<ConnectorErrorData, 'side' | 'executed'>,
    executed: 'no' | 'maybe' = 'no',
  ) => ({ kind: 'failed', error: new ConnectorError(kind, { side, executed, ...data }) }) as const;

  /** Why the desk refuses to save these fields over `before`; null where it does not. */
  function refusal(object: string, before: Fields | null, fields: Fields): WriteResult | null {
    const over = (name: string): boolean => String(fields[name] ?? '').length > (options.limits[name] ?? Infinity);
    const long = side === 'servicenow' ? undefined : Object.keys(fields).find(over);
    const said =
      long === undefined
        ? options.validations
            .map((rule) => rule({ object, before, after: { ...before, ...fields }, by: user }))
            .find((one) => one !== null)
        : { code: 'STRING_TOO_LONG', fields: [long] };
    return said === undefined
      ? null
      : fail('Rejected', { status: side === 'servicenow' ? 403 : 400, cause: 'validation', ...said });
  }

  const written = (row: Row, readBack: readonly string[], before: SourceRecord | null): WriteResult => ({
    kind: 'written',
    record: desk.record(row, readBack),
    before,
  });

  function save(row: Row, object: string, fields: Fields, readBack: readonly string[]): WriteResult {
    const refused = refusal(object, current(row).fields, fields);
    if (refused !== null) return refused;
    const before = options.showsBefore ? desk.record(row, readBack) : null;
    const versions = row.versions.length;
    desk.update(row, fitted(fields), user);
    if (row.versions.length > versions) {
      log.push({ kind: 'update', object, id: row.id, fields, at: clock.now(), version: versions, ...outing });
    }
    return written(row, readBack, before);
  }

  function insert(request: CreateRequest): WriteResult {
    const { object, readBack } = request;
    const fields = { ...request.fields, ...stampOf(side, request.partnerId) };
    if (side === 'salesforce') {
      // An upsert by external id matches live rows only: a deleted Case comes back as a twin.
      const same = desk
        .rows(object)
        .find((row) => readStamp(side, current(row).fields).partnerId === request.partnerId);
      if (same !== undefined) return save(same, object, fields, readBack);
    } else if (desk.row(object, normalised(side, request.drawnId))?.deleted === false) {
      // The unique key of `sys_id` refuses the second insert; the first one may well be ours.
      return fail('Rejected', { status: 403, code: 'duplicate-key', cause: 'validation' }, 'maybe');
    }
    const refused = refusal(object, null, fields);
    if (refused !== null) return refused;
    const row =
      side === 'servicenow'
        ? desk.insert(object, fitted(fields), user, normalised(side, request.drawnId))
        : desk.insert(object, fields, user);
    log.push({ kind: 'create', object, id: row.id, fields, at: clock.now(), version: 0, ...outing });
    return written(row, readBack, null);
  }

  function change(request: UpdateRequest): WriteResult {
    const { object, fields, readBack } = request;
    const row = desk.row(object, normalised(side, request.id));
    if (row === undefined || row.hidden || row.deleted) {
      return fail('NotFound', {
        status: 404,
        ...(row?.deleted === true && side === 'salesforce' ? { code: 'ENTITY_IS_DELETED' } : {}),
      });
    }
    return save(row, object, fields, readBack);
  }

  return {
    log,
    create: (request) => item({ method: 'create', item: request.partnerId }, undefined, () => insert(request)),
    update: (request) => {
      const id = normalised(side, request.id);
      return item({ method: 'update', item: id }, desk.row(request.object, id), () => change(request));
    },
    fitted,
    runLate,
  };
}
