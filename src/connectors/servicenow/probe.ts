import type { ProbeRequest, ProbeResult } from '../ticket-system.ts';
import type { Context } from './context.ts';
import { ordered } from './query.ts';
import { normalId, textOf } from './records.ts';
import { findStamped } from './stamped.ts';
import { list } from './table.ts';

/** Looks for records by our stamp, `TicketSystem.probe`. */
export async function probe(context: Context, request: ProbeRequest): Promise<readonly ProbeResult[]> {
  if (request.probes.length === 0) return [];
  const control = request.control ?? (await anyRow(context, request.object));
  const sightings = await findStamped(context, { ...request, control });
  return sightings.map(({ records, conclusive }) => {
    if (records.length > 0) return { kind: 'found', records };
    return conclusive ? { kind: 'none' } : { kind: 'unknown' };
  });
}

/** More than one, since row ACLs may hide the first ones. */
const someRows = 50;

/** Where no record is known to exist, any visible one serves as the control row. */
async function anyRow(context: Context, object: string): Promise<string | null> {
  const { rows } = await list(context.rest, {
    table: object,
    query: ordered('', 'sys_id'),
    fields: ['sys_id'],
    limit: someRows,
  });
  return rows.map((row) => normalId(textOf(row, 'sys_id') ?? '')).find((id) => id !== null) ?? null;
}
