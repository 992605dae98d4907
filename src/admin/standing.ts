import { bothSides, type Side } from '../core/side.ts';
import type { Facts, SideFacts } from '../observability/alerts/facts.ts';
import { sideNames } from '../observability/words.ts';
import { look } from '../operate/look.ts';
import type { AdminContext } from './context.ts';
import { problemsOf, stallsOf } from './views/health.ts';
import { sideView } from './views/status.ts';

/** What the admin port knows of a side; how long its login lasts is known elsewhere. */
export type Standing = Omit<Facts, 'sides'> & {
  readonly sides: Readonly<Record<Side, Omit<SideFacts, 'tokenEndsAt'>>>;
};

/** How everything stands now. Rejects where the database does not answer. */
export async function standingOf(context: AdminContext): Promise<Standing> {
  const { engine } = context;
  const pairs = engine.pairs.map((pair) => pair.name);
  const seen = await look(engine.store, pairs);
  return {
    now: engine.clock.now(),
    healthy: problemsOf(context, seen).length === 0,
    sides: bothSides((side) => sideFacts(context, side)),
    quarantined: seen.counts.quarantined,
    pauses: seen.pauses.filter((pause) => pairs.includes(pause.pair)),
    stalls: [
      ...stallsOf(context, seen).map(({ code, side, pair, text }) => ({
        name: [code, pair, side].filter((part) => part !== null).join(':'),
        text,
      })),
      ...waitingRun(context),
    ],
  };
}

/** A run that gets no calls is no fault, and somebody waits for it. */
const longWaitMs = 60 * 60_000;

function waitingRun({ runner, engine }: AdminContext): NonNullable<Facts['stalls']> {
  const run = runner.live();
  const { waitsSince = null, waitsFor = null, share = 0 } = run?.progress ?? {};
  const minutes = waitsSince === null ? 0 : Math.floor((engine.clock.now() - waitsSince) / 60_000);
  if (run === null || minutes * 60_000 < longWaitMs) return [];
  const whose = waitsFor === null ? '' : ` to ${sideNames[waitsFor]}`;
  const text = `a ${run.row.kind} has hardly moved for ${minutes} minutes (${Math.floor(share * 100)} %): few calls${whose} are left for today, and live changes come first; it goes on by itself.`;
  return [{ name: `run-waits:${run.row.kind}`, text }];
}

function sideFacts(context: AdminContext, side: Side): Omit<SideFacts, 'tokenEndsAt'> {
  const { vitals, daemon, engine } = context;
  const { state, text, lagSeconds, stretch } = sideView(context, side);
  const heard = Math.max(vitals.side(side).heardAt ?? 0, daemon.lastComplete()[side] ?? 0, vitals.startedAt);
  return {
    state,
    text,
    silentSeconds: Math.max(0, Math.round((engine.clock.now() - heard) / 1000)),
    lagSeconds,
    stretch,
    budgetLeft: budgetLeft(engine.systems[side].allowance?.() ?? null),
  };
}

type Budget = Readonly<Record<'used' | 'limit' | 'share' | 'ours', number>>;

function budgetLeft(allowance: Budget | null): number | null {
  if (allowance === null) return null;
  const { used, limit, share, ours } = allowance;
  return 1 - Math.max(used / limit, ours / (limit * share));
}
