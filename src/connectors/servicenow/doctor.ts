import { ConnectorError } from '../errors.ts';
import type { DeskDoctor, JournalSight, Sight, TicketSight } from '../desk-doctor.ts';
import type { Context } from './context.ts';
import { describe } from './describe.ts';
import { currentUser, identity } from './identity.ts';
import { elements } from './journal-entries.ts';
import { allOf, newestFirst, ordered, term } from './query.ts';
import { fieldList, textOf } from './records.ts';
import { connect, type ServiceNowDeps } from './servicenow.ts';
import { displayOf, list, type ListAnswer, listPath, type ListRequest } from './table.ts';

/** Any signed-in account may ask for users; the answer is looked at for its headers alone. */
const anyUser: ListRequest = { table: 'sys_user', query: ordered('', 'sys_id'), fields: ['sys_id'], limit: 1 };

/** More than one, since row ACLs may hide the first ones. */
const someRows = 50;

/** Looks at an instance with the rights of our account; writes nothing. */
export function createServiceNowDoctor(deps: ServiceNowDeps): DeskDoctor {
  const { origin, tokens, context } = connect(deps);
  return {
    side: 'servicenow',
    login: async () => {
      const { expiresAt } = await tokens.current();
      const { serverNowMs } = await list(context.rest, anyUser);
      return { expiresAt, serverNowMs, nowMs: deps.clock.now() };
    },
    identity: () => identity(context, new URL(origin).host),
    describe: (object) => describe(context, object),
    tickets: (object, fields) => tickets(context, object, fields),
    look: async (object) => ({
      comments: await sightOf(context, 'sys_journal_field'),
      attachments: await sightOf(context, 'sys_attachment'),
      deletions: await sightOf(context, 'sys_audit_delete'),
      history: await sightOf(context, 'sys_audit', object),
    }),
    journal: (object) => journal(context, object),
    sight: (table) => sightOf(context, table),
    // Create ACLs are shown to nobody; a POST would tell, and leave a record.
    mayCreate: async () => null,
    isAdministrator: () => isAdministrator(context),
    callLimit: () => callLimit(context),
    mayBatch: async () => (await context.batch.run([{ id: 'look', method: 'GET', path: listPath(anyUser) }])) !== null,
  };
}

/** A field that may not be read is missing from its row (Table API documentation), so rows tell; an empty table can't. */
async function tickets(context: Context, object: string, fields: readonly string[]): Promise<TicketSight> {
  const wanted = fieldList(fields);
  const answer = await rowsOrRefusal(context, {
    table: object,
    query: newestFirst(allOf(term('sys_id', 'ISNOTEMPTY')), 'sys_updated_on'),
    fields: wanted,
    limit: someRows,
    count: true,
  });
  const rows = sightIn(answer);
  if (answer === null || rows !== 'seen') return { rows, hidden: [] };
  return { rows, hidden: wanted.filter((name) => answer.rows.every((row) => textOf(row, name) === undefined)) };
}

/**
 * Row ACLs filter after the count (table-list-no-role-count-leak-rec), so that a count without rows is evidence of rows we may not
 * see. Counting scans the table and is done only where no row came.
 */
async function sightOf(context: Context, table: string, audited?: string): Promise<Sight> {
  const query =
    audited === undefined ? ordered('', 'sys_id') : ordered(allOf(term('tablename', '=', audited)), 'sys_id');
  const request: ListRequest = { table, query, fields: ['sys_id'], limit: someRows };
  const first = sightIn(await rowsOrRefusal(context, request));
  return first === 'none' ? sightIn(await rowsOrRefusal(context, { ...request, count: true })) : first;
}

/** Rows tell; where none is shown, what a person would see of the journals of a few tickets does. */
async function journal(context: Context, object: string): Promise<JournalSight> {
  const rows = await sightOf(context, 'sys_journal_field');
  if (rows === 'seen') return 'rows';
  const seen = await rowsOrRefusal(context, {
    table: object,
    query: newestFirst(allOf(term('sys_id', 'ISNOTEMPTY')), 'sys_updated_on'),
    fields: ['sys_id', ...elements],
    limit: someRows,
    display: 'all',
  });
  const readable = seen?.rows.some((row) => elements.some((name) => displayOf(row, name) !== null)) ?? false;
  if (rows === 'none') return readable || seen?.rows.length === 0 ? 'untold' : 'unreadable';
  return readable ? 'rendered' : 'unreadable';
}

/** True only for a row that says so; where roles are hidden from us, nobody tells. */
async function isAdministrator(context: Context): Promise<boolean | null> {
  const name = await currentUser(context);
  if (name === null) return null;
  const idOf = async (table: string, field: string, value: string): Promise<string | null> => {
    const answer = await rowsOrRefusal(context, {
      table,
      query: allOf(term(field, '=', value)),
      fields: ['sys_id', field],
      limit: 1,
    });
    const row = answer?.rows.find((one) => textOf(one, field) === value);
    return row === undefined ? null : (textOf(row, 'sys_id') ?? null);
  };
  const [user, role] = [await idOf('sys_user', 'user_name', name), await idOf('sys_user_role', 'name', 'admin')];
  if (user === null || role === null) return null;
  const query = allOf(term('user', '=', user), term('role', '=', role));
  const held = await rowsOrRefusal(context, { table: 'sys_user_has_role', query, fields: ['user', 'role'], limit: 1 });
  const seen = held?.rows.some((row) => textOf(row, 'user') === user && textOf(row, 'role') === role);
  return seen === true ? true : null;
}

/** Null for a refusal. */
async function rowsOrRefusal(context: Context, request: ListRequest): Promise<ListAnswer | null> {
  try {
    return await list(context.rest, request);
  } catch (error) {
    if (error instanceof ConnectorError && error.data.status === 403) return null;
    throw error;
  }
}

function sightIn(answer: ListAnswer | null): Sight {
  if (answer === null) return 'refused';
  if (answer.rows.length > 0) return 'seen';
  return (answer.total ?? 0) > 0 ? 'hidden' : 'none';
}

/** Headers come only where a rule matches (inbound-REST-API-rate-limiting); none of them says how much is left. */
async function callLimit(context: Context): ReturnType<DeskDoctor['callLimit']> {
  const { headers } = await context.rest.call({
    method: 'GET',
    path: listPath(anyUser),
    effect: 'read',
    timeoutMs: 30_000,
  });
  const limit = headers['x-ratelimit-limit'] ?? '';
  return /^\d+$/.test(limit) ? { used: null, limit: Number(limit), per: 'hour' } : null;
}
