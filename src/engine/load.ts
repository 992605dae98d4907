import { formatKey, type WorkKey } from '../core/link.ts';
import { endedByLife } from '../core/life/decide-life.ts';
import type { Job } from '../store/queue.ts';
import type { Intent, Tx } from '../store/store.ts';
import { carriesChildren } from './children/plan.ts';
import { type Engine, pairOf } from './engine.ts';
import { holdStanding } from './life/standing.ts';
import { takenElsewhere } from './match/elsewhere.ts';
import { type Batch, groupBy, type LinkWork, type NewKey, type NewWork } from './work.ts';

/**
 * Jobs that need no work (an unlinked link, a pair that is gone from the mapping file), the links of those that have one by now,
 * and the notes that end with them: no later run would look at these again, and what is due would never come to rest.
 */
interface Over {
  readonly done: Job[];
  readonly linked: WorkKey[];
  readonly released: string[];
  readonly pending: string[];
  readonly intents: string[];
}

/**
 * Reads what the store knows about these keys, a statement a kind. Jobs that need no work are completed here; a new record that
 * has been linked meanwhile is queued again under its link. A dry run changes nothing.
 */
export async function loadBatch(
  engine: Engine,
  given: readonly Job[],
  mode: 'work' | 'dry-run' = 'work',
): Promise<Batch> {
  return engine.store.transaction(async (tx) => {
    const jobs = mode === 'work' ? await holdStanding(engine, tx, given) : given;
    const over: Over = { done: [], linked: [], released: [], pending: [], intents: [] };
    const quarantine = new Map(
      (await tx.quarantined(jobs.map((job) => formatKey(job.key)))).map((row) => [row.key, row]),
    );
    const links = await loadLinks(engine, tx, jobs, over);
    const news = await loadNews(engine, tx, jobs, over);
    if (mode === 'work' && over.done.length > 0) await end(tx, over);
    return {
      links: links.map((work) => ({ ...work, quarantine: quarantine.get(work.key) ?? null })),
      news: news.map((work) => ({ ...work, quarantine: quarantine.get(work.key) ?? null })),
    };
  });
}

async function end(tx: Tx, over: Over): Promise<void> {
  if (over.linked.length > 0) await tx.enqueue(over.linked);
  if (over.released.length > 0) await tx.clearQuarantine(over.released);
  if (over.pending.length > 0) await tx.clearPending(over.pending);
  if (over.intents.length > 0) await tx.closeIntents(over.intents);
  await tx.completeJobs(over.done);
}

async function loadLinks(engine: Engine, tx: Tx, jobs: readonly Job[], over: Over): Promise<readonly LinkWork[]> {
  const byLink = new Map(jobs.flatMap((job) => (job.key.kind === 'link' ? [[job.key.linkId, job] as const] : [])));
  if (byLink.size === 0) return [];
  const ids = [...byLink.keys()];
  const links = new Map((await tx.linksById(ids)).map((link) => [link.id, link]));
  const pending = groupBy(await tx.pendingOf(ids), (write) => write.linkId);
  const conflicts = groupBy(await tx.conflictsOf(ids, ['open', 'decided']), (row) => row.linkId);
  const ledger = groupBy(
    await tx.childrenOf([...links.values()].filter((link) => mayCarry(engine, link.pair)).map((link) => link.id)),
    (row) => row.linkId,
  );
  const works: LinkWork[] = [];
  for (const [linkId, job] of byLink) {
    const link = links.get(linkId);
    const pair = link === undefined ? undefined : pairOf(engine, link.pair);
    if (link === undefined || pair === undefined || (link.status === 'detached' && !endedByLife(link))) {
      over.done.push(job);
      if (link?.status === 'detached') {
        over.released.push(formatKey(job.key));
        over.pending.push(link.id);
      }
      continue;
    }
    works.push({
      kind: 'link',
      job,
      key: formatKey(job.key),
      pair,
      link,
      pending: pending.get(linkId) ?? [],
      conflicts: conflicts.get(linkId) ?? [],
      children: ledger.get(linkId) ?? [],
      quarantine: null,
    });
  }
  return works;
}

function mayCarry(engine: Engine, name: string): boolean {
  const pair = pairOf(engine, name);
  return pair !== undefined && carriesChildren(pair);
}

async function loadNews(engine: Engine, tx: Tx, jobs: readonly Job[], over: Over): Promise<readonly NewWork[]> {
  const news = jobs.flatMap((job) => (job.key.kind === 'new' ? [{ job, origin: job.key }] : []));
  const works: NewWork[] = [];
  for (const group of groupBy(news, ({ origin }) => `${origin.pair}:${origin.side}`).values()) {
    const first = group[0];
    if (first === undefined) continue;
    const { pair: name, side } = first.origin;
    const pair = pairOf(engine, name);
    const ids = group.map(({ origin }) => origin.id);
    const links = new Map((await tx.linksBySource(name, side, ids)).map((link) => [link.ids[side], link]));
    const intents = new Map((await tx.intentsByOrigin(name, side, ids)).map((intent) => [intent.originId, intent]));
    const elsewhere = pair === undefined ? new Set<string>() : await takenElsewhere(tx, pair, side, ids);
    const ofIntents = await tx.pendingOf([...intents.values()].map((intent) => intent.id));
    const sent = groupBy(ofIntents, (write) => write.linkId);
    for (const { job, origin } of group) {
      const link = links.get(origin.id);
      const intent = intents.get(origin.id) ?? null;
      if (pair === undefined) {
        over.done.push(job);
        continue;
      }
      if (link === undefined && intent === null && elsewhere.has(origin.id)) {
        over.done.push(job);
        over.released.push(formatKey(job.key));
        continue;
      }
      if (link !== undefined) {
        over.done.push(job);
        over.released.push(formatKey(job.key));
        if (link.status !== 'detached') over.linked.push({ kind: 'link', linkId: link.id });
        if (intent !== null) {
          over.intents.push(intent.id);
          over.pending.push(intent.id);
        }
        continue;
      }
      works.push(newWork(job, origin, pair, intent, sent.get(intent?.id ?? '') ?? []));
    }
  }
  return works;
}

function newWork(
  job: Job,
  origin: NewKey,
  pair: NewWork['pair'],
  intent: Intent | null,
  sent: NewWork['sent'],
): NewWork {
  return { kind: 'new', job, key: formatKey(job.key), pair, origin, intent, sent, quarantine: null };
}
