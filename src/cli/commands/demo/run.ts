import { setTimeout as delay } from 'node:timers/promises';
import { type App, openApp } from '../../../app.ts';
import type { Settings } from '../../../config/settings.ts';
import { createDaemon, type Daemon } from '../../../engine/daemon.ts';
import { enqueueDue } from '../../../engine/due.ts';
import type { EngineTimes } from '../../../engine/engine.ts';
import type { EngineEvent } from '../../../engine/events.ts';
import { describeEvent } from '../../../observability/describe-event.ts';
import { startSalesforceSandbox } from '../../../sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../../sandbox/servicenow.ts';
import { createRelay } from '../../admin-port.ts';
import { startEmbedded } from '../../../store/embedded.ts';
import { systemClock } from '../../../system.ts';
import { agreement, changedSince, countedCalls, type Desks, groundTruth, versionsOf } from './check.ts';
import { demoConfig } from './config.ts';
import { openDemoPort } from './dashboard.ts';
import { readLog } from './log.ts';
import { createReplay, type Replay } from './replay.ts';
import type { DemoReport } from './report.ts';
import { claimDemo, emptyDatabase } from './claim.ts';
import { demoSettings } from './settings.ts';

export interface DemoOptions {
  /** The folder the project lies in. */
  readonly folder: string;
  /** As fast as the machine can, instead of at a speed one can watch. */
  readonly fast: boolean;
  /** Ends with the log, with totals and a verification. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** True if a person reads what is said: the token of the dashboard is shown to nobody else. */
  readonly terminal: boolean;
  /** One line for a person. */
  readonly say: (line: string) => void;
  /** Makes trouble at the desks while the log is played. Returns how to stop it. */
  readonly trouble?: (desks: Desks) => () => void;
  /** Shorter waiting times, for trouble that is over sooner than in earnest. */
  readonly times?: Partial<EngineTimes>;
}

/** What a person is shown of all that happens. */
const shown: ReadonlySet<EngineEvent['type']> = new Set([
  'link.created',
  'link.adopted',
  'link.updated',
  'link.held',
  'comment.carried',
  'comment.withheld',
  'comment.refused',
  'comment.in-doubt',
  'conflict.noted',
  'record.quarantined',
  'record.released',
  'create.in-doubt',
  'write.in-doubt',
  'side.paused',
  'side.resumed',
  'pair.paused',
  'poll.failed',
  'batch.failed',
  'store.lost',
  'store.back',
]);

const eventsPerSecond = { watch: 2, fast: 150 };

/** Both desks, an embedded Postgres, the daemon, and a day of real incidents. Resolves with the report, or null when stopped by hand. */
export async function runDemo(options: DemoOptions): Promise<DemoReport | null> {
  const claim = await claimDemo(options.folder);
  const startedAt = Date.now();
  options.say('Starting both desks and the database …');
  const desks = await startDesks();
  let firstTicketMs: number | null = null;
  const relay = createRelay();
  try {
    const settings = demoSettings(options.folder, desks);
    const server = await startEmbedded({ dataDir: settings.dataDir, clock: systemClock });
    await emptyDatabase(server.url);
    const app = await openApp({
      settings,
      config: demoConfig,
      emit: (event) => {
        if (event.type === 'link.created') firstTicketMs ??= Date.now() - startedAt;
        if (shown.has(event.type)) options.say(describeEvent(event));
        relay.emit(event);
      },
      onNotice: () => undefined,
      ...(options.times === undefined ? {} : { times: options.times }),
    });
    try {
      return await play({ app, desks, settings, relay }, options, () => firstTicketMs);
    } finally {
      await app.close();
    }
  } finally {
    await Promise.all([desks.servicenow.stop(), desks.salesforce.stop()]);
    await claim.release();
  }
}

async function startDesks(): Promise<Desks> {
  const [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(), startSalesforceSandbox()]);
  return { servicenow, salesforce };
}

interface Stage {
  readonly app: App;
  readonly desks: Desks;
  readonly settings: Settings;
  readonly relay: ReturnType<typeof createRelay>;
}

