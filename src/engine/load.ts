import { formatKey, type WorkKey } from '../core/link.ts';
import type { Job } from '../store/queue.ts';
import type { Intent, Tx } from '../store/store.ts';
import { type Engine, pairOf } from './engine.ts';
import { type Batch, groupBy, type LinkWork, type NewKey, type NewWork } from './work.ts';

/**
 * Reads what the store knows about these keys, a statement a kind. Jobs that need no work (an unlinked link, a pair that is gone
 * from the mapping file) are completed here; a new record that has been linked meanwhile is queued again under its link. A dry run
 * changes nothing.
 */
export async function loadBatch(
  engine: Engine,
  jobs: readonly Job[],
  mode: 'work' | 'dry-run' = 'work',
): Promise<Batch> {
  return engine.store.transaction(async (tx) => {
    const done: Job[] = [];
    const quarantine = new Map(
      (await tx.quarantined(jobs.map((job) => formatKey(job.key)))).map((row) => [row.key, row]),
    );
    const links = await loadLinks(engine, tx, jobs, done);
    const { news, linked } = await loadNews(engine, tx, jobs, done);
    if (mode === 'work' && linked.length > 0) await tx.enqueue(linked);
    if (mode === 'work' && done.length > 0) await tx.completeJobs(done);
    return {
      links: links.map((work) => ({ ...work, quarantine: quarantine.get(work.key) ?? null })),
      news: news.map((work) => ({ ...work, quarantine: quarantine.get(work.key) ?? null })),
    };
  });
}

async function loadLinks(engine: Engine, tx: Tx, jobs: readonly Job[], done: Job[]): Promise<readonly LinkWork[]> {
  const byLink = new Map(jobs.flatMap((job) => (job.key.kind === 'link' ? [[job.key.linkId, job] as const] : [])));
  if (byLink.size === 0) return [];
  const ids = [...byLink.keys()];
  const links = new Map((await tx.linksById(ids)).map((link) => [link.id, link]));
  const pending = groupBy(await tx.pendingOf(ids), (write) => write.linkId);
  const conflicts = groupBy(await tx.conflictsOf(ids, ['open', 'decided']), (row) => row.linkId);
  const works: LinkWork[] = [];
  for (const [linkId, job] of byLink) {
    const link = links.get(linkId);
    const pair = link === undefined ? undefined : pairOf(engine, link.pair);
    if (link === undefined || pair === undefined || link.status === 'detached') {
      done.push(job);
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
      quarantine: null,
    });
  }
  return works;
}

async function loadNews(
  engine: Engine,
  tx: Tx,
  jobs: readonly Job[],
  done: Job[],
): Promise<{ readonly news: readonly NewWork[]; readonly linked: readonly WorkKey[] }> {
  const news = jobs.flatMap((job) => (job.key.kind === 'new' ? [{ job, origin: job.key }] : []));
  const works: NewWork[] = [];
  const linked: WorkKey[] = [];
  for (const group of groupBy(news, ({ origin }) => `${origin.pair}:${origin.side}`).values()) {
    const first = group[0];
    if (first === undefined) continue;
    const { pair: name, side } = first.origin;
    const pair = pairOf(engine, name);
    const ids = group.map(({ origin }) => origin.id);
    const links = new Map((await tx.linksBySource(name, side, ids)).map((link) => [link.ids[side], link]));
    const intents = new Map((await tx.intentsByOrigin(name, side, ids)).map((intent) => [intent.originId, intent]));
    const ofIntents = await tx.pendingOf([...intents.values()].map((intent) => intent.id));
    const sent = groupBy(ofIntents, (write) => write.linkId);
    for (const { job, origin } of group) {
      const link = links.get(origin.id);
      if (pair === undefined || link !== undefined) {
        if (link !== undefined && link.status !== 'detached') linked.push({ kind: 'link', linkId: link.id });
        done.push(job);
        continue;
      }
      const intent = intents.get(origin.id) ?? null;
      works.push(newWork(job, origin, pair, intent, sent.get(intent?.id ?? '') ?? []));
    }
  }
  return { news: works, linked };
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
