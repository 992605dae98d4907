import type { Fields } from '../../core/record.ts';
import { ConnectorError } from '../errors.ts';
import type { CreateRequest, UpdateRequest, WriteResult } from '../ticket-system.ts';
import { normaliseId, normaliseStamp } from './ids.ts';
import { stampField } from './records.ts';

/** Most records in one collections request. */
export const recordsPerCollection = 200;
/** Text in one collections request: long descriptions must not add up to a body that a gateway refuses. */
const textPerCollection = 4_000_000;

/** A write that passed the checks which need no server. `key` is what the read-back finds it by: an Id or a stamp. */
export interface Item {
  readonly at: number;
  readonly object: string;
  readonly key: string;
  readonly readBack: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

function refused(cause: string, answer: string): WriteResult {
  return {
    kind: 'failed',
    error: new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', cause, answer }),
  };
}

/** The fields as they go out: never an id or stamp of the caller's, and no half characters, which are not valid UTF-8. */
function outgoing(fields: Fields, reserved: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !reserved.includes(name.toLowerCase()))
      .map(([name, value]) => [name, typeof value === 'string' ? value.toWellFormed() : value]),
  );
}

const reservedInUpdate = ['id', 'attributes'];
const reservedInCreate = [...reservedInUpdate, stampField.toLowerCase()];

/** An update as an item, or its failure where no server is needed to see it. */
export function updateItem(request: UpdateRequest, at: number): Item | WriteResult {
  const { object, readBack } = request;
  const id = normaliseId(request.id);
  if (id === null) return refused('malformed-id', `not a Salesforce id: ${request.id.slice(0, 40)}`);
  return {
    at,
    object,
    key: id,
    readBack,
    body: { attributes: { type: object }, id, ...outgoing(request.fields, reservedInUpdate) },
  };
}

/** A create as an item, or its failure where no server is needed to see it. */
export function createItem(request: CreateRequest, at: number): Item | WriteResult {
  const { object, readBack } = request;
  const stamp = normaliseStamp(request.partnerId);
  if (stamp === null) return refused('bad-stamp', `not a ServiceNow sys_id: ${request.partnerId.slice(0, 40)}`);
  const fields = outgoing(request.fields, reservedInCreate);
  return { at, object, key: stamp, readBack, body: { attributes: { type: object }, ...fields, [stampField]: stamp } };
}

/** Items in collections, split by count and by text, in order. */
export function collectionsOf(
  items: readonly Item[],
  most: number = recordsPerCollection,
): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  let text = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const length = JSON.stringify(item.body).length;
    const open = chunks.at(-1);
    if (open === undefined || open.length >= most || text + length > textPerCollection) {
      chunks.push([item]);
      text = length;
    } else {
      open.push(item);
      text += length;
    }
  }
  return chunks;
}

/**
 * True if a composite would replace part of a text by an earlier answer: `@{part0.records[0].Subject}` in somebody's ticket would
 * fetch another ticket's text, and any other `@{…}` would refuse the whole collection (REST guide, composite subrequest).
 */
export function refersToParts(item: Item): boolean {
  return Object.values(item.body).some((value) => typeof value === 'string' && value.includes('@{'));
}
