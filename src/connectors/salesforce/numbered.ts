import type { SourceRecord } from '../../core/record.ts';
import { mapBulk } from '../bulk-pages.ts';
import type { TicketSystem, WriteResult } from '../ticket-system.ts';

/**
 * A system that numbers the records of any object. A Case is called by its CaseNumber, which every query selects; what other objects
 * are called by, their metadata says (`WorkOrderNumber`): learnt whenever it is asked for. Every custom object has a Name.
 */
export function withNumbers(system: TicketSystem): TicketSystem {
  const learnt = new Map<string, string>();
  const fieldOf = (object: string): string | null => {
    if (object === 'Case') return null;
    return learnt.get(object) ?? (object.endsWith('__c') ? 'Name' : null);
  };

  /** The fields with the number's among them, and what puts it in its place in a record of the answer. */
  function numbering(object: string, wanted: readonly string[]): Numbering {
    const field = fieldOf(object);
    if (field === null) return { fields: wanted, number: (record) => record };
    return {
      fields: [...new Set([...wanted, field])],
      number: (record) => named(record, field, wanted.includes(field)),
    };
  }

  async function written<T extends { readonly object: string; readonly readBack: readonly string[] }>(
    requests: readonly T[],
    send: (requests: readonly T[]) => Promise<readonly WriteResult[]>,
  ): Promise<readonly WriteResult[]> {
    const asked = requests.map((request) => numbering(request.object, request.readBack));
    const results = await send(
      requests.map((request, at) => ({ ...request, readBack: asked[at]?.fields ?? request.readBack })),
    );
    return results.map((result, at) => {
      const number = asked[at]?.number;
      if (number === undefined || result.kind !== 'written') return result;
      return {
        ...result,
        record: number(result.record),
        before: result.before === null ? null : number(result.before),
      };
    });
  }

  return {
    ...system,
    describe: async (object) => {
      const description = await system.describe(object);
      if (description.numberField !== undefined) learnt.set(object, description.numberField);
      return description;
    },
    changes: async (request) => {
      const { fields, number } = numbering(request.object, request.fields);
      const page = await system.changes({ ...request, fields });
      return { ...page, records: page.records.map(number) };
    },
    bulk: async (request) => {
      const { fields, number } = numbering(request.object, request.fields);
      const walk = (await system.bulk?.({ ...request, fields })) ?? null;
      return walk === null ? null : { ...walk, pages: mapBulk(walk.pages, number) };
    },
    read: async (object, ids, wanted, children) => {
      const { fields, number } = numbering(object, wanted);
      const results = await system.read(object, ids, fields, children);
      return results.map((result) => (result.kind === 'found' ? { ...result, record: number(result.record) } : result));
    },
    probe: async (request) => {
      const { fields, number } = numbering(request.object, request.fields);
      const results = await system.probe({ ...request, fields });
      return results.map((result) =>
        result.kind === 'found' ? { ...result, records: result.records.map(number) } : result,
      );
    },
    create: (requests, sending) => written(requests, (some) => system.create(some, sending)),
    update: (requests, sending) => written(requests, (some) => system.update(some, sending)),
  };
}

interface Numbering {
  readonly fields: readonly string[];
  readonly number: (record: SourceRecord) => SourceRecord;
}

function named(record: SourceRecord, field: string, wanted: boolean): SourceRecord {
  const { [field]: value, ...rest } = record.fields;
  const number = value === null || value === undefined ? null : String(value);
  return { ...record, number, fields: wanted ? record.fields : rest };
}
