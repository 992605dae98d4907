import type { Ticket } from '../core/directory.ts';
import type { Link } from '../core/link.ts';
import { foldMoves, type Judged, judgePutBack, type Overwritten, toPutBack, type UndoTicket } from '../core/undo.ts';
import { bothSides } from '../core/side.ts';
import { type Engine, pairOf } from '../engine/engine.ts';
import { bindRules } from '../engine/people/bind.ts';
import { readBoth } from '../engine/read.ts';
import { groupBy } from '../engine/work.ts';
import type { ConflictRow, RunRow } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

export interface UndoAsk {
  /** The run to undo. */
  readonly run: string;
  readonly pair?: string;
  /** Rule name. */
  readonly field?: string;
  /** Only what was written then. ISO 8601. */
  readonly since?: string;
  readonly until?: string;
}

/** One value of the run, and what is to become of it. */
export interface UndoItem {
  readonly link: Link | null;
  readonly was: Overwritten;
  readonly judged: Judged;
}

interface LookedAt {
  readonly view: UndoTicket;
  readonly items: readonly UndoItem[];
}

export interface UndoPlan {
  readonly ask: UndoAsk;
  readonly items: readonly UndoItem[];
  readonly tickets: readonly LookedAt[];
}

const pageOfHistory = 5000;
const ticketsAtOnce = 500;

/**
 * What an undo of this run would put back, and what it would leave, judged by what both sides hold now. Writes nothing. Throws Refused
 * for a run that wrote nothing; rejects with ConnectorError where a side does not answer.
 */
export async function planUndo(engine: Engine, ask: UndoAsk, onShare: (share: number) => void): Promise<UndoPlan> {
  if (ask.pair !== undefined && pairOf(engine, ask.pair) === undefined)
    throw new Refused({ kind: 'no-pair', name: ask.pair, known: engine.pairs.map(({ name }) => name) });
  const byLink = groupBy(await overwrittenBy(engine, ask), (was) => was.linkId);
  const ids = [...byLink.keys()];
  const tickets: LookedAt[] = [];
  for (let from = 0; from < ids.length; from += ticketsAtOnce) {
    const part = ids.slice(from, from + ticketsAtOnce);
    for (const [id, view] of await lookAt(engine, part)) {
      if (ask.pair !== undefined && view.link?.pair !== ask.pair) continue;
      const items = (byLink.get(id) ?? []).map((was) => ({
        link: view.link,
        was,
        judged: judgePutBack(view, was),
      }));
      tickets.push({ view, items });
    }
    onShare(Math.min(1, (from + ticketsAtOnce) / ids.length));
  }
  return { ask, items: tickets.flatMap(({ items }) => items), tickets };
}

async function overwrittenBy(
  { store }: Engine,
  { run, field, since, until }: UndoAsk,
): Promise<readonly Overwritten[]> {
  const known = new Map<string, Overwritten>();
  for (let after: string | undefined, seen = 0; ;) {
    const from = after === undefined ? {} : { after };
    const page = await store.transaction((tx) => tx.runHistory(run, { ...from, limit: pageOfHistory }));
    seen += page.length;
    if (seen === 0) throw new Refused({ kind: 'run-wrote-nothing', id: run });
    foldMoves(
      known,
      page.filter(
        (row) =>
          (field === undefined || row.field === field) &&
          (since === undefined || row.at >= since) &&
          (until === undefined || row.at < until),
      ),
    );
    after = page.at(-1)?.id;
    if (page.length < pageOfHistory) return [...known.values()];
  }
}

/** These tickets as both sides show them now, by link id. */
async function lookAt(engine: Engine, ids: readonly string[]): Promise<ReadonlyMap<string, UndoTicket>> {
  const { links, conflicts, pending } = await engine.store.transaction(async (tx) => ({
    links: new Map((await tx.linksById(ids)).map((link) => [link.id, link])),
    conflicts: groupBy(await tx.conflictsOf(ids, ['open', 'decided']), (row) => row.linkId),
    pending: groupBy(await tx.pendingOf(ids), (write) => write.linkId),
  }));
  const known = [...links.values()].flatMap((link) => {
    const pair = pairOf(engine, link.pair);
    return pair === undefined || link.status === 'detached' ? [] : [{ link, pair }];
  });
  const answers = await readBoth(
    engine,
    bothSides((side) => known.map(({ link, pair }) => ({ pair, id: link.ids[side] }))),
  );
  const now = known.map(({ link, pair }) =>
    bothSides((side) => answers[side].record(pair.objects[side], link.ids[side])),
  );
  const bound = await bindRules(
    engine,
    known.map(({ pair }, at) => ({ pair, records: present(now[at]) })),
  );
  const shown = new Map(known.map(({ link, pair }, at) => [link.id, { rules: bound[at] ?? pair, now: now[at] }]));
  return new Map(
    ids.map((id): [string, UndoTicket] => [
      id,
      {
        link: links.get(id) ?? null,
        now: shown.get(id)?.now ?? { servicenow: null, salesforce: null },
        rules: shown.get(id)?.rules ?? null,
        inConflict: new Set((conflicts.get(id) ?? []).map((row) => row.field)),
        inDoubt: new Set((pending.get(id) ?? []).map((write) => `${write.side} ${write.field}`)),
      },
    ]),
  );
}

function present(now: UndoTicket['now'] | undefined): Ticket['records'] {
  const { servicenow, salesforce } = now ?? { servicenow: null, salesforce: null };
  return { ...(servicenow === null ? {} : { servicenow }), ...(salesforce === null ? {} : { salesforce }) };
}

