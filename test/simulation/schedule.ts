import type { FakeClock } from '../support/clock.ts';
import type { Dice } from './dice.ts';
import type { Process } from './process.ts';

interface Parked {
  readonly owner: Process;
  readonly name: string;
  readonly open: () => void;
  /** A call that may already be on its way when its process dies. */
  readonly sent: (() => Promise<unknown>) | null;
}

export interface ScheduleOptions {
  readonly clock: FakeClock;
  readonly dice: Dice;
  /** Called after every turn with the door that was passed. */
  readonly afterTurn: (name: string) => Promise<void>;
  /** True while the queue holds something for an idle worker. */
  readonly queueWaits: () => Promise<boolean>;
  readonly onDeath: (owner: Process, at: string, sent: (() => Promise<unknown>) | null) => void;
  readonly onPause: (owner: Process, at: string) => void;
}

const mostTurns = 60_000;

/** Files are sent on an answer that was given before this door; other writes ask behind it whether they are still ours. */
const unasked = /^before (attach|detach) /;

/**
 * Decides who goes on next. Every call of every process to the outside waits here before and after, and the dice choose one of
 * them; time moves on between calls, and to the next sleeper when nobody can go on.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  #parked: Parked[] = [];
  #idle: { readonly owner: Process; readonly wake: () => void }[] = [];
  turns = 0;
  /** Every door passed, in order; the same seed gives the same. */
  hash = 17;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Waits for its turn; for ever, if its process dies first. */
  gate(owner: Process, name: string, sent: (() => Promise<unknown>) | null = null): Promise<void> {
    return new Promise((open) => {
      if (!owner.dead) this.#parked.push({ owner, name, open, sent });
    });
  }

  /** Waits until the queue holds something. */
  idle(owner: Process): Promise<void> {
    return new Promise((wake) => {
      if (!owner.dead) this.#idle.push({ owner, wake });
    });
  }

  /** What a dead process was about to do never happens. */
  forget(owner: Process): void {
    this.#parked = this.#parked.filter((one) => one.owner !== owner);
    this.#idle = this.#idle.filter((one) => one.owner !== owner);
  }

  /** Lets everything run until this moment. */
  async until(time: number): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await turnOver();
      if (clock.now() >= time) return;
      if (await this.#turn()) continue;
      const next = clock.nextAt();
      await clock.advance(Math.max(0, Math.min(next ?? time, time) - clock.now()));
    }
  }

  /** Lets everything run that is under way, and what it waits for within `patienceMs`. */
  async toRest(patienceMs: number): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await turnOver();
      if (await this.#turn()) continue;
      const next = clock.nextAt();
      if (next === null || next > clock.now() + patienceMs) return;
      await clock.advance(Math.max(0, next - clock.now()));
    }
  }

  /** Lets one of those who can go on pass its door; false if there is none. */
  async #turn(): Promise<boolean> {
    await this.#wakeIdle();
    const { clock, dice } = this.#options;
    const ready = this.#parked.filter((one) => !one.owner.asleep(clock.now()));
    const one = ready[dice.upTo(ready.length)];
    if (one === undefined) return false;
    this.turns += 1;
    if (this.turns > mostTurns) throw new Error('this life does not come to rest');
    this.#parked = this.#parked.filter((other) => other !== one);
    this.#note(`${one.owner.name} ${one.name}`);
    const sends = [one, ...this.#parked].some(({ owner, name }) => owner === one.owner && unasked.test(name));
    const fate = one.owner.pass(sends);
    if (fate === 'dies') {
      this.#options.onDeath(one.owner, one.name, one.sent);
      return true;
    }
    if (fate === 'stops') {
      this.#parked.push(one);
      this.#options.onPause(one.owner, one.name);
      return true;
    }
    if (dice.chance(0.5)) await clock.advance(dice.between(1, dice.chance(0.1) ? 2000 : 150));
    one.open();
    await turnOver();
    await this.#options.afterTurn(one.name);
    return true;
  }

  async #wakeIdle(): Promise<void> {
    if (this.#idle.length === 0 || !(await this.#options.queueWaits())) return;
    const woken = this.#idle;
    this.#idle = [];
    for (const { wake } of woken) wake();
    await turnOver();
  }

  #note(text: string): void {
    for (let at = 0; at < text.length; at += 1) this.hash = (Math.imul(this.hash, 31) + text.charCodeAt(at)) | 0;
    this.hash = (Math.imul(this.hash, 31) + (this.#options.clock.now() % 1_000_003)) | 0;
  }
}

/** Nothing in a life waits for anything real, so one turn of the event loop runs it as far as it can go. */
function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