async function play(
  { app, desks, settings, relay }: Stage,
  options: DemoOptions,
  firstTicketMs: () => number | null,
): Promise<DemoReport | null> {
  const daemon = createDaemon(app.engine, { cron: '* * * * * *', idleMaxMs: 5000, unlimitedCreates: true });
  options.say(`ServiceNow desk  ${desks.servicenow.url}`);
  options.say(`Salesforce desk  ${desks.salesforce.url}`);
  options.say('Open both in a browser and change a ticket; Ctrl-C stops everything.');
  const startedAt = Date.now();
  const { terminal, say } = options;
  const admin = await openDemoPort({ engine: app.engine, daemon, settings, desks, terminal, say });
  relay.to(admin.hear);
  await daemon.start();
  try {
    const replay = createReplay(
      readLog(),
      { servicenow: desks.servicenow.desk, salesforce: desks.salesforce.desk },
      seeded(20160229),
    );
    const calm = options.trouble?.(desks);
    await playLog(replay, options).finally(() => calm?.());
    if (!options.once) {
      if (!options.signal.aborted)
        options.say('The log has been played; both desks stay open. Ctrl-C stops everything.');
      await untilAborted(options.signal);
      return null;
    }
    if (options.signal.aborted) return null;
    options.say('The log has been played. Waiting until nothing is left to do …');
    await untilQuiet(app, daemon, options.signal);
    return await report(app, desks, daemon, replay, { startedAt, firstTicketMs: firstTicketMs() });
  } finally {
    await daemon.stop();
    await admin.stop();
  }
}

async function playLog(replay: Replay, options: DemoOptions): Promise<void> {
  const perSecond = options.fast ? eventsPerSecond.fast : eventsPerSecond.watch;
  const gapMs = Math.max(100, 1000 / perSecond);
  const atOnce = Math.max(1, Math.round((perSecond * gapMs) / 1000));
  while (!options.signal.aborted) {
    for (let n = 0; n < atOnce; n += 1) if (!replay.step()) return;
    await delay(gapMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** Quiet: the queue is empty, nothing is due or in doubt, and two full polls of both sides found nothing. */
async function untilQuiet(app: App, daemon: Daemon, signal: AbortSignal): Promise<void> {
  for (let quiet = 0; quiet < 2 && !signal.aborted;) {
    await daemon.syncNow();
    const { waiting, active } = await app.engine.store.queue.depth();
    const due = await enqueueDue(app.engine);
    const moving = waiting + active + due.queued + (await childrenOpen(app));
    quiet = moving === 0 && due.nextAt === null ? quiet + 1 : 0;
    await delay(500);
  }
}

/** Files that are planned, under way or in doubt, and comments that are. */
async function childrenOpen(app: App): Promise<number> {
  const counts = await app.engine.store.transaction((tx) => tx.countChildren());
  const open = counts.filter(({ kind, state }) => state === 'planned' || (kind === 'file' && state === 'sent'));
  return open.reduce((sum, { count }) => sum + count, 0);
}

async function report(
  app: App,
  desks: Desks,
  daemon: Daemon,
  replay: Replay,
  times: { readonly startedAt: number; readonly firstTicketMs: number | null },
): Promise<DemoReport> {
  const playedMs = Date.now() - times.startedAt;
  const calls = {
    servicenow: countedCalls(desks.servicenow.calls()),
    salesforce: countedCalls(desks.salesforce.calls()),
  };
  const before = versionsOf(desks);
  for (const desk of [desks.servicenow, desks.salesforce]) desk.forgetCalls();
  await daemon.syncNow();
  const idleCalls = {
    servicenow: countedCalls(desks.servicenow.calls()),
    salesforce: countedCalls(desks.salesforce.calls()),
  };
  await delay(2500);
  await daemon.syncNow();
  const truth = groundTruth(desks, replay.said);
  const agreed = await agreement(app.engine);
  return {
    played: replay.counts,
    files: replay.files,
    totals: daemon.totals,
    truth,
    links: agreed.links,
    drift: agreed.drift,
    unpaired: agreed.unpaired,
    openConflicts: agreed.openConflicts,
    quarantined: agreed.quarantined,
    writesAfterQuiet: changedSince(before, versionsOf(desks)),
    calls,
    idleCalls,
    playedMs,
    firstTicketMs: times.firstTicketMs,
  };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** 0 ≤ n < 1, the same series for the same seed (mulberry32), so that every demo plays the same day. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
