import type { ConnectorError } from '../../connectors/errors.ts';
import type { ChildRow } from '../../core/children.ts';
import { advanced, numberIn, withDetail } from '../../core/files/steps.ts';
import type { Side } from '../../core/side.ts';

/** Between two tries of a side that does not answer, doubled up to the last. */
const backOffMs = { first: 30_000, last: 15 * 60_000 };

/** A failure that is nobody's word for ever is borne so often; after that the file stays at home, and its ticket says so. */
const triesAtMost = 12;

/** What a failed sending leaves in the ledger. Pure: `now` in milliseconds since the epoch. */
export function afterFailure(
  row: ChildRow,
  error: ConnectorError,
  at: { readonly now: number; readonly from: Side },
): ChildRow {
  const tries = numberIn(row, 'tries') + 1;
  // It may have arrived: it stays `sent`, and is looked for when the settle time is over.
  if (error.inDoubt) {
    const lostAt = row.detail['lostAt'] ?? new Date(at.now).toISOString();
    return advanced(row, at.now, { detail: withDetail(row, { lostAt, tries }) });
  }
  const atSource = error.data.side === at.from;
  if (atSource && error.kind === 'NotFound') return stays(row, at.now, 'withheld', { why: 'vanished' });
  if (error.kind === 'Rejected' && error.data.cause === 'differs' && tries < 3) return again(row, at.now, tries, error);
  if (error.kind === 'Rejected') {
    const why = error.data.cause === 'differs' ? 'differs' : 'refused';
    const answer = error.data.answer?.slice(0, 200) ?? null;
    return stays(row, at.now, 'refused', { why, answer, notice: 'due' });
  }
  if (tries >= triesAtMost) return stays(row, at.now, 'refused', { why: 'refused', answer: null, notice: 'due' });
  return again(row, at.now, tries, error);
}

function again(row: ChildRow, now: number, tries: number, error: ConnectorError): ChildRow {
  const backOff = Math.min(backOffMs.first * 2 ** (tries - 1), backOffMs.last);
  const nextAt = new Date(now + Math.max(backOff, error.data.retryAfterMs ?? 0)).toISOString();
  return advanced(row, now, { state: 'planned', detail: withDetail(row, { nextAt, tries, lostAt: null }) });
}

function stays(row: ChildRow, now: number, state: ChildRow['state'], detail: ChildRow['detail']): ChildRow {
  return advanced(row, now, { state, detail: withDetail(row, { ...detail, lostAt: null }) });
}
