import type { Sending } from '../connectors/ticket-system.ts';
import { iso } from '../core/clock.ts';
import type { Job } from '../store/queue.ts';
import { JobsLost } from '../store/store.ts';
import type { Engine } from './engine.ts';
import type { NotedEnd } from './life/note.ts';
import type { Noted } from './note.ts';
import type { Decision } from './work.ts';

/** The margin that the settle time holds beside what a server may take. */
const renewEveryMs = 5_000;

/**
 * Runs `send` and, for as long as it takes, keeps the notes' send time at the present: calls stand in line and are tried again, so
 * that the last one may leave minutes after it was decided. Whoever comes after us waits from then on. `ends` are notices about
 * tickets that ended, sent last.
 */
export async function whileSending<T>(
  engine: Engine,
  decisions: readonly Decision[],
  noted: Noted,
  ends: readonly NotedEnd[],
  send: (sending: Sending) => Promise<T>,
): Promise<T> {
  const notices = ends.filter(({ act, row }) => act !== 'delete' && row.state === 'planned').map(({ row }) => row);
  const all: Noted = { ...noted, children: [...noted.children, ...notices] };
  if (all.pending.length + all.intents.size + all.children.length === 0 && ends.length === 0)
    return send({ stillOurs: async () => true });
  const keys = new Set([...noted.keys, ...ends.map(({ key }) => key)]);
  const jobs = decisions.filter(({ work }) => keys.has(work.key)).map(({ work }) => work.job);
  const notes = new Notes(engine, jobs, all);
  const over = new AbortController();
  const renewing = notes.keepFresh(over.signal);
  try {
    return await send(notes);
  } finally {
    over.abort();
    await renewing;
  }
}

/** The notes of one batch while it is being sent. */
class Notes implements Sending {
  readonly #engine: Engine;
  readonly #jobs: readonly Job[];
  readonly #noted: Noted;
  /** Milliseconds since the epoch. */
  #renewedAt: number;
  /** The keys, or some of them, are another worker's: nothing of the batch is sent any more. */
  #lost = false;
  #renewing: Promise<void> | null = null;

  constructor(engine: Engine, jobs: readonly Job[], noted: Noted) {
    this.#engine = engine;
    this.#jobs = jobs;
    this.#noted = noted;
    this.#renewedAt = notedAt(engine, noted);
  }

  /**
   * False where the notes may be another worker's by now, which a process that has stood still does not know before it asks. Without an
   * answer from the store nothing more is sent either: nobody could tell whose it is.
   */
  async stillOurs(): Promise<boolean> {
    if (this.#lost) return false;
    if (!this.#isOld()) return true;
    await this.#tryToRenew();
    // The answer itself may have come after a long stand.
    return !this.#lost && !this.#isOld();
  }

  async keepFresh(over: AbortSignal): Promise<void> {
    while (!this.#lost && (await passes(this.#engine, over))) await this.#tryToRenew();
  }

  #isOld(): boolean {
    return this.#engine.clock.now() - this.#renewedAt > renewEveryMs;
  }

  async #tryToRenew(): Promise<void> {
    // Calls to both sides ask at the same moment.
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    try {
      await this.#renewing;
    } catch (error) {
      this.#lost ||= error instanceof JobsLost;
      if (this.#lost) return;
      this.#engine.emit({ type: 'store.lost', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  async #renew(): Promise<void> {
    const at = this.#engine.clock.now();
    await renewNotes(this.#engine, this.#jobs, this.#noted);
    this.#renewedAt = at;
  }
}

/** Rejects with JobsLost when the keys are another worker's now. */
async function renewNotes(engine: Engine, jobs: readonly Job[], noted: Noted): Promise<void> {
  const sentAt = iso(engine.clock.now());
  await engine.store.transaction(async (tx) => {
    await tx.holdJobs(jobs);
    await tx.savePending(noted.pending.map((write) => ({ ...write, sentAt })));
    await tx.saveIntents([...noted.intents.values()].map((intent) => ({ ...intent, sentAt })));
    await tx.saveChildren(noted.children.map((row) => ({ ...row, updatedAt: sentAt })));
  });
}

/** When the notes were made, in milliseconds since the epoch. */
function notedAt(engine: Engine, { pending, intents, children }: Noted): number {
  const times = [
    ...[...pending, ...intents.values()].map(({ sentAt }) => sentAt),
    ...children.map((row) => row.updatedAt),
  ];
  return Math.min(engine.clock.now(), ...times.map((at) => Date.parse(at)));
}

/** True after the time has passed; false once everything was sent. */
async function passes(engine: Engine, sent: AbortSignal): Promise<boolean> {
  await engine.clock.sleep(renewEveryMs, sent).catch((reason: unknown) => {
    if (!sent.aborted) throw reason;
  });
  return !sent.aborted;
}
