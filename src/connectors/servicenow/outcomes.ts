import type { SourceRecord } from '../../core/record.ts';
import { ConnectorError, type ConnectorErrorKind } from '../errors.ts';
import type { WriteResult } from '../ticket-system.ts';
import type { ItemOutcome } from './batch.ts';
import { unexpected } from './errors.ts';
import { decodeRow, oneAnswer } from './records.ts';
import type { RestAnswer } from './rest.ts';

/** What a write was, for reading its answer. */
export interface Written {
  readonly object: string;
  readonly readBack: readonly string[];
  readonly request: string;
  /** The `sys_id` that must come back; null for a create, which takes what comes. */
  readonly id: string | null;
}

/** The record in a write's answer. The write has happened: whatever is wrong with the answer leaves it in doubt. */
export function writtenRecord(outcome: ItemOutcome, write: Written): SourceRecord | ConnectorError {
  if (outcome.kind === 'failed') return outcome.error;
  const asked = { request: write.request, effect: 'write' } as const;
  const parsed = oneAnswer.safeParse(outcome.body);
  if (!parsed.success) return unexpected(asked, 'broken-answer');
  const decoded = decodeRow(write.object, parsed.data.result, write.readBack);
  if (decoded.kind === 'hidden') {
    const { request, fields } = { request: write.request, fields: decoded.fields };
    return new ConnectorError('Unauthorized', {
      side: 'servicenow',
      executed: 'maybe',
      request,
      fields,
      cause: 'no-rights',
    });
  }
  if (write.id !== null && decoded.record.id !== write.id) return unexpected(asked, 'other-record', decoded.record.id);
  return decoded.record;
}

/** Runs one call; a ConnectorError becomes an outcome. */
export async function outcomeOf(call: () => Promise<RestAnswer>): Promise<ItemOutcome> {
  try {
    return { kind: 'answer', ...(await call()) };
  } catch (error) {
    if (error instanceof ConnectorError) return { kind: 'failed', error };
    throw error;
  }
}

/** Kinds that say something of the side and nothing of a record. */
export const ofTheSide: ReadonlySet<ConnectorErrorKind> = new Set<ConnectorErrorKind>([
  'Unauthorized',
  'RateLimited',
  'Unavailable',
]);

/** The results, or the side's own failure where it kept every single write from being executed: that one can simply be called again. */
export function orSideFailure(results: readonly WriteResult[]): readonly WriteResult[] {
  const [first] = results;
  const nothingDone = results.every(
    (one) => one.kind === 'failed' && ofTheSide.has(one.error.kind) && !one.error.inDoubt,
  );
  if (first?.kind === 'failed' && nothingDone) throw first.error;
  return results;
}
