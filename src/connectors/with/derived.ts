import { mapBulk } from '../bulk-pages.ts';
import type { DerivedField } from '../../core/derived.ts';
import { type Fields, type SourceRecord, valueIn } from '../../core/record.ts';
import type { PairRules } from '../../core/rules.ts';
import { bothSides, type Side } from '../../core/side.ts';
import type {
  CreateRequest,
  FieldDate,
  FieldDateAsk,
  TicketSystem,
  UpdateRequest,
  WriteResult,
} from '../ticket-system.ts';

/** Both desks with the fields that these pairs derive. */
export function deriveBoth(
  systems: Readonly<Record<Side, TicketSystem>>,
  pairs: readonly Pick<PairRules, 'derived'>[],
): Record<Side, TicketSystem> {
  return bothSides((side) =>
    withDerived(
      systems[side],
      pairs.flatMap((pair) => pair.derived?.[side] ?? []),
    ),
  );
}

/**
 * A ticket system whose records have fields that the desk does not: put together when a record comes in, taken apart when one goes out.
 * Everybody behind it reads, compares and writes them like any other field.
 */
export function withDerived(system: TicketSystem, derived: readonly DerivedField[]): TicketSystem {
  if (derived.length === 0) return system;
  const known = new Map(derived.map((field) => [field.name, field]));

  const native = (names: readonly string[]): readonly string[] => [
    ...new Set(names.flatMap((name) => known.get(name)?.parts ?? [name])),
  ];
  const composed = (record: SourceRecord, names: readonly string[]): SourceRecord => {
    const more = names.flatMap((name) => {
      const field = known.get(name);
      // A part that the answer left out is unreadable, and so is what it is a part of.
      if (field === undefined || field.parts.some((part) => valueIn(record, part) === undefined)) return [];
      return [[name, field.compose(record.fields)] as const];
    });
    return more.length === 0 ? record : { ...record, fields: { ...record.fields, ...Object.fromEntries(more) } };
  };
  const split = (fields: Fields, held: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => {
        const field = known.get(name);
        if (field === undefined) return [[name, value]];
        const parts = Object.entries(field.split?.(value) ?? {});
        const differing = parts.filter(([part, wanted]) => !Object.hasOwn(held, part) || held[part] !== wanted);
        // One at least: an update that says nothing is none.
        return differing.length === 0 ? parts : differing;
      }),
    );
  const outgoing = <T extends CreateRequest | UpdateRequest>(request: T): T => ({
    ...request,
    fields: split(request.fields, 'held' in request ? (request.held ?? {}) : {}),
    readBack: native(request.readBack),
  });
  const incoming = (result: WriteResult | undefined, names: readonly string[]): WriteResult | undefined =>
    result?.kind !== 'written'
      ? result
      : {
          ...result,
          record: composed(result.record, names),
          before: result.before === null ? null : composed(result.before, names),
        };
  async function write<T extends CreateRequest | UpdateRequest>(
    requests: readonly T[],
    send: (requests: readonly T[]) => Promise<readonly WriteResult[]>,
  ): Promise<readonly WriteResult[]> {
    const results = await send(requests.map(outgoing));
    return requests.flatMap((request, at) => incoming(results[at], request.readBack) ?? []);
  }

  return {
    ...system,
    changes: async (request) => {
      const page = await system.changes({ ...request, fields: native(request.fields) });
      return { ...page, records: page.records.map((record) => composed(record, request.fields)) };
    },
    ...(system.bulk === undefined
      ? {}
      : {
          bulk: async (request) => {
            const walk = await system.bulk?.({ ...request, fields: native(request.fields) });
            return walk === undefined || walk === null
              ? null
              : { ...walk, pages: mapBulk(walk.pages, (record) => composed(record, request.fields)) };
          },
        }),
    read: async (object, ids, fields, children) => {
      const results = await (children === undefined
        ? system.read(object, ids, native(fields))
        : system.read(object, ids, native(fields), children));
      return results.map((result) =>
        result.kind === 'found' ? { ...result, record: composed(result.record, fields) } : result,
      );
    },
    probe: async (request) => {
      const results = await system.probe({ ...request, fields: native(request.fields) });
      return results.map((result) =>
        result.kind === 'found'
          ? { ...result, records: result.records.map((record) => composed(record, request.fields)) }
          : result,
      );
    },
    create: (requests, sending) => write(requests, (some) => system.create(some, sending)),
    update: (requests, sending) => write(requests, (some) => system.update(some, sending)),
    fieldDates: async (object, asks) => {
      const parts = asks.map((ask) => native([ask.field]).map((field): FieldDateAsk => ({ ...ask, field })));
      const dates = await system.fieldDates(object, parts.flat());
      let at = 0;
      return parts.map((some) => latest(dates.slice(at, (at += some.length))));
    },
  };
}

/** A derived field changed when the last of its parts did. */
function latest(dates: readonly FieldDate[]): FieldDate {
  return dates.reduce<FieldDate>(
    (last, date) => (last === null || (date !== null && date.at > last.at) ? date : last),
    null,
  );
}
