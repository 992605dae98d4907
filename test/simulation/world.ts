import { createMemorySystem, type MemorySystem } from '../../src/connectors/memory.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { WriteLogEntry } from '../../src/connectors/memory/writes.ts';
import type { Fields } from '../../src/core/record.ts';
import type { PairRules } from '../../src/core/rules.ts';
import { bothSides, type Side, sides } from '../../src/core/side.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { poll } from '../../src/engine/poll.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { objects } from '../model/world.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { Talk } from '../support/talk.ts';
import { createDice } from './dice.ts';
import { limitsOf, rulesOf } from './lossy.ts';
import { Papers } from './papers.ts';
import { leaseMs, Process } from './process.ts';
import { Schedule } from './schedule.ts';
import type { Outage, Weather } from './script.ts';

const writing: ReadonlySet<string> = new Set(['create', 'update', 'post', 'attach', 'detach']);
const raced: ReadonlySet<string> = new Set(['update', 'post', 'attach']);

/** The start of every life, in milliseconds since the epoch. */
export const birth = Date.UTC(2026, 2, 2);

/** Two desks with people at them, one database, and the processes that work between them. */
export class SimulatedWorld {
  readonly clock: FakeClock = fakeClock(birth);
  readonly store: MemoryStore;
  readonly desks: Readonly<Record<Side, MemorySystem>>;
  readonly pair: PairRules;
  readonly talk: Talk;
  readonly papers: Papers;
  readonly weather: Weather;
  readonly schedule: Schedule;
  readonly replicas: Process[] = [];
  readonly events: EngineEvent['type'][] = [];
  readonly deaths: string[] = [];
  /** Writes whose answers were lost, as the service said then: they may still come. */
  readonly doubts: { readonly linkId: string; readonly on: Side }[] = [];
  /** Transactions that came to nothing, or seemed to, and stops past the lease: what they were to record may be lost. */
  readonly lostRecords: string[] = [];
  /** What happened to processes and desks, for people: moment and words. */
  readonly diary: { readonly at: number; readonly text: string }[] = [];
  /** How often each trouble has really struck. */
  readonly struck: Record<string, number> = {};
  /** Number of calls to the desks so far, and of those that create or update. */
  readonly calls = { all: 0, writes: 0 };
  /** How often a process came to a point at which it may die, by port. */
  readonly points = { http: 0, db: 0, process: 0, clock: 0, random: 0 };
  /** Records whose link a person ended, by record id, and when. */
  readonly detached = new Map<string, number>();
  /** Place in the write log of each side of writes that the server carried out long after they were decided. */
  readonly unexpected: Readonly<Record<Side, Set<number>>> = { servicenow: new Set(), salesforce: new Set() };
  /** A ticket that nobody deletes, hides or unlinks: proof that we see anything at all is taken from linked records. */
  readonly veteran: string;
  /** Ids of records that an access rule has hidden for some time: what changed meanwhile is a resync's to find. */
  readonly onceHidden = new Set<string>();
  /** Comments were hidden for some time: what was said meanwhile no later version of a ticket tells. */
  onceBlind = false;
  readonly #hidden = new Set<string>();
  /** When a desk's clock last jumped. */
  jumpedAt = 0;
  readonly #jumps: Record<Side, number> = { servicenow: 0, salesforce: 0 };
  calm = false;
  readonly #races: Record<Side, ((id: string) => void)[]> = { servicenow: [], salesforce: [] };
  readonly #outages: Record<Side, { what: Outage; until: number } | null> = { servicenow: null, salesforce: null };
  readonly #slow: Record<Side, { eachMs: number; until: number } | null> = { servicenow: null, salesforce: null };
  /** When what a write was decided on was read, by the fields that it sends: some are carried out long after. */
  readonly #readAt = new WeakMap<Fields, number>();
  readonly #writeCalls: string[] = [];
  readonly #restarts: number[] = [];
  readonly #database: ('away' | 'commit unknown')[] = [];
  #processes = 0;
  #texts = 0;

  constructor(weather: Weather, seed: number, afterTurn: (name: string) => Promise<void>) {
    this.weather = weather;
    this.store = createMemoryStore({ clock: this.clock, ids: seededIds(1) });
    this.desks = bothSides((side) =>
      createMemorySystem({
        side,
        clock: this.clock,
        ids: seededIds(side === 'servicenow' ? 2 : 3),
        stampMs: weather.stampMs[side],
        clockOffsetMs: weather.clockOffsetMs[side],
        history: weather.history,
        ...(side === 'servicenow' ? { tellsDeleted: weather.tellsDeleted ?? false } : {}),
        rules: rulesOf(side, weather.lossy),
        limits: limitsOf(side, weather.lossy),
      }),
    );
    this.talk = new Talk(this.desks);
    this.papers = new Papers(this.desks);
    const { comments, files, ...config } = defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' });
    this.pair = buildPairRules(
      {
        ...config,
        ...(weather.comments === true && comments !== undefined ? { comments } : {}),
        ...(weather.files === true && files !== undefined ? { files } : {}),
        sync: { from: 'all' },
        conflict: weather.conflict,
        tieBreak: weather.tieBreak,
        maxCreatesPerPoll: weather.maxCreates,
      },
      { startedAt: new Date(birth).toISOString() },
    );
    this.schedule = new Schedule({
      clock: this.clock,
      dice: createDice(seed ^ 0x5eed),
      afterTurn,
      queueWaits: async () => (await this.store.queue.depth()).waiting > 0,
      onDeath: (owner, at, sent) => this.#buried(owner, at, sent),
      onPause: (owner, at) => this.#paused(owner, at),
    });
    for (const side of sides) this.#listen(side);
    this.veteran = this.desks.servicenow.put(objects.servicenow, { short_description: 'Old hand', state: '1' }).id;
    for (let no = 0; no < weather.replicas; no += 1) this.replicas.push(this.startProcess(`replica ${no + 1}`));
    for (const replica of this.replicas) replica.start();
  }

