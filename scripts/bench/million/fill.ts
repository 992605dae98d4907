import pg from 'pg';
import { defaultPair } from '../../../src/mapping/default-config.ts';
import { incidents } from '../throughput/tickets.ts';

/** Rows that one statement makes. */
const stride = 50_000;

/** A second pair, with one link in fifty: what is rare must not be found by reading what is common. */
export const otherPair = 'problem-case';

export interface Filled {
  readonly links: number;
  /** What it took to write them; 0 where they were there. */
  readonly seconds: number;
  /** Bytes by table, with those of its indexes and of what lies outside its rows. */
  readonly tables: readonly { readonly name: string; readonly table: number; readonly indexes: number }[];
}

/**
 * Fills a migrated database with links over the texts of the demo's log, in the order of time: of a thousand links one has an open conflict,
 * fifty had one, two are set aside, one is detached; each has one comment, and one row of history for each of its texts. One that holds
 * as many already is left as it is.
 */
export async function fill(url: string, links: number, say: (line: string) => void): Promise<Filled> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const startedAt = Date.now();
  try {
    const there = await client.query<{ count: string }>('SELECT coalesce(sum(step), 0) AS count FROM link_counts');
    if (links > 0 && Number(there.rows[0]?.count) >= links) {
      // The desks are new ones: where polls stood, and whom they met, was said of others.
      await client.query('TRUNCATE identities, pair_pauses, pair_starts, cursors, leases, intents, pending_writes');
      return { links, seconds: 0, tables: await tablesOf(client) };
    }
    await client.query('SET synchronous_commit = off');
    await prepare(client);
    for (let from = 1; from <= links; from += stride) {
      const range = [from, Math.min(links, from + stride - 1)];
      for (const statement of statements) await client.query(statement, range);
      if (from > 1 && (from - 1) % (10 * stride) === 0) say(`${from - 1} links written`);
    }
    await client.query('VACUUM ANALYZE');
    return { links, seconds: (Date.now() - startedAt) / 1000, tables: await tablesOf(client) };
  } finally {
    await client.end();
  }
}

async function tablesOf(client: pg.Client): Promise<Filled['tables']> {
  const { rows } = await client.query<{ name: string; table: string; indexes: string }>(
    `SELECT relname AS name, pg_table_size(relid) AS table, pg_indexes_size(relid) AS indexes
     FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 0 ORDER BY pg_total_relation_size(relid) DESC`,
  );
  return rows.map(({ name, table, indexes }) => ({ name, table: Number(table), indexes: Number(indexes) }));
}

/** The texts of real tickets, in a table of the session's own, and the parts that all statements make ids from. */
async function prepare(client: pg.Client): Promise<void> {
  await client.query(
    'CREATE TEMP TABLE texts (place int PRIMARY KEY, subject text, description text, urgency text, origin text)',
  );
  const rows = incidents(600).map((fields, n) => ({
    place: n,
    subject: fields['short_description'],
    description: fields['description'],
    urgency: fields['urgency'],
    origin: fields['contact_type'],
  }));
  await client.query('INSERT INTO texts SELECT * FROM json_populate_recordset(NULL::texts, $1::json)', [
    JSON.stringify(rows),
  ]);
  // Ids as they are drawn: a time, then chance. Every one is a minute after the one before.
  await client.query(`
    CREATE FUNCTION pg_temp.link_id(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
      SELECT substr(t, 1, 8) || '-' || substr(t, 9, 4) || '-7' || substr(md5('a' || n), 1, 3) || '-8' || substr(md5('b' || n), 1, 3)
        || '-' || substr(md5('c' || n), 1, 12)
      FROM lpad(to_hex(1700000000000 + n * 60000), 12, '0') AS t $$`);
  await client.query(`
    CREATE FUNCTION pg_temp.at(n bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
      SELECT to_timestamp(1700000000 + n * 60) $$`);
}

const each = `generate_series($1::bigint, $2::bigint) AS n JOIN texts t ON t.place = n % 600`;
const pairOf = `CASE WHEN n % 50 = 7 THEN '${otherPair}' ELSE '${defaultPair.name}' END`;
const person = `substr(md5('p' || n % 97), 1, 32)`;

