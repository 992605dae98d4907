import { iso } from '../core/clock.ts';
import { JobsLost, StoreUnavailable } from '../store/store.ts';
import type { Engine } from './engine.ts';
import type { Noted } from './note.ts';
import type { Decision } from './work.ts';

/** The margin that the settle time holds beside what a server may take. */
const renewEveryMs = 5_000;

/**
 * Runs `send` and, for as long as it takes, keeps the notes' send time at the present: calls stand in line and are tried again, so
 * that the last one may leave minutes after it was decided. Whoever comes after us waits from then on.
 */
export async function whileSending<T>(
  engine: Engine,
  decisions: readonly Decision[],
  noted: Noted,
  send: (stillOurs: StillOurs) => Promise<T>,
): Promise<T> {
  if (noted.pending.length + noted.intents.size + noted.children.length === 0) return send(async () => true);
  const notes: Notes = { renewedAt: notedAt(noted), renew: () => renewNotes(engine, decisions, noted) };
  // A process that has stood still since may have lost its keys meanwhile: it asks before it sends.
  if (isOld(engine, notes)) await renewNow(engine, notes);
  const sent = new AbortController();
  const renewing = renew(engine, notes, sent.signal);
  try {
    return await send(() => stillOurs(engine, notes));
  } finally {
    sent.abort();
    await renewing;
  }
}

/** Asked before each further call of a run that sends several: false where the notes may be another worker's by now. */
export type StillOurs = () => Promise<boolean>;

interface Notes {
  /** Milliseconds since the epoch. */
  renewedAt: number;
  renew(): Promise<void>;
}

function isOld(engine: Engine, notes: Notes): boolean {
  return engine.clock.now() - notes.renewedAt > renewEveryMs;
}

async function renewNow(engine: Engine, notes: Notes): Promise<void> {
  const at = engine.clock.now();
  await notes.renew();
  notes.renewedAt = at;
}

/** Without an answer from the store nothing more is sent: nobody could tell whose it is. */
async function stillOurs(engine: Engine, notes: Notes): Promise<boolean> {
  if (!isOld(engine, notes)) return true;
  try {
    await renewNow(engine, notes);
    // The answer itself may have come after a long stand.
    return !isOld(engine, notes);
  } catch (error) {
    if (error instanceof JobsLost || error instanceof StoreUnavailable) return false;
    throw error;
  }
}

async function renew(engine: Engine, notes: Notes, sent: AbortSignal): Promise<void> {
  while (await passes(engine, sent)) {
    try {
      await renewNow(engine, notes);
    } catch (error) {
      // The notes are another worker's now.
      if (error instanceof JobsLost) return;
      engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
}

/** Rejects with JobsLost when the keys are another worker's now. */
async function renewNotes(engine: Engine, decisions: readonly Decision[], noted: Noted): Promise<void> {
  const jobs = decisions.filter(({ work }) => noted.keys.has(work.key)).map(({ work }) => work.job);
  const sentAt = iso(engine.clock.now());
  await engine.store.transaction(async (tx) => {
    await tx.holdJobs(jobs);
    await tx.savePending(noted.pending.map((write) => ({ ...write, sentAt })));
    await tx.saveIntents([...noted.intents.values()].map((intent) => ({ ...intent, sentAt })));
    await tx.saveChildren(noted.children.map((row) => ({ ...row, updatedAt: sentAt })));
  });
}

/** When the notes were made, in milliseconds since the epoch. */
function notedAt({ pending, intents, children }: Noted): number {
  const times = [
    ...[...pending, ...intents.values()].map(({ sentAt }) => sentAt),
    ...children.map((row) => row.updatedAt),
  ];
  return Math.min(...times.map((at) => Date.parse(at)));
}

/** True after the time has passed; false once everything was sent. */
async function passes(engine: Engine, sent: AbortSignal): Promise<boolean> {
  await engine.clock.sleep(renewEveryMs, sent).catch((reason: unknown) => {
    if (!sent.aborted) throw reason;
  });
  return !sent.aborted;
}
