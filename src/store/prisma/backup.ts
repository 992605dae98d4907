import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type pg from 'pg';
import { z } from 'zod';
import { BackupUnreadable, RestoreRefused } from './backup-errors.ts';
import { withClient } from './client.ts';
import { queueName } from './queue/boss.ts';

/**
 * A file of gzipped lines, `<table>\t<row as JSON>`, between a line that says what it is and one that counts the rest. JSON as
 * Postgres writes it, never read by us: no number and no text changes on the way. The embedded server comes without pg_dump.
 */
const format = 'casebridge-backup';
const formatVersion = 1;

/** Of no use elsewhere: who is logged in, who holds what at this moment, figures that triggers make, and what the tables themselves came from. */
const leftOut: ReadonlySet<string> = new Set([
  'sessions',
  'leases',
  'side_limits',
  'link_counts',
  'child_counts',
  '_prisma_migrations',
]);

const rowsAtOnce = 500;

const head = z.object({ version: z.number(), at: z.string(), migrations: z.array(z.string()) });
const tail = z.object({ rows: z.number() });

export interface BackupFigures {
  readonly rows: number;
  readonly links: number;
  /** Tickets that waited to be looked at. */
  readonly keys: number;
}

/**
 * Writes everything the database holds into `file`, as of one moment, while others go on working. An unfinished file never has that
 * name. Rejects with StoreUnavailable, or with the file system's error.
 */
export async function backup(url: string, file: string, at: string): Promise<BackupFigures> {
  const aside = `${file}.${process.pid}.part`;
  try {
    const figures = { rows: 0, links: 0, keys: 0 };
    await withClient(url, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query(`SET LOCAL TimeZone = 'UTC'`);
      await pipeline(
        linesOf(client, at, figures),
        createGzip(),
        // It holds what tickets say, and sealed tokens.
        createWriteStream(aside, { mode: 0o600, flush: true }),
      );
    });
    await rename(aside, file);
    return figures;
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

async function* linesOf(
  client: pg.Client,
  at: string,
  figures: { rows: number; links: number; keys: number },
): AsyncGenerator<string> {
  yield `${format}\t${JSON.stringify({ version: formatVersion, at, migrations: await migrationsIn(client) })}\n`;
  // Cursors have moved past these: without them, what is queued would not be found again.
  const keys = `SELECT (data -> 'key')::text AS row FROM pgboss.job WHERE name = '${queueName}' AND state IN ('created', 'retry', 'active')`;
  for await (const row of rowsOf(client, keys)) {
    figures.keys += 1;
    figures.rows += 1;
    yield `queue\t${row}\n`;
  }
  for (const table of await tablesIn(client)) {
    for await (const row of rowsOf(client, `SELECT row_to_json(t)::text AS row FROM ${quoted(table)} t`)) {
      if (table === 'links') figures.links += 1;
      figures.rows += 1;
      yield `${table}\t${row}\n`;
    }
  }
  yield `end\t${JSON.stringify({ rows: figures.rows })}\n`;
}

async function* rowsOf(client: pg.Client, select: string): AsyncGenerator<string> {
  await client.query(`DECLARE backup NO SCROLL CURSOR FOR ${select}`);
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${rowsAtOnce} FROM backup`);
    for (const { row } of rows) yield row;
    if (rows.length < rowsAtOnce) break;
  }
  await client.query('CLOSE backup');
}

export interface RestoreOptions {
  /** Queues keys before any row is there; a key without its row does no harm. Each is the JSON of a key. */
  readonly enqueue: (keys: readonly string[]) => Promise<void>;
}

/**
 * Fills a migrated database that holds no links yet with what `file` has, all of it or nothing. Rejects with RestoreRefused,
 * BackupUnreadable, StoreUnavailable, or the file system's error.
 */
export async function restore(
  url: string,
  file: string,
  options: RestoreOptions,
): Promise<BackupFigures & { readonly at: string }> {
  return withClient(url, async (client) => {
    await client.query('BEGIN');
    const state = { at: '', seen: 0, expected: -1, links: 0, keys: [] as string[] };
    const known = await columnsIn(client);
    let open: { table: string; rows: string[] } = { table: '', rows: [] };
    const flush = async (): Promise<void> => {
      await insert(client, known, open.table, open.rows);
      open = { table: open.table, rows: [] };
    };
    for await (const line of unpacked(file)) {
      const { table, json } = split(file, line);
      if (table === format) {
        state.at = await begin(client, file, json);
        continue;
      }
      if (state.at === '') throw new BackupUnreadable(file, 'not-a-backup');
      if (table === 'end') {
        state.expected = tail.parse(JSON.parse(json)).rows;
        continue;
      }
      state.seen += 1;
      if (table === 'queue') state.keys.push(json);
      else {
        if (table !== open.table || open.rows.length >= rowsAtOnce) await flush();
        open = { table, rows: [...(table === open.table ? open.rows : []), json] };
        if (table === 'links') state.links += 1;
      }
    }
    await flush();
    if (state.expected !== state.seen) throw new BackupUnreadable(file, 'cut-short');
    await moveSequences(client);
    await options.enqueue(state.keys);
    await client.query('COMMIT');
    return { at: state.at, rows: state.seen, links: state.links, keys: state.keys.length };
  });
}

/** Looks whether the file is for this version, and whether there is room for it. */
async function begin(client: pg.Client, file: string, json: string): Promise<string> {
  const said = head.safeParse(JSON.parse(json));
  if (!said.success || said.data.version !== formatVersion) throw new BackupUnreadable(file, 'not-a-backup');
  const ours = new Set(await migrationsIn(client));
  const newer = said.data.migrations.find((name) => !ours.has(name));
  if (newer !== undefined) throw new RestoreRefused('newer', newer);
  const { rows } = await client.query<{ full: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM links) OR EXISTS (SELECT 1 FROM cursors) AS full',
  );
  if (rows[0]?.full === true) throw new RestoreRefused('not-empty');
  // What opening it has left there: when each pair was first started, and the like.
  for (const table of await tablesIn(client)) {
    if (table !== 'audit') await client.query(`DELETE FROM ${quoted(table)}`);
  }
  return said.data.at;
}

async function insert(
  client: pg.Client,
  known: ReadonlyMap<string, Columns>,
  table: string,
  rows: readonly string[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = known.get(table);
  if (columns === undefined) throw new RestoreRefused('newer', table);
  // Columns that came later keep their defaults. The trail may have rows already: it numbers on.
  const { rows: named } = await client.query<{ name: string }>('SELECT json_object_keys($1::json) AS name', [rows[0]]);
  const both = named
    .map(({ name }) => name)
    .filter((name) => columns.has(name) && (table !== 'audit' || name !== 'id'));
  // A JSON null comes out of the file as no value at all.
  const values = both.map((name) =>
    columns.get(name) === 'needs-json' ? `COALESCE(${quoted(name)}, 'null'::jsonb)` : quoted(name),
  );
  await client.query(
    `INSERT INTO ${quoted(table)} (${both.map(quoted).join(', ')})
     SELECT ${values.join(', ')} FROM json_populate_recordset(NULL::${quoted(table)}, $1::json)`,
    [`[${rows.join(',')}]`],
  );
}

/** Rows that come later are numbered behind those that were filled in. */
async function moveSequences(client: pg.Client): Promise<void> {
  for (const table of ['history', 'audit']) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), COALESCE((SELECT max(id) FROM ${table}), 0) + 1, false)`,
    );
  }
}