  /** Texts are numbered, so that no two edits of one life write the same. */
  nextText(): number {
    this.#texts += 1;
    return this.#texts;
  }

  startProcess(name: string): Process {
    this.#processes += 1;
    return new Process(this, name, this.#processes);
  }

  told(event: EngineEvent): void {
    if (event.type === 'write.in-doubt') this.doubts.push({ linkId: event.link.id, on: event.on });
    this.events.push(event.type);
  }

  note(text: string, kind?: string): void {
    this.diary.push({ at: this.clock.now(), text });
    if (kind !== undefined) this.struck[kind] = (this.struck[kind] ?? 0) + 1;
  }

  /** After so long a process that dies next is started anew. */
  restartAfter(ms: number): void {
    this.#restarts.push(ms);
  }

  /** For so long the next process that stops stands still. */
  readonly pauses: number[] = [];

  away(what: 'away' | 'commit unknown', times: number): void {
    for (let no = 0; no < times; no += 1) this.#database.push(what);
  }

  /** What is wrong with the database for one transaction. */
  databaseFault(): 'away' | 'commit unknown' | null {
    const fault = this.#database.shift() ?? null;
    if (fault !== null) {
      this.note(`the database: ${fault}`, `database ${fault}`);
      this.lostRecords.push(fault);
    }
    return fault;
  }

  /** What a desk's own clock shows, in milliseconds since the epoch. */
  deskNow(side: Side): number {
    return this.clock.now() + this.weather.clockOffsetMs[side] + this.#jumps[side];
  }

  jump(side: Side, ms: number): void {
    this.jumpedAt = this.clock.now();
    this.#jumps[side] += ms;
    this.desks[side].jumpClock(ms);
  }

  hide(side: Side, id: string, ms: number): void {
    this.desks[side].hide(objects[side], id, true);
    this.#hidden.add(id);
    this.onceHidden.add(id);
    void this.clock.sleep(ms).then(() => this.show(side, id));
  }

  show(side: Side, id: string): void {
    // In the recycle bin it stays hidden, and is so when it comes back.
    if (!this.desks[side].rows(objects[side]).some((row) => row.id === id)) return;
    this.#hidden.delete(id);
    this.desks[side].hide(objects[side], id, false);
  }

  /** For so long lists of comments are short, or show nothing, and say so. */
  blind(side: Side, ms: number): void {
    const { comments } = this.desks[side];
    this.onceBlind = true;
    comments.complete = false;
    comments.blind = true;
    void this.clock.sleep(ms).then(() => this.#seeing(side));
  }

  #seeing(side: Side): void {
    this.desks[side].comments.complete = true;
    this.desks[side].comments.blind = false;
  }

  /** For `ms`, each single write to this side stands in line for `eachMs` before it leaves. */
  slow(side: Side, eachMs: number, ms: number): void {
    this.#slow[side] = { eachMs, until: this.clock.now() + ms };
  }

  slowMs(side: Side): number {
    const slow = this.#slow[side];
    return slow === null || this.clock.now() >= slow.until ? 0 : slow.eachMs;
  }

  outage(side: Side, what: Outage, ms: number): void {
    this.#outages[side] = { what, until: this.clock.now() + ms };
  }

  /** Somebody edits the record just before our next update, comment or file on this side arrives there. */
  race(side: Side, fields: Fields): void {
    this.#races[side].push((id) => {
      this.desks[side].edit(objects[side], id, fields, 'racer');
      this.note(`in that very moment somebody edits ${id} on ${side}`, 'edit between read and write');
    });
  }

  /** A person lets pairs go on that stopped at too many creates, as `sync --once --yes` does. */
  async resume(): Promise<void> {
    const paused = await this.store.transaction(async (tx) => {
      const pauses = await tx.pauses();
      for (const { pair } of pauses) await tx.resumePair(pair);
      return pauses.length > 0;
    });
    if (!paused) return;
    this.note('a person lets the braked pair go on', 'braked pair resumed');
    const { engine } = this.startProcess('sync --once --yes');
    for (const side of sides) {
      void poll(engine, this.pair, side, { unlimitedCreates: true }).catch((error: unknown) => {
        this.note(`sync --once --yes ends: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  }

  /** Most pages a walk over everything can have. */
  pagesAtMost(): number {
    const rows = Math.max(...sides.map((side) => this.desks[side].rows(objects[side]).length));
    return Math.floor(rows / this.weather.pageSize) + 1;
  }

  lastWrites(count: number): readonly string[] {
    return this.#writeCalls.slice(-count);
  }

  /** The processes end; what they were about to do never happens. */
  close(): void {
    this.calm = true;
    for (const replica of this.replicas) {
      replica.dead = true;
      this.schedule.forget(replica);
    }
  }

  /** Writes are decided on what was read at this moment: what was saved later, nobody could have considered. */
  decidedOn(readAt: number, writes: readonly { readonly fields: Fields }[]): void {
    for (const { fields } of writes) this.#readAt.set(fields, readAt);
  }

  /** The write log of a side; `versionsBefore` counts from the read that a write was decided on, not from the moment it set out. */
  writesOn(side: Side): readonly WriteLogEntry[] {
    return this.desks[side].writes().map((entry) => {
      const readAt = this.#readAt.get(entry.fields);
      if (readAt === undefined) return entry;
      const versions = this.desks[side].versions(objects[side], entry.id);
      const known = versions.findIndex((version) => version.at >= readAt);
      return { ...entry, versionsBefore: known < 0 ? entry.versionsBefore : Math.min(known, entry.versionsBefore) };
    });
  }

  /** Nothing goes wrong any more. */
  endTroubles(): void {
    this.calm = true;
    for (const side of sides) {
      this.desks[side].faults.clear();
      this.desks[side].setLag(0);
      this.#seeing(side);
      this.#races[side].length = 0;
      this.#outages[side] = null;
      this.#slow[side] = null;
      for (const { id } of this.desks[side].rows(objects[side])) if (this.#hidden.has(id)) this.show(side, id);
    }
    this.#database.length = 0;
    for (const replica of this.replicas) replica.spare();
  }

  #listen(side: Side): void {
    const desk = this.desks[side];
    desk.faults.draw = () => {
      const outage = this.#outages[side];
      if (outage === null || this.clock.now() >= outage.until) return null;
      if (outage.what === 'down') return { error: 'Unavailable', executed: 'no' };
      if (outage.what === 'refused') return { error: 'Unauthorized', executed: 'no' };
      return { error: 'RateLimited', executed: 'no', retryAfterMs: Math.min(30_000, outage.until - this.clock.now()) };
    };
    desk.onCall(({ method, item }) => {
      if (item === null) this.calls.all += 1;
      if (item === null || !writing.has(method)) return;
      this.calls.writes += 1;
      this.#writeCalls.push(`${side} ${method} ${item}`);
      if (raced.has(method) && desk.rows(objects[side]).some((row) => row.id === item))
        this.#races[side].shift()?.(item);
    });
  }

  /** A process dies between two doors. */
  bury(owner: Process, at: string): void {
    this.#buried(owner, at, null);
  }

  /** A process dies; the request it had sent may arrive all the same; its keys come back when its heartbeat is missed. */
  #buried(owner: Process, at: string, sent: (() => Promise<unknown>) | null): void {
    owner.dead = true;
    this.schedule.forget(owner);
    this.deaths.push(at);
    this.note(`${owner.name} dies ${at}`, `death ${at}`);
    const restartMs = this.#restarts.shift() ?? 0;
    if (sent !== null && restartMs % 2 === 0) this.#arrivesLater(owner, sent, restartMs * 2);
    void this.clock.sleep(leaseMs).then(() => owner.loseLease());
    const place = this.replicas.indexOf(owner);
    if (place < 0) return;
    void this.clock.sleep(restartMs).then(() => {
      const next = this.startProcess(owner.name);
      this.replicas[place] = next;
      this.note(`${owner.name} is started anew`);
      next.start();
    });
  }

  #arrivesLater(owner: Process, sent: () => Promise<unknown>, ms: number): void {
    void this.clock.sleep(Math.min(ms, 60_000)).then(async () => {
      const before = bothSides((side) => this.desks[side].writes().length);
      this.note(`the last request of the dead ${owner.name} arrives`, 'request of a dead process');
      await sent().catch((error: unknown) => {
        if (!(error instanceof ConnectorError)) throw error;
      });
      for (const side of sides) {
        for (let at = before[side]; at < this.desks[side].writes().length; at += 1) this.unexpected[side].add(at);
      }
    });
  }

  #paused(owner: Process, at: string): void {
    const ms = this.pauses.shift() ?? 1000;
    owner.pauseUntil(this.clock.now() + ms);
    const past = ms > leaseMs;
    this.note(`${owner.name} stands still ${at} for ${ms} ms`, past ? 'pause past the lease' : 'short pause');
    if (past) this.lostRecords.push(at);
    if (past) void this.clock.sleep(leaseMs).then(() => owner.loseLease());
  }
}
