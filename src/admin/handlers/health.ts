import type { FastifyInstance } from 'fastify';
import { bothSides, sides } from '../../core/side.ts';
import { createReadiness } from '../../observability/health.ts';
import type { Figures, Metrics } from '../../observability/metrics.ts';
import { look } from '../../operate/look.ts';
import type { AdminContext } from '../context.ts';
import { isLate, sideView } from '../views/status.ts';

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
  const seen = await look(
    engine.store,
    engine.pairs.map((pair) => pair.name),
  );
  const views = bothSides((side) => sideView(context, side));
  return {
    calls: bothSides((side) => views[side].calls.total),
    allocationUsed: bothSides((side) => {
      const { used, limit } = views[side].budget ?? { used: null, limit: null };
      return used === null || limit === null ? null : used / limit;
    }),
    lagSeconds: bothSides((side) => views[side].lagSeconds),
    gapSeconds: bothSides((side) => views[side].gapSeconds),
    cursors: seen.polls,
    queue: seen.queue,
    quarantined: seen.counts.quarantined,
    openConflicts: seen.counts.openConflicts,
    links: seen.links,
    pausedPairs: seen.pauses.length,
  };
}
