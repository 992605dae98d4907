import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import type { SystemIdentity } from '../ticket-system.ts';
import type { Context } from './context.ts';
import { allOf, term } from './query.ts';
import { textOf } from './records.ts';
import { list } from './table.ts';

/** Undocumented but recorded on current releases; it answers for any signed-in user. */
const userPath = '/api/now/ui/user/current_user';

const userAnswer = z.looseObject({ result: z.looseObject({ user_name: z.string().min(1) }) });

/** Who answers, `TicketSystem.identity`: host name, with `instance_id` where this account may read it (admins may). */
export async function identity(context: Context, host: string): Promise<SystemIdentity> {
  const instanceId = await readInstanceId(context);
  const instance = instanceId === null ? host : `${host} ${instanceId}`;
  return { side: 'servicenow', instance, user: await currentUser(context) };
}

async function readInstanceId(context: Context): Promise<string | null> {
  const rows = await optional(async () => {
    const request = {
      table: 'sys_properties',
      query: allOf(term('name', '=', 'instance_id')),
      fields: ['name', 'value'],
      limit: 1,
    };
    return (await list(context.rest, request)).rows;
  });
  const row = rows?.find((one) => textOf(one, 'name') === 'instance_id');
  return row === undefined ? null : (textOf(row, 'value') ?? null);
}

/** Our own user name; null where this release or account does not tell. */
export async function currentUser(context: Context): Promise<string | null> {
  const answer = await optional(() =>
    context.rest.call({ method: 'GET', path: userPath, effect: 'read', timeoutMs: 30_000 }),
  );
  const parsed = userAnswer.safeParse(answer?.body);
  return parsed.success ? parsed.data.result.user_name : null;
}

/** What the account may not see, or the release does not have, is left out; any other failure is one. */
async function optional<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const status = error instanceof ConnectorError ? error.data.status : undefined;
    if (status === 400 || status === 403 || status === 404) return null;
    throw error;
  }
}
