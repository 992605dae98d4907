import { StoreUnavailable } from '../store.ts';

/**
 * SQLSTATE classes and codes that say "not now", never "not like this": connection (08), too little of something (53, a full disk
 * among it), operator intervention (57P), a lock or statement that took too long (55P03, 57014), read-only after a fail-over (25006), a
 * session ended by its own time-outs (25P03).
 */
const codes = /^(08...|53...|57P0[1-5]|57014|55P03|25006|25P0[34]|58030)$/;

/** Prisma: cannot reach, timed out, closed, no free connection, transaction could not start, too many connections. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);

const kinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What node-postgres says without a code. */
const sayings =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end|server closed the connection|Connection ended/i;

function looksUnavailable(error: object): boolean {
  if (error instanceof StoreUnavailable) return true;
  if ('code' in error && typeof error.code === 'string') {
    if (codes.test(error.code) || prismaCodes.has(error.code) || systemCodes.has(error.code)) return true;
  }
  if ('originalCode' in error && typeof error.originalCode === 'string' && codes.test(error.originalCode)) return true;
  if ('kind' in error && typeof error.kind === 'string' && kinds.has(error.kind)) return true;
  return error instanceof Error && sayings.test(error.message);
}

/** The error and everything it wraps: `cause`, Prisma's `meta.driverAdapterError`, an AggregateError's parts. */
function* layers(error: unknown, depth = 0): Generator<object> {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  yield error;
  if ('cause' in error) yield* layers(error.cause, depth + 1);
  if ('meta' in error) yield* layers(error.meta, depth + 1);
  if ('driverAdapterError' in error) yield* layers(error.driverAdapterError, depth + 1);
  if (error instanceof AggregateError) for (const part of error.errors) yield* layers(part, depth + 1);
}

/** True if the database is out of reach or out of means, so that the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  for (const layer of layers(error)) if (looksUnavailable(layer)) return true;
  return false;
}

/** The SQLSTATE that Postgres gave, wherever it is wrapped; null if there is none. */
export function sqlState(error: unknown): string | null {
  for (const layer of layers(error)) {
    for (const name of ['originalCode', 'code'] as const) {
      const value: unknown = name in layer ? Reflect.get(layer, name) : null;
      if (typeof value === 'string' && /^[0-9A-Z]{5}$/.test(value) && !/^P[12]\d{3}$/.test(value)) return value;
    }
  }
  return null;
}
