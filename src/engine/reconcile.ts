import type { ConnectorError } from '../connectors/errors.ts';
import { bothSides } from '../core/side.ts';
import type { Job } from '../store/queue.ts';
import { apply } from './apply.ts';
import { carryChildren } from './children/carry.ts';
import { nothingCarried } from './children/plan.ts';
import { withChildren } from './children/settle.ts';
import { decideLinks } from './decide-links.ts';
import { decideNews } from './decide-news.ts';
import type { Engine } from './engine.ts';
import { carryOutEnds } from './life/act.ts';
import { brakeLives } from './life/brake.ts';
import { noteEnds } from './life/note.ts';
import { loadBatch } from './load.ts';
import { note } from './note.ts';
import { bindPeople } from './people/bind.ts';
import { readBoth } from './read.ts';
import { record } from './record.ts';
import { whileSending } from './send-time.ts';
import { settle } from './settle.ts';
import { staged } from './trace.ts';
import type { Batch, Decision, Totals } from './work.ts';

export interface Reconciled {
  readonly totals: Totals;
  /** Jobs that a side could not serve: to be tried again, with the reason. Nothing was written for them. */
  readonly deferred: readonly Job[];
  readonly error: ConnectorError | null;
}

/**
 * The one way in: reads the present of up to a few hundred keys on both sides and makes it right. Poll, resync, `sync --once`, a
 * retry and a person's decision all end here. It takes keys only; what to do is decided anew every time.
 *
 * load → read → decide → note → apply → record. Rejects with ConnectorError when a side cannot be read (nothing has been
 * written), with StoreUnavailable when the database is gone (what was written is recognised by its notes next time).
 */
export function reconcile(engine: Engine, jobs: readonly Job[]): Promise<Reconciled> {
  const work = (): Promise<Reconciled> => makeRight(engine, jobs);
  if (engine.tracer === undefined) return work();
  return engine.tracer.reconcile(
    jobs.map((job) => job.key),
    work,
  );
}

async function makeRight(engine: Engine, jobs: readonly Job[]): Promise<Reconciled> {
  const batch = await staged(engine, 'load', {}, () => loadBatch(engine, jobs));
  const decisions = await brakeLives(engine, await decide(engine, batch));
  const noted = await staged(engine, 'note', {}, () => note(engine, decisions));
  const ends = await noteEnds(engine, decisions);
  const sent = await staged(engine, 'apply', {}, () =>
    whileSending(engine, decisions, noted, ends, async (sending) => {
      const written = await apply(engine, decisions, noted, sending);
      const carried = await carryChildren(engine, decisions, written, sending);
      return { written, carried, ended: await carryOutEnds(engine, ends, sending) };
    }),
  );
  const settlements = decisions.map((decision) =>
    withChildren(
      settle(engine, decision, sent.written.get(decision.work.key) ?? {}, noted, sent.ended),
      sent.carried.get(decision.work.key) ?? nothingCarried,
    ),
  );
  return staged(engine, 'record', {}, () => record(engine, settlements));
}

/** Reads both sides and decides; writes nothing. The dry run stops here. */
export async function decide(engine: Engine, batch: Batch): Promise<readonly Decision[]> {
  const asks = bothSides((side) => [
    ...batch.links.map((work) => ({ pair: work.pair, id: work.link.ids[side], children: true })),
    ...batch.news.filter((work) => work.origin.side === side).map((work) => ({ pair: work.pair, id: work.origin.id })),
  ]);
  const answers = await staged(engine, 'read', {}, () => readBoth(engine, asks));
  return staged(engine, 'merge', {}, async () => {
    const bound = await bindPeople(engine, batch, answers);
    return [...(await decideLinks(engine, bound.links, answers)), ...(await decideNews(engine, bound.news, answers))];
  });
}
