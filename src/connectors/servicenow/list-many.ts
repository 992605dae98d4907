import { ConnectorError } from '../errors.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { list, type ListAnswer, listAnswerOf, listPath, type ListRequest, tablePath } from './table.ts';

/** An answer, or the failure of this one list: its neighbours stand. */
export type Listed = ListAnswer | ConnectorError;

/**
 * Several lists, of whatever tables, in one Batch call; one by one where there is only one or this account may not batch. Rejects
 * with ConnectorError when the call as a whole failed.
 */
export async function listMany(
  context: Context,
  requests: readonly ListRequest[],
  signal?: AbortSignal,
): Promise<readonly Listed[]> {
  const items = requests.map((request, at) => ({ id: `r${at}`, method: 'GET', path: listPath(request) }) as const);
  const outcomes = items.length > 1 ? await context.batch.run(items) : null;
  if (outcomes === null) return Promise.all(requests.map((request) => listOne(context, request, signal)));
  return requests.map((request, at) => {
    const outcome = outcomes.get(`r${at}`);
    if (outcome?.kind === 'answer') return listAnswerOf(request, outcome);
    return outcome?.error ?? unexpected({ request: `GET ${tablePath(request.table)}`, effect: 'read' }, 'not-answered');
  });
}

async function listOne(context: Context, request: ListRequest, signal: AbortSignal | undefined): Promise<Listed> {
  try {
    return await list(context.rest, { ...request, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

/** The answer; throws what failed. */
export function orThrow(listed: Listed): ListAnswer {
  if (listed instanceof ConnectorError) throw listed;
  return listed;
}
