import type pg from 'pg';
import {
  newsOf,
  noLimits,
  renewSide,
  type Grant,
  type LimitNews,
  type Renewal,
  type SharedLimits,
  type SideLimits,
} from '../../core/limits.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import { applicationName, HeardClient } from './client.ts';

export interface PgLimits extends SharedLimits {
  close(): Promise<void>;
}

const channel = 'casebridge_limits';

interface Row {
  readonly side: Side;
  readonly state: Partial<SideLimits>;
  readonly now: number;
}

/**
 * Shared limits in the database, over one connection of their own, opened on first use: they must not wait behind long
 * transactions, and the same connection hears what others say. One that broke is replaced by the next renewal.
 */
export function createPgLimits(options: {
  readonly url: string;
  readonly answering: <T>(work: () => Promise<T>) => Promise<T>;
}): PgLimits {
  const listeners = new Set<(payload: string) => void>();
  let current: Promise<pg.Client> | null = null;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const client = new HeardClient({
      connectionString: options.url,
      application_name: applicationName(),
      connectionTimeoutMillis: 3_000,
      statement_timeout: 2_000,
      query_timeout: 3_000,
      keepAlive: true,
    });
    const over = (): void => {
      current = null;
    };
    client.on('error', over);
    client.on('end', over);
    client.on('notification', ({ payload }) => listeners.forEach((heard) => heard(payload ?? '')));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  async function inTransaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    if (closed) throw new Error('the store is closed');
    current ??= connect();
    const using = current;
    try {
      const client = await using;
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // Whatever state it is in, a new connection is in a known one.
      current = null;
      await using.then((client) => client.end()).catch(() => undefined);
      throw error;
    }
  }

  /** One after the other: they share a connection. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  let holderHere: string | null = null;
  return {
    renew: (renewal) => {
      holderHere = renewal.holder;
      return options.answering(() => inTurn(() => inTransaction((client) => renew(client, renewal))));
    },
    listen: (heard) => {
      const others = (payload: string): void => {
        const [from, news] = payload.split(' ');
        // What an older version says names no kind.
        if (from !== holderHere) heard(news === 'lanes' ? 'lanes' : 'pause');
      };
      listeners.add(others);
      return () => void listeners.delete(others);
    },
    close: async () => {
      closed = true;
      const open = current;
      current = null;
      await open?.then((client) => client.end()).catch(() => undefined);
    },
  };
}

async function renew(client: pg.Client, { holder, claims, ...how }: Renewal): Promise<Record<Side, Grant>> {
  const rows = await lockRows(client);
  const renewed = bothSides((side) => {
    const row = rows.get(side);
    return renewSide({ ...noLimits, ...row?.state }, row?.now ?? 0, holder, claims[side], how);
  });
  const news: LimitNews | null = newsOf(sides.map((side) => renewed[side].news));
  await client.query(
    `UPDATE side_limits SET state = new.state
     FROM unnest($1::text[], $2::jsonb[]) AS new(side, state) WHERE side_limits.side = new.side`,
    [sides, sides.map((side) => JSON.stringify(renewed[side].known))],
  );
  if (news !== null) await client.query('SELECT pg_notify($1, $2)', [channel, `${holder} ${news}`]);
  return bothSides((side) => renewed[side].grant);
}

/** Both rows, made where they are not there yet. Always locked in the same order. */
async function lockRows(client: pg.Client): Promise<ReadonlyMap<Side, Row>> {
  for (;;) {
    const { rows } = await client.query<Row>(
      `SELECT side, state, floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
       FROM side_limits ORDER BY side FOR UPDATE`,
    );
    if (rows.length === sides.length) return new Map(rows.map((row) => [row.side, row]));
    await client.query(
      `INSERT INTO side_limits (side, state) SELECT side, '{}' FROM unnest($1::text[]) AS side ORDER BY side
       ON CONFLICT DO NOTHING`,
      [sides],
    );
  }
}
