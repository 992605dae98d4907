/**
 * The daemon as `start` composes it, with a point before and after every call that leaves the process. The conductor arms one of
 * them; there the process kills itself as `kill -9` would.
 */
import { openApp } from '../../../src/app.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { loadMapping } from '../../../src/config/mapping-file.ts';
import { createDaemon } from '../../../src/engine/daemon.ts';
import { enqueueDue } from '../../../src/engine/due.ts';
import { pointedStore, pointedSystem } from '../failpoints.ts';
import type { FromDaemon, ToDaemon } from '../words.ts';

const seen = new Map<string, number>();
let armed: { readonly name: string; readonly hit: number } | null = null;

function tell(message: FromDaemon): void {
  process.send?.(message);
}

function hit(name: string): void {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  if (armed === null || armed.name !== name) return;
  armed = { name, hit: armed.hit - 1 };
  if (armed.hit <= 0) process.kill(process.pid, 'SIGKILL');
}

// Whoever started us is gone: nobody would end us otherwise. Asked for first of all, since it happens while we start, too.
process.on('disconnect', () => process.exit(1));

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

function armAt(text: string): void {
  const [name = '', count = '1'] = text.split('@');
  armed = name === '' ? null : { name, hit: Number(count) };
}

const env = Object.fromEntries(Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
armAt(env['CHAOS_ARM'] ?? '');
// Shorter than what the desks need in earnest; the local ones carry a request out at once or within a second.
const short = { settle: 4000, betweenProbes: 500, overlap: 3000, wideOverlap: 10_000, widePollEvery: 5000 };
const own = Object.fromEntries(
  Object.entries(env).filter(([name]) => /^(CASEBRIDGE|SERVICENOW|SALESFORCE|DATABASE|LOG)_/.test(name)),
);
const settings = loadSettings(own, { folder: process.cwd() });
const config = await loadMapping(settings.configFile);
const complete = new Set<string>();
const app = await openApp({
  settings,
  config,
  times: env['CHAOS_TIMES'] === 'earnest' ? {} : short,
  onNotice: () => undefined,
  emit: (event) => {
    if (event.type === 'poll.done' && !complete.has(`${event.pair} ${event.side}`)) {
      complete.add(`${event.pair} ${event.side}`);
      if (complete.size === config.pairs.length * 2)
        tell({ kind: 'recovered', ms: Math.round(performance.now()), cpuMs: cpuMs() });
    }
    if (event.type === 'batch.failed') tell({ kind: 'said', text: `${event.type}: ${event.error.message}` });
    if (event.type === 'record.quarantined')
      tell({ kind: 'said', text: `quarantined ${event.row.key}: ${JSON.stringify(event.row.reason)}` });
    if (event.type === 'pair.paused') tell({ kind: 'said', text: `paused: ${JSON.stringify(event.pause)}` });
  },
  around: { store: (store) => pointedStore(store, hit), system: (system) => pointedSystem(system, hit) },
});
const daemon = createDaemon(app.engine, { cron: '* * * * * *', idleMaxMs: 1000, unlimitedCreates: true });

process.on('message', (message: ToDaemon) => {
  void answer(message).catch((error: unknown) => tell({ kind: 'said', text: String(error) }));
});

async function answer(message: ToDaemon): Promise<void> {
  if (message.kind === 'quiet?') {
    await daemon.syncNow();
    const { waiting, active } = await app.database.store.queue.depth();
    const due = await enqueueDue(app.engine);
    tell({ kind: 'quiet', ask: message.ask, quiet: waiting + active + due.queued === 0 && due.nextAt === null });
  }
  if (message.kind === 'points?') {
    tell({ kind: 'points', ask: message.ask, seen: Object.fromEntries(seen) });
    seen.clear();
  }
  if (message.kind === 'arm') {
    armAt(message.arm);
    tell({ kind: 'armed', ask: message.ask });
  }
  if (message.kind === 'stop') {
    await daemon.stop();
    await app.close();
    process.exit(0);
  }
}

await daemon.start();
tell({ kind: 'started' });
