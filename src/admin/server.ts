import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import type { AdminSettings } from '../config/settings.ts';
import { bothSides } from '../core/side.ts';
import type { EngineEvent } from '../engine/events.ts';
import { createMetrics, type WatchNote } from '../observability/metrics.ts';
import { createNameBook } from '../operate/name-book.ts';
import { createRunner, type RunnerOptions } from '../operate/runs.ts';
import { createUndoer } from '../operate/undo-job.ts';
import type { AdminRecords } from '../store/store.ts';
import { createGate, type Gate } from './auth/gate.ts';
import { createHosts } from './auth/hosts.ts';
import type { AdminContext } from './context.ts';
import { answerErrors } from './errors.ts';
import { actHandlers } from './handlers/acts.ts';
import { conflictHandlers } from './handlers/conflicts.ts';
import { serveHealth, serveMetrics } from './handlers/health.ts';
import { linkHandlers } from './handlers/links.ts';
import { pairHandlers } from './handlers/pairs.ts';
import { peopleHandlers } from './handlers/people.ts';
import { quarantineHandlers } from './handlers/quarantine.ts';
import { runHandlers } from './handlers/runs.ts';
import { sessionHandlers } from './handlers/session.ts';
import { statusHandlers } from './handlers/status.ts';
import { tokenHandlers } from './handlers/tokens.ts';
import { undoHandlers } from './handlers/undo.ts';
import { recordsThatTell } from './live/acts.ts';
import { liveEvent } from './live/from-engine.ts';
import { createHub } from './live/hub.ts';
import { liveRun } from './live/runs.ts';
import { createVitals } from './live/vitals.ts';
import { servePages } from './pages.ts';
import { acceptJson } from './raw-body.ts';
import { guard, registerRoutes } from './register.ts';
import { type Standing, standingOf } from './standing.ts';
import { sideView } from './views/status.ts';

type Given = Pick<AdminContext, 'engine' | 'daemon' | 'config' | 'configFile' | 'version' | 'deskUrl' | 'ticketUrl'>;

export interface AdminOptions extends Given {
  readonly settings: AdminSettings;
  readonly records: AdminRecords;
  /** The built dashboard; left out, no pages are served. */
  readonly pages?: string;
  /** What nobody foresaw, for the log. */
  readonly onError: (error: Error) => void;
}

/** The admin port of one daemon. */
export interface Admin {
  readonly app: FastifyInstance;
  /** Told of every event of the engine: the live stream, the metrics and the status listen here. */
  hear(event: EngineEvent): void;
  /** How everything stands now. Rejects where the database does not answer. */
  standing(): Promise<Standing>;
  /** What those who watch have done, for the figures. */
  note(note: WatchNote): void;
  /** Takes the figures that no event tells, now. */
  sample(): Promise<void>;
  /** Rejects when the port is taken. Returns the address. */
  listen(): Promise<string>;
  /** Lets go of everybody who listens, and pauses what runs in the background. */
  stop(): Promise<void>;
}

const sampleMs = 15_000;
const mostBodyBytes = 2 * 1024 * 1024;

/** Builds the server; nothing listens before `listen`. */
export async function createAdmin(options: AdminOptions): Promise<Admin> {
  const { engine, settings } = options;
  const now = (): number => engine.clock.now();
  const hub = createHub(randomBytes(4).toString('hex'), now);
  const vitals = createVitals(now);
  const metrics = createMetrics(now, options.version);
  const records = recordsThatTell(options.records, hub);
  let stopping = false;

  const onChange: RunnerOptions['onChange'] = (what, run) => hub.publish(liveRun(what, run, now()));
  const runner = createRunner({ engine, onChange });
  const undoer = createUndoer({ engine, onChange });
  const context: AdminContext = {
    ...options,
    records,
    runner,
    undoer,
    names: createNameBook(engine),
    hub,
    vitals,
    wakeSecret: settings.wakeSecret,
    stopping: () => stopping,
  };
  const gate = createGate({
    records,
    token: settings.token,
    hosts: createHosts(settings.host, settings.origins),
    now,
    onFailure: (from) => void noteFailure(records, now(), from).catch(options.onError),
  });
  const app = await build(context, gate, options);
  serveMetrics(app, context, metrics, settings.metricsOpen);
  if (options.pages !== undefined) await servePages(app, options.pages);

  const sample = async (): Promise<void> => {
    const { waiting, active } = await engine.store.queue.depth();
    const views = bothSides((side) => sideView(context, side));
    vitals.sample({
      calls: bothSides((side) => views[side].calls.total),
      queue: waiting + active,
      lagSeconds: bothSides((side) => views[side].lagSeconds),
    });
  };
  let timer: NodeJS.Timeout | null = null;

  return {
    app,
    sample,
    standing: () => standingOf(context),
    note: (note) => metrics.note(note),
    hear: (event) => {
      vitals.hear(event);
      metrics.hear(event);
      const live = liveEvent(event);
      if (live !== null) hub.publish(live);
    },
    listen: async () => {
      const url = await app.listen({ host: settings.host, port: settings.port });
      // A database that is away is told by the engine; figures wait for it.
      timer = setInterval(() => void sample().catch(() => undefined), sampleMs);
      timer.unref();
      void undoer.adopt().catch(options.onError);
      return url;
    },
    stop: async () => {
      stopping = true;
      if (timer !== null) clearInterval(timer);
      await runner.close();
      await undoer.close();
      await app.close();
    },
  };
}

async function build(context: AdminContext, gate: Gate, options: AdminOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: mostBodyBytes,
    // Streams of events would otherwise keep a stopping process alive.
    forceCloseConnections: true,
    requestTimeout: 30_000,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: true,
  });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Whether people reach us by https is the proxy's to promise.
    strictTransportSecurity: false,
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  acceptJson(app);
  guard(app, gate);
  answerErrors(app, options.onError);
  serveHealth(app, context);
  registerRoutes(app, context, gate, {
    ...sessionHandlers(gate),
    ...statusHandlers(context, gate),
    ...linkHandlers(context),
    ...conflictHandlers(context),
    ...quarantineHandlers(context),
    ...runHandlers(context),
    ...actHandlers(context),
    ...pairHandlers(context),
    ...peopleHandlers(context),
    ...tokenHandlers(context),
    ...undoHandlers(context),
  });
  return app;
}

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

async function noteFailure(records: AdminRecords, now: number, from: string): Promise<void> {
  const at = new Date(now).toISOString();
  await records.addAudit({ at, actor: 'nobody', action: 'login.failed', target: null, detail: { from } });
}
