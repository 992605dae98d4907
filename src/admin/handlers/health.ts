import type { FastifyInstance } from 'fastify';
import { bothSides, sides } from '../../core/side.ts';
import { createReadiness } from '../../observability/health.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { Figures, StoredFigures } from '../../observability/metrics/gauges.ts';
import { look } from '../../operate/look.ts';
import { StoreUnavailable } from '../../store/store.ts';
import type { AdminContext } from '../context.ts';
import { isLate, problemsOf, type Seen } from '../views/health.ts';
import { sideView } from '../views/status.ts';

/**
 * `/healthz`: the process lives, whatever the world is like. `/readyz`: the database answers, and both sides are polled in time. Both
 * say nothing but yes or no, since anybody may ask.
 */
export function serveHealth(app: FastifyInstance, context: AdminContext): void {
  const ready = createReadiness(async () => {
    await context.engine.store.ping();
    return !context.stopping() && sides.every((side) => isReady(context, side));
  });
  const config = { access: 'open', anyHost: true } as const;
  app.get('/healthz', { config }, (_request, reply) => reply.type('text/plain; charset=utf-8').send('yes\n'));
  app.get('/readyz', { config }, async (_request, reply) => {
    const yes = await ready();
    return reply
      .code(yes ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(yes ? 'yes\n' : 'no\n');
  });
}

function isReady(context: AdminContext, side: 'servicenow' | 'salesforce'): boolean {
  const { state, heardAt } = context.vitals.side(side);
  return heardAt !== null && state !== 'unauthorised' && !isLate(context, side);
}

/** `/metrics` for Prometheus; for everybody only where the setting says so. */
export function serveMetrics(app: FastifyInstance, context: AdminContext, metrics: Metrics, open: boolean): void {
  app.get('/metrics', { config: { access: open ? 'open' : 'viewer' } }, async (_request, reply) => {
    const text = await metrics.text(await figuresOf(context));
    return reply.type(metrics.contentType).send(text);
  });
}

async function figuresOf(context: AdminContext): Promise<Figures> {
  const { engine } = context;
  const views = bothSides((side) => sideView(context, side));
  const stored = await storedFigures(context);
  return {
    healthy: stored !== null && problemsOf(context, stored.seen).length === 0,
    up: bothSides((side) => views[side].state === 'running' && !views[side].late),
    calls: bothSides((side) => views[side].calls.total),
    allocationUsed: bothSides((side) => {
      const allowance = engine.systems[side].allowance?.() ?? null;
      return allowance === null ? null : allowance.used / allowance.limit;
    }),
    budgetUsed: bothSides((side) => {
      const allowance = engine.systems[side].allowance?.() ?? null;
      return allowance === null ? null : allowance.ours / (allowance.limit * allowance.share);
    }),
    lagSeconds: bothSides((side) => views[side].lagSeconds),
    gapSeconds: bothSides((side) => views[side].gapSeconds),
    files: engine.files?.depth() ?? { waiting: 0, active: 0 },
    stored,
  };
}

/** Null while the database does not answer: what was counted here is told all the same. */
async function storedFigures({
  engine,
  vitals,
}: AdminContext): Promise<(StoredFigures & { readonly seen: Seen }) | null> {
  if (vitals.databaseLost()) return null;
  const pairs = engine.pairs.map((pair) => pair.name);
  const seen = await look(engine.store, pairs).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  });
  if (seen === null) return null;
  const { openConflicts, openProposals, unmatched, inDoubt, quarantined } = seen.counts;
  return {
    cursors: seen.polls,
    queue: seen.queue,
    quarantined,
    openConflicts,
    openProposals,
    unmatched,
    inDoubt,
    links: seen.links,
    pausedPairs: seen.pauses.length,
    seen,
  };
}