const statements: readonly string[] = [
  `INSERT INTO links (id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, origin, status,
     servicenow_base, salesforce_base, holds, life, created_at, last_synced_at)
   SELECT pg_temp.link_id(n), ${pairOf}, md5('sn' || n), '500Ki' || lpad(n::text, 10, '0') || 'AAA',
     'INC' || lpad(n::text, 7, '0'), lpad((n + 1000)::text, 8, '0'), CASE WHEN n % 3 = 0 THEN 'salesforce' ELSE 'servicenow' END,
     CASE WHEN n % 1000 = 0 THEN 'conflict' WHEN n % 500 = 1 THEN 'quarantined' WHEN n % 1000 = 2 THEN 'detached' ELSE 'synced' END,
     jsonb_build_object('fields', jsonb_build_object('short_description', t.subject || ' at desk ' || n, 'description', t.description,
       'state', '2', 'urgency', t.urgency, 'contact_type', t.origin, 'close_code', '', 'close_notes', '', 'correlation_id', ''),
       'version', jsonb_build_object('stamp', pg_temp.at(n), 'count', n % 9, 'by', ${person})),
     jsonb_build_object('fields', jsonb_build_object('Subject', t.subject || ' at desk ' || n, 'Description', t.description,
       'Status', 'Working', 'Priority', 'Medium', 'Origin', 'Phone'),
       'version', jsonb_build_object('stamp', pg_temp.at(n), 'count', NULL, 'by', ${person})),
     CASE WHEN n % 2000 = 3 THEN '[{"field":"urgency","reason":{"kind":"refused","side":"servicenow","value":"1"}}]'::jsonb ELSE '[]' END,
     CASE WHEN n % 1000 = 2 THEN jsonb_build_object('kind', 'deleted', 'side', 'salesforce', 'at', pg_temp.at(n), 'by', 'is-deleted', 'done', 'told')
          WHEN n % 5000 = 4 THEN '{"kind":"missing","side":"servicenow","since":"2026-03-02T00:00:00.000Z","looks":1}'::jsonb END,
     pg_temp.at(n), pg_temp.at(n)
   FROM ${each}`,

  `INSERT INTO conflicts (id, fingerprint, link_id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, field, rule,
     base, values, versions, writers, winner, why, status, at, settled_at)
   SELECT pg_temp.link_id(n), md5('f' || n) || md5('g' || n), pg_temp.link_id(n), ${pairOf}, md5('sn' || n),
     '500Ki' || lpad(n::text, 10, '0') || 'AAA', 'INC' || lpad(n::text, 7, '0'), lpad((n + 1000)::text, 8, '0'),
     CASE WHEN n % 7 = 0 THEN 'urgency' ELSE 'description' END, 'latest',
     jsonb_build_object('servicenow', t.description, 'salesforce', t.description),
     jsonb_build_object('servicenow', t.description || ' more', 'salesforce', t.description || ' less'),
     '{"servicenow":{"stamp":"2026-03-02T00:00:00.000Z","count":3},"salesforce":{"stamp":"2026-03-02T00:00:00.000Z","count":null}}',
     '{"servicenow":"ann","salesforce":"bob"}', 'servicenow', 'both-changed',
     CASE WHEN n % 1000 = 0 THEN 'open' ELSE 'settled' END, pg_temp.at(n), CASE WHEN n % 1000 = 0 THEN NULL ELSE pg_temp.at(n) END
   FROM ${each} WHERE n % 1000 = 0 OR n % 20 = 5`,

  `INSERT INTO quarantine (key, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, reason, attempts, first_at, next_at)
   SELECT 'link:' || pg_temp.link_id(n), ${pairOf}, md5('sn' || n), '500Ki' || lpad(n::text, 10, '0') || 'AAA',
     'INC' || lpad(n::text, 7, '0'), lpad((n + 1000)::text, 8, '0'),
     CASE WHEN n % 1500 = 1 THEN '{"kind":"plan","why":"ambiguous-match"}'::jsonb
          ELSE jsonb_build_object('kind', 'connector', 'error', 'Rejected', 'data', jsonb_build_object('side', 'salesforce',
            'code', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'message', 'A closed Case needs a reason')) END,
     5, pg_temp.at(n), now() + interval '10 years'
   FROM ${each} WHERE n % 500 = 1`,

  `INSERT INTO history (link_id, run_id, field, from_side, to_side, value_before, value, because, by, at)
   SELECT pg_temp.link_id(n), pg_temp.link_id(n / 100000), f, 'servicenow', 'salesforce', 'null', to_jsonb(v), 'created', ${person}, pg_temp.at(n)
   FROM ${each}, LATERAL (VALUES ('short_description', t.subject), ('description', t.description)) AS x(f, v)`,

  `INSERT INTO children (id, link_id, kind, side, source_id, counterpart_id, channel, hash, state, detail, created_at, updated_at)
   SELECT pg_temp.link_id(n), pg_temp.link_id(n), 'comment', 'servicenow', md5('c' || n), '00aKi' || lpad(n::text, 10, '0') || 'AAA',
     'public', md5('h' || n) || md5('i' || n), 'carried', '{}', pg_temp.at(n), pg_temp.at(n)
   FROM ${each}`,
];
