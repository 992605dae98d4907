import type { FindRequest, Found } from '../ticket-system.ts';
import { current, type MemoryDesk } from './desk.ts';

/** `TicketSystem.find` on the visible rows of a desk in memory. */
export function findIn(desk: MemoryDesk, request: FindRequest): Found {
  const wanted = new Set(request.values.filter((value) => value !== '').map((value) => value.toLowerCase()));
  const rows = desk
    .rows(request.object)
    .filter((row) => !row.hidden && desk.visible(row) !== undefined)
    .map((row) => desk.record(row, [...request.fields, request.field], desk.visible(row) ?? current(row)))
    .map((record) => ({
      id: record.id,
      fields: { ...record.fields, ...numberOf(record.number, [...request.fields, request.field]) },
    }))
    .filter(({ fields }) => wanted.has(String(fields[request.field] ?? '').toLowerCase()));
  return { rows, whole: true };
}

/** The number is no field of a row in memory; people look for it as for one. */
function numberOf(number: string | null, asked: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    asked.filter((name) => name === 'number' || name === 'CaseNumber').map((name) => [name, number]),
  );
}