async function migrationsIn(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1',
  );
  return rows.map(({ name }) => name);
}

/** Columns of one table, and which of them hold JSON and cannot be empty. */
type Columns = ReadonlyMap<string, 'plain' | 'needs-json'>;

async function columnsIn(client: pg.Client): Promise<ReadonlyMap<string, Columns>> {
  const { rows } = await client.query<{ table: string; column: string; needs: boolean }>(
    `SELECT t.table_name::text AS table, c.column_name::text AS column,
            c.data_type = 'jsonb' AND c.is_nullable = 'NO' AS needs
     FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
     WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
     ORDER BY 1, c.ordinal_position`,
  );
  const tables = Map.groupBy(
    rows.filter(({ table }) => !leftOut.has(table)),
    ({ table }) => table,
  );
  return new Map(
    [...tables].map(([table, columns]) => [
      table,
      new Map(columns.map(({ column, needs }) => [column, needs ? 'needs-json' : 'plain'])),
    ]),
  );
}

async function tablesIn(client: pg.Client): Promise<readonly string[]> {
  return [...(await columnsIn(client)).keys()];
}

async function* unpacked(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const plain = source.pipe(createGunzip());
  source.once('error', (error) => plain.destroy(error));
  try {
    yield* createInterface({ input: plain, crlfDelay: Infinity });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new BackupUnreadable(file, error.code === 'Z_BUF_ERROR' ? 'cut-short' : 'not-a-backup', { cause: error });
    throw error;
  }
}

function split(file: string, line: string): { readonly table: string; readonly json: string } {
  const at = line.indexOf('\t');
  if (at < 0) throw new BackupUnreadable(file, 'not-a-backup');
  return { table: line.slice(0, at), json: line.slice(at + 1) };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