/** An undo that was set going. */
export interface Undoing {
  readonly run: RunRow;
  /** Ids of the decisions, in the table of conflicts. */
  readonly decisions: readonly string[];
  /** Values that those decisions are to put back. */
  readonly values: number;
}

/**
 * Notes, in one transaction a few hundred tickets, what is to be put back, and queues the tickets: whoever reconciles next looks again
 * and carries it out where it still holds. Leaves a run of its own, so that it can be undone in its turn.
 */
export async function beginUndo(engine: Engine, operator: Operator, plan: UndoPlan): Promise<Undoing> {
  const values = plan.items.filter(({ judged }) => judged.kind === 'put-back').length;
  const run: RunRow = {
    id: engine.ids.next(),
    kind: 'undo',
    pair: plan.ask.pair ?? null,
    startedAt: timeOf(operator),
    endedAt: null,
    state: 'running',
    position: { of: plan.ask.run },
    counts: { seen: plan.items.length, found: values },
  };
  await engine.store.transaction((tx) => tx.saveRun(run));
  const decisions: string[] = [];
  for (let from = 0; from < plan.tickets.length; from += ticketsAtOnce) {
    const part = plan.tickets.slice(from, from + ticketsAtOnce);
    const rows = part.flatMap((ticket) => rowsOf(engine, operator, run.id, ticket));
    if (rows.length === 0) continue;
    const noted = await engine.store.transaction(async (tx) => {
      const ids = await tx.noteConflicts(rows);
      await tx.enqueue([...new Set(rows.map((row) => row.linkId))].map((linkId) => ({ kind: 'link', linkId })));
      return ids;
    });
    decisions.push(...noted);
  }
  await note(operator, 'run.undo', plan.ask.run, { run: run.id, values });
  return { run, decisions, values };
}

/** One decided row for each field that is put back, as a person's decision about a conflict would leave it. */
function rowsOf(engine: Engine, operator: Operator, runId: string, { view, items }: LookedAt): readonly ConflictRow[] {
  const { link, rules, now } = view;
  const { servicenow, salesforce } = now;
  if (link === null || rules === null || servicenow === null || salesforce === null) return [];
  const backs = items.filter(({ judged }) => judged.kind === 'put-back').map(({ was }) => was);
  return [...groupBy(backs, (was) => was.field)].flatMap(([field, values]): readonly ConflictRow[] => {
    const rule = rules.fields.find(({ name }) => name === field);
    if (rule === undefined) return [];
    const records = { servicenow, salesforce };
    const at = timeOf(operator);
    return [
      {
        id: engine.ids.next(),
        linkId: link.id,
        pair: link.pair,
        ids: link.ids,
        numbers: link.numbers,
        field,
        rule: rule.conflict,
        base: bothSides((side) => link.bases[side].fields[rule.fields[side]] ?? null),
        values: bothSides((side) => records[side].fields[rule.fields[side]] ?? null),
        versions: bothSides((side) => records[side].version),
        writers: bothSides((side) => records[side].updatedBy),
        winner: null,
        why: 'settled-by-person',
        dates: null,
        status: 'decided',
        decision: toPutBack(runId, values),
        at,
        settledAt: null,
        decidedBy: operator.actor,
        decidedAt: at,
      },
    ];
  });
}

/** What an undo that another process has begun still has to write: none of it where everything is carried out. */
export async function undoingOf({ store }: Engine, run: RunRow): Promise<Undoing> {
  const decisions: string[] = [];
  for (let after: string | undefined; ;) {
    const from = after === undefined ? {} : { after };
    const page = await store.transaction((tx) => tx.conflictPage({ status: 'decided', ...from, limit: pageOfHistory }));
    const own = page.filter(({ decision }) => decision?.kind === 'put-back' && decision.runId === run.id);
    decisions.push(...own.map(({ id }) => id));
    after = page.at(-1)?.id;
    if (page.length < pageOfHistory) return { run, decisions, values: run.counts['found'] ?? decisions.length };
  }
}

export interface Undone {
  /** Values that stand as they were before. */
  readonly putBack: number;
  /** Decisions nobody has carried out yet: the pair stands still, or a desk refuses. */
  readonly waiting: number;
  /** Values that somebody changed at the last moment. */
  readonly overtaken: number;
}

/** Ends the undo's run with what came of it. */
export async function endUndo(engine: Engine, operator: Pick<Operator, 'now'>, undoing: Undoing): Promise<Undone> {
  return engine.store.transaction(async (tx) => {
    const rows = await tx.conflictsById([...new Set(undoing.decisions)]);
    const open = rows.filter((row) => row.status !== 'settled');
    const waiting = open.reduce((sum, { decision }) => sum + sidesOf(decision), 0);
    let putBack = 0;
    for (let after: string | undefined; ;) {
      const from = after === undefined ? {} : { after };
      const page = await tx.runHistory(undoing.run.id, { ...from, limit: pageOfHistory });
      putBack += page.length;
      after = page.at(-1)?.id;
      if (page.length < pageOfHistory) break;
    }
    const overtaken = Math.max(0, undoing.values - putBack - waiting);
    const done = { ...undoing.run, state: 'done' as const, endedAt: timeOf(operator) };
    await tx.saveRun({ ...done, counts: { ...done.counts, putBack, waiting, overtaken } });
    return { putBack, waiting, overtaken };
  });
}

function sidesOf(decision: ConflictRow['decision']): number {
  return decision?.kind === 'put-back' ? Object.keys(decision.on).length : 0;
}
