import type { SourceRecord } from '../../core/record.ts';
import type { TicketSystem, WriteResult } from '../ticket-system.ts';

/**
 * A system that numbers the records of any object. A Case is called by its CaseNumber, which every query selects; what other objects
 * are called by (`Name`, `WorkOrderNumber`) only their metadata says: asked once, and selected as one more field.
 */
export function withNumbers(system: TicketSystem): TicketSystem {
  const learnt = new Map<string, Promise<string | null>>();
  const fieldOf = (object: string): Promise<string | null> => {
    const known = learnt.get(object);
    if (known !== undefined) return known;
    const asked = system.describe(object).then((description) => description.numberField ?? null);
    learnt.set(object, asked);
    // A call that failed has said nothing: the next one asks again.
    asked.catch(() => learnt.delete(object));
    return asked;
  };

  /** Calls with the number's field among those asked for; `number` puts it in its place in a record of the answer. */
  async function numbered<T>(
    object: string,
    fields: readonly string[],
    call: (fields: readonly string[], number: (record: SourceRecord) => SourceRecord) => Promise<T>,
  ): Promise<T> {
    if (object === 'Case') return call(fields, (record) => record);
    const field = await fieldOf(object);
    if (field === null) return call(fields, (record) => record);
    return call([...new Set([...fields, field])], (record) => named(record, field, fields.includes(field)));
  }

  async function written<T extends { readonly object: string; readonly readBack: readonly string[] }>(
    requests: readonly T[],
    send: (requests: readonly T[]) => Promise<readonly WriteResult[]>,
  ): Promise<readonly WriteResult[]> {
    const fields = new Map<T, string | null>();
    for (const request of requests)
      fields.set(request, request.object === 'Case' ? null : await fieldOf(request.object));
    const results = await send(
      requests.map((request) => {
        const field = fields.get(request) ?? null;
        return field === null ? request : { ...request, readBack: [...new Set([...request.readBack, field])] };
      }),
    );
    return results.map((result, at) => {
      const request = requests[at];
      const field = request === undefined ? null : (fields.get(request) ?? null);
      if (request === undefined || field === null || result.kind !== 'written') return result;
      const number = (record: SourceRecord): SourceRecord => named(record, field, request.readBack.includes(field));
      return {
        ...result,
        record: number(result.record),
        before: result.before === null ? null : number(result.before),
      };
    });
  }

  return {
    ...system,
    changes: (request) =>
      numbered(request.object, request.fields, async (fields, number) => {
        const page = await system.changes({ ...request, fields });
        return { ...page, records: page.records.map(number) };
      }),
    read: (object, ids, wanted, children) =>
      numbered(object, wanted, async (fields, number) =>
        (await system.read(object, ids, fields, children)).map((result) =>
          result.kind === 'found' ? { ...result, record: number(result.record) } : result,
        ),
      ),
    probe: (request) =>
      numbered(request.object, request.fields, async (fields, number) =>
        (await system.probe({ ...request, fields })).map((result) =>
          result.kind === 'found' ? { ...result, records: result.records.map(number) } : result,
        ),
      ),
    create: (requests) => written(requests, (some) => system.create(some)),
    update: (requests) => written(requests, (some) => system.update(some)),
  };
}

function named(record: SourceRecord, field: string, wanted: boolean): SourceRecord {
  const { [field]: value, ...rest } = record.fields;
  const number = value === null || value === undefined ? null : String(value);
  return { ...record, number, fields: wanted ? record.fields : rest };
}
