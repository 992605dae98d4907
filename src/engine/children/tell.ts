import type { ChildRow } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import { otherSide } from '../../core/side.ts';
import type { HistoryRow } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import type { ChildOutcome, ToCarry } from './plan.ts';
import type { AfterPost } from './post-result.ts';

/** How much of a text the history of a ticket shows. */
const shown = 500;

/** The history and the events of what came of a ticket's comments. */
export function tellComments(
  engine: Engine,
  one: ToCarry,
  after: readonly AfterPost[],
): Pick<ChildOutcome, 'history' | 'events'> {
  const arrived = after.filter(({ kind, row }) => kind === 'posted' && isFirst(row));
  return {
    history: arrived.map(({ post, row }) => historyRow(engine, one, row, post.text)),
    events: [
      ...one.plan.comments.rows.flatMap((row) => eventOf(one, row)),
      ...after.flatMap((result) => eventOfPost(engine, one, result)),
    ],
  };
}

/** The further parts of a long text are no comments of their own. */
function isFirst(row: ChildRow): boolean {
  return !/#\d+$/.test(row.sourceId);
}

/** In the names that the fields have where most people look: the journal's. */
function historyRow(engine: Engine, { work }: ToCarry, row: ChildRow, text: string): HistoryRow {
  const author = row.detail['author'];
  return {
    linkId: work.link.id,
    runId: engine.runId,
    field: row.channel === 'public' ? 'comments' : 'work_notes',
    from: row.side,
    to: otherSide(row.side),
    before: null,
    value: text.slice(0, shown).toWellFormed(),
    because: 'one-sided',
    by: typeof author === 'string' ? author : null,
    at: iso(engine.clock.now()),
  };
}

/** What the plan itself has found out about rows it sends nothing for. */
function eventOf({ work }: ToCarry, row: ChildRow): readonly EngineEvent[] {
  const before = work.children.find((one) => one.side === row.side && one.sourceId === row.sourceId)?.state ?? null;
  if (before === row.state || !isFirst(row)) return [];
  if (row.state === 'carried' && before !== 'sent') return [{ type: 'comment.carried', link: work.link, comment: row }];
  if (row.state === 'withheld') return [{ type: 'comment.withheld', link: work.link, comment: row }];
  return row.state === 'refused' ? [{ type: 'comment.refused', link: work.link, comment: row }] : [];
}

function eventOfPost(engine: Engine, { work }: ToCarry, { kind, row }: AfterPost): readonly EngineEvent[] {
  const { link } = work;
  if (kind === 'posted') return isFirst(row) ? [{ type: 'comment.carried', link, comment: row }] : [];
  if (kind === 'refused') return [{ type: 'comment.refused', link, comment: row }];
  if (kind === 'not-sent') return [];
  return [{ type: 'comment.in-doubt', link, comment: row, until: iso(engine.clock.now() + engine.times.settle) }];
}
