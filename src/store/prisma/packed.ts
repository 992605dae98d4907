import type { Db } from './db.ts';
import type { Prisma } from './generated/client.ts';
import { fromJson, fromStored, mayHoldMark } from './text.ts';

/** How texts, JSON and times of a row become ours. */
export interface Reading {
  readonly text: (text: string) => string;
  readonly json: (value: unknown) => unknown;
  readonly time: (time: Date | string) => string;
}

/** As Postgres writes a time in JSON where the session is in UTC. */
const utcMilliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;

/** A Date from the driver, a text from JSON; to the millisecond, as JavaScript has them. */
function time(at: Date | string): string {
  if (typeof at !== 'string') return at.toISOString();
  return utcMilliseconds.test(at) ? `${at.slice(0, 23)}Z` : new Date(at).toISOString();
}

/** Texts may hold the marks of what Postgres refuses; see text.ts. */
export const marked: Reading = { text: fromStored, json: fromJson, time };

const plain: Reading = { text: (text) => text, json: (value) => value, time };

/**
 * The rows of a statement, packed by Postgres into one JSON text: Prisma decodes rows column by column, which costs more than the
 * statement. Whether anything is marked is seen from the whole text at once.
 */
export async function readPacked<C, T>(
  db: Db,
  statement: Prisma.Sql,
  shape: (read: Reading) => (row: C) => T,
): Promise<readonly T[]> {
  const [packed] = await db.$queryRaw<{ rows: string | null }[]>`
    SELECT json_agg(packed)::text AS rows FROM (${statement}) packed`;
  const text = packed?.rows ?? null;
  if (text === null) return [];
  const rows = JSON.parse(text) as readonly C[];
  return rows.map(shape(mayHoldMark(text) ? marked : plain));
}
