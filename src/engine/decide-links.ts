import { ConnectorError } from '../connectors/errors.ts';
import type { FieldDate, FieldDateAsk } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import { reopenNotices } from '../core/comments/reopened.ts';
import type { DateRange, FieldConflict, LinkPlan, LinkView } from '../core/plan.ts';
import { planLink } from '../core/plan-link.ts';
import type { SourceRecord } from '../core/record.ts';
import { bothSides, type Side } from '../core/side.ts';
import { decideChildren } from './children/decide.ts';
import type { ChildrenNow } from './children/plan.ts';
import type { Engine } from './engine.ts';
import { followMasters, lookAtLife } from './life/look.ts';
import type { ReadAnswers } from './read.ts';
import { isFaulty, unlessFaulty } from './people/faulty.ts';
import { groupBy, type LinkDecision, type LinkWork } from './work.ts';

interface Undated {
  readonly work: LinkWork;
  readonly view: LinkView;
  readonly conflicts: readonly FieldConflict[];
}

/** Merges every linked pair of the batch. Histories are asked only for conflicts that a date decides, one call a side. */
export async function decideLinks(
  engine: Engine,
  works: readonly LinkWork[],
  answers: Readonly<Record<Side, ReadAnswers>>,
): Promise<readonly LinkDecision[]> {
  const at = { now: iso(engine.clock.now()), settleMs: engine.times.settle };
  const decided: LinkDecision[] = [];
  const undated: Undated[] = [];
  const looked = works.map((work) => lookAtLife(engine, work, answers));
  decided.push(...looked.flatMap((one) => (one.kind === 'decided' ? [one.decision] : [])));
  decided.push(
    ...(await followMasters(
      engine,
      looked.flatMap((one) => (one.kind === 'follow' ? [one.follow] : [])),
    )),
  );
  for (const { work } of looked.filter((one) => one.kind === 'merge')) {
    const view = viewOf(work, answers);
    const first = unlessFaulty(work, null, () => planLink(view, work.pair, at));
    if (isFaulty(first)) decided.push(first);
    else if (first.undated.length > 0) undated.push({ work, view, conflicts: first.undated });
    else decided.push(planned(engine, work, view, first.plan, answers));
  }
  const dates = await dateConflicts(engine, undated);
  for (const { work, view } of undated) {
    const dated: LinkView = { ...view, dates: dates.get(work.link.id) ?? {} };
    const second = unlessFaulty(work, null, () => planLink(dated, work.pair, at));
    decided.push(isFaulty(second) ? second : planned(engine, work, view, second.plan, answers));
  }
  return decided;
}

function planned(
  engine: Engine,
  work: LinkWork,
  view: LinkView,
  plan: LinkPlan,
  answers: Readonly<Record<Side, ReadAnswers>>,
): LinkDecision {
  const now: ChildrenNow = bothSides((side) => answers[side].children(work.pair.objects[side], work.link.ids[side]));
  const notices = plan.kind === 'wait' ? [] : reopenNotices(view, plan.holds, work.children);
  return { kind: 'plan', work, view, plan, children: decideChildren(engine, work, now, notices) };
}

function viewOf(work: LinkWork, answers: Readonly<Record<Side, ReadAnswers>>): LinkView {
  const found = (side: Side): SourceRecord => {
    const record = answers[side].record(work.pair.objects[side], work.link.ids[side]);
    if (record === null)
      throw new Error(`link ${work.link.id} lost its ${side} record between two looks at one answer`);
    return record;
  };
  const settled: Record<string, LinkView['settled'][string]> = {};
  const open: Record<string, string> = {};
  const openValues: Record<string, FieldConflict['values']> = {};
  for (const row of work.conflicts) {
    if (row.status === 'decided' && row.decision !== null)
      settled[row.field] = { conflictId: row.id, value: row.decision };
    else {
      open[row.field] = row.id;
      openValues[row.field] = row.values;
    }
  }
  const now = { servicenow: found('servicenow'), salesforce: found('salesforce') };
  return { link: work.link, now, pending: work.pending, settled, open, openValues, dates: {} };
}

type Dates = Record<string, Record<Side, DateRange>>;

async function dateConflicts(engine: Engine, undated: readonly Undated[]): Promise<ReadonlyMap<string, Dates>> {
  const byLink = new Map<string, Dates>();
  if (undated.length === 0) return byLink;
  const histories = {
    servicenow: await historiesOf(engine, 'servicenow', undated),
    salesforce: await historiesOf(engine, 'salesforce', undated),
  };
  for (const { work, view, conflicts } of undated) {
    const dates: Dates = {};
    for (const conflict of conflicts) {
      dates[conflict.field] = {
        servicenow: rangeOf(
          engine,
          'servicenow',
          view,
          histories.servicenow.get(`${work.link.id} ${conflict.field}`) ?? null,
        ),
        salesforce: rangeOf(
          engine,
          'salesforce',
          view,
          histories.salesforce.get(`${work.link.id} ${conflict.field}`) ?? null,
        ),
      };
    }
    byLink.set(work.link.id, dates);
  }
  return byLink;
}

/** Field histories of one side, by link and rule name. A side that keeps none, or shows us none, leaves the map empty. */
async function historiesOf(
  engine: Engine,
  side: Side,
  undated: readonly Undated[],
): Promise<ReadonlyMap<string, FieldDate>> {
  const asks = undated.flatMap(({ work, view, conflicts }) =>
    conflicts.map((conflict) => ({
      key: `${work.link.id} ${conflict.field}`,
      object: work.pair.objects[side],
      ask: askOf(side, work, view, conflict),
    })),
  );
  const found = new Map<string, FieldDate>();
  for (const [object, group] of groupBy(asks, ({ object }) => object)) {
    const dates = await engine.systems[side]
      .fieldDates(
        object,
        group.map(({ ask }) => ask),
      )
      .catch(noneIfRefused);
    group.forEach(({ key }, index) => found.set(key, dates[index] ?? null));
  }
  return found;
}

function askOf(side: Side, work: LinkWork, view: LinkView, conflict: FieldConflict): FieldDateAsk {
  const rule = work.pair.fields.find((candidate) => candidate.name === conflict.field);
  return {
    id: view.now[side].id,
    field: rule?.fields[side] ?? conflict.field,
    since: view.link.bases[side].version.stamp,
  };
}

function noneIfRefused(error: unknown): readonly FieldDate[] {
  if (error instanceof ConnectorError && (error.kind === 'Rejected' || error.kind === 'NotFound')) return [];
  throw error;
}

/** A single save since the base dates every field of it; else the field changed somewhere between base and now. */
function rangeOf(engine: Engine, side: Side, view: LinkView, history: FieldDate): DateRange {
  const ours = (stamp: string): string => iso(Date.parse(stamp) - engine.offsets[side]);
  if (history !== null) return { earliest: ours(history.at), latest: ours(history.at), source: 'history' };
  const base = view.link.bases[side].version;
  const now = view.now[side].version;
  if (base.count !== null && now.count === base.count + 1) {
    return { earliest: ours(now.stamp), latest: ours(now.stamp), source: 'stamp' };
  }
  return { earliest: ours(base.stamp), latest: ours(now.stamp), source: 'interval' };
}
