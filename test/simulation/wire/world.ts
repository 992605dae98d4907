import type { Server } from 'node:http';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { type Side, sides } from '../../../src/core/side.ts';
import type { PairRules } from '../../../src/core/rules.ts';
import { defaultPairWith } from '../../../src/mapping/default-config.ts';
import { buildPairRules } from '../../../src/mapping/pair-rules.ts';
import type { DeskRow, Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import { ApiError } from '../../../src/sandbox/salesforce/errors.ts';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { createMemoryStore, type MemoryStore } from '../../../src/store/memory.ts';
import { type Offices, People } from '../../chaos/people.ts';
import { seededIds, seededRandom } from '../../support/random.ts';
import { createDice, type Dice } from '../dice.ts';
import { drawFate, fairWeather, type Fate } from './fates.ts';
import { Line, type Unheard } from './line.ts';
import { owners, WireProcess } from './process.ts';
import type { WireScript } from './script.ts';
import { End, layWires } from './sockets.ts';
import { beginTime, birth, type VirtualTime } from './virtual-time.ts';

/** After so long without a heartbeat a worker's keys are handed to another. */
const leaseMs = 11_000;
const persons: Readonly<Record<Side, string>> = { servicenow: 'david.loo', salesforce: 'ada@sandbox.example' };

interface Desk {
  readonly sandbox: Sandbox;
  readonly server: Server;
}

/** A desk with a person at it. */
type Office = Offices['desks'][Side] & {
  readonly sandbox: Sandbox;
  rows(object: string): readonly DeskRow[];
  filesOn(object: string, id: string): readonly string[];
};

/** Both local desks with their HTTP, one database in memory, and daemons that reach the desks over a network that we make. */
export class WireWorld implements Offices {
  readonly time: VirtualTime;
  readonly script: WireScript;
  readonly store: MemoryStore;
  readonly pair: PairRules;
  readonly people: People;
  readonly replicas: WireProcess[] = [];
  readonly events: EngineEvent[] = [];
  /** Requests of which no process has heard how they ended. */
  readonly unheard: Readonly<Record<Side, Unheard[]>> = { servicenow: [], salesforce: [] };
  /** How often each trouble has really struck. */
  readonly struck: Record<string, number> = {};
  readonly diary: string[] = [];
  /** Equal for two lives in which the same went over the network at the same moments. */
  hash = 17;
  calm = false;
  requests = 0;
  readonly desks: Readonly<Record<Side, Office>>;
  readonly #desks: Readonly<Record<Side, Desk>>;
  readonly #closeWires: () => void;
  readonly #unreachableUntil: Record<Side, number> = { servicenow: 0, salesforce: 0 };
  #chance: () => number = () => 0;
  /** How often each request was made. */
  readonly #asked = new Map<string, number>();
  #restartMs: number[] = [];
  #queue = Promise.withResolvers<void>();
  #processes = 0;

  static async begin(script: WireScript, texts: readonly string[]): Promise<WireWorld> {
    const time = beginTime();
    const start = async (begin: (options: SandboxOptions) => Promise<Sandbox>, seed: number): Promise<Desk> => {
      let server: Server | null = null;
      const random = seededRandom(seed);
      const sandbox = await begin({ now: () => time.now(), random, onServer: (app) => (server = app.server) });
      if (server === null) throw new Error('the desk has no server');
      return { sandbox, server };
    };
    const desks = {
      servicenow: await start(startServiceNowSandbox, script.seed + 1),
      salesforce: await start(startSalesforceSandbox, script.seed + 2),
    };
    return new WireWorld(script, time, desks, texts);
  }

  private constructor(
    script: WireScript,
    time: VirtualTime,
    desks: Readonly<Record<Side, Desk>>,
    texts: readonly string[],
  ) {
    this.script = script;
    this.time = time;
    this.#desks = desks;
    this.desks = { servicenow: this.#office('servicenow'), salesforce: this.#office('salesforce') };
    this.store = createMemoryStore({ clock: time, ids: seededIds(1) });
    const config = defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' });
    const start = new Date(birth).toISOString();
    const fields = config.fields.filter((field) => field.kind !== 'shown');
    this.pair = buildPairRules(
      { ...config, fields, sync: { from: 'all' } },
      { startedAt: start, commentsStartedAt: start, filesStartedAt: start },
    );
    this.people = new People(this, () => this.#chance(), texts);
    this.#closeWires = layWires((port) => this.#connect(port));
    for (let no = 0; no < script.replicas; no += 1) this.#startReplica(no);
  }

  #office(side: Side): Office {
    const { sandbox } = this.#desks[side];
    const { desk } = sandbox;
    const id = side === 'servicenow' ? 'sys_id' : 'Id';
    const by = persons[side];
    return {
      sandbox,
      rows: (object) => desk.rows(object),
      filesOn: (object, record) => desk.files(object, record).map(({ name }) => name),
      create: async (object, fields) => {
        const row = desk.create(object, fields, by);
        this.note(`a person opens ${row.number} on ${side}`);
        return row;
      },
      edit: async (object, record, fields) => {
        const before = desk.find(object, id, record);
        desk.edit(object, record, fields, by);
        this.note(`a person edits ${before?.number ?? record} on ${side}: ${Object.keys(fields).join(', ')}`);
        return before;
      },
      comment: async (object, record, text, channel) => {
        desk.comment(object, record, text, channel, by);
        this.note(`a person comments on ${record} on ${side}: ${text.slice(-8)}`);
      },
      attach: async (object, record, { name, shared }) => {
        desk.attach(object, record, { name, shared, content: Buffer.from(`${name} of a person`) }, by);
        this.note(`a person adds ${name} to ${record} on ${side}`);
      },
      remove: async (object, record) => {
        desk.remove(object, record, by);
        this.note(`a person deletes ${record} on ${side}`);
      },
      find: async (object, field, value) => desk.find(object, field, value),
    };
  }

  async linked(servicenow: string, salesforce: string): Promise<boolean> {
    const links = await this.store.transaction((tx) => tx.findLinks({ limit: 10_000 }));
    return links.some((link) => link.ids.servicenow === servicenow && link.ids.salesforce === salesforce);
  }

  /** People do so many things, which are drawn from this seed. */
  async let(seed: number, acts: number): Promise<void> {
    this.#chance = seededRandom(seed);
    try {
      await this.people.bustle(acts);
    } catch (error) {
      // What is saved in a transaction that is still open, nobody can edit.
      if (!(error instanceof ApiError)) throw error;
      this.note(`a person is refused: ${error.message}`);
    }
  }

  #startReplica(place: number): void {
    this.#processes += 1;
    const process = new WireProcess(this, `replica ${place + 1}`, this.#processes);
    this.replicas[place] = process;
    process.start();
  }

  told(event: EngineEvent): void {
    this.events.push(event);
  }

  note(text: string, kind?: string): void {
    this.diary.push(`${((this.time.now() - birth) / 1000).toFixed(3).padStart(9)} s  ${text}`);
    if (kind !== undefined) this.count(kind);
  }

  count(kind: string): void {
    this.struck[kind] = (this.struck[kind] ?? 0) + 1;
  }

  unreachable(side: Side, ms: number): void {
    this.#unreachableUntil[side] = Math.max(this.#unreachableUntil[side], this.time.now() + ms);
  }

  restartAfter(ms: number): void {
    this.#restartMs.push(ms);
  }

  /** A process has died: its keys come back when its heartbeat is missed, and it is started anew. */
  buried(process: WireProcess, door: string): void {
    this.note(`${process.name} dies ${door}`, `death ${door}`);
    void this.time.sleep(leaseMs).then(async () => {
      await this.store.queue.giveBack(process.held);
      this.queueMoved();
    });
    const place = this.replicas.indexOf(process);
    void this.time.sleep(this.#restartMs.shift() ?? 1000).then(() => this.#startReplica(place));
  }

  nextQueueMove(): Promise<void> {
    return this.#queue.promise;
  }

  queueMoved(): void {
    this.#queue.resolve();
    this.#queue = Promise.withResolvers();
  }

  /** Nothing goes wrong any more. */
  endTroubles(): void {
    this.calm = true;
    this.note('nothing goes wrong any more');
    for (const side of sides) {
      this.#desks[side].sandbox.faults.clear();
      this.#unreachableUntil[side] = 0;
    }
    for (const replica of this.replicas) replica.spare();
  }

  async end(): Promise<void> {
    this.#closeWires();
    for (const replica of this.replicas) {
      replica.dead = true;
      for (const socket of replica.sockets) socket.destroy();
    }
    for (const side of sides) {
      for (const [kind, times] of Object.entries(this.#desks[side].sandbox.faults.fired))
        this.struck[`${side} answers ${kind}`] = times;
      await this.#desks[side].sandbox.stop();
    }
  }

  #connect(port: number): End | null {
    const side = sides.find((one) => this.#desks[one].sandbox.url.endsWith(`:${port}`));
    const owner = owners.getStore();
    if (side === undefined || owner === undefined) return null;
    if (this.time.now() < this.#unreachableUntil[side]) return refused(side, this);
    const line = new Line({
      server: this.#desks[side].server,
      moved: () => this.time.moved(),
      onUnheard: (request) => this.unheard[side].push(request),
      fateOf: (head) => this.#fateOf(owner, side, head),
    });
    owner.sockets.add(line.client);
    line.client.once('close', () => owner.sockets.delete(line.client));
    return line.client;
  }

  /** The n-th request of a kind has dice of its own, so that a script with one act less meets the same fates. */
  #diceFor(request: string): Dice {
    const times = (this.#asked.get(request) ?? 0) + 1;
    this.#asked.set(request, times);
    return createDice(hashOf(`${request} ${times}`, this.script.seed));
  }

  #fateOf(owner: WireProcess, side: Side, head: string): Fate {
    const request = head.split(' ', 2).join(' ').split('?', 1)[0] ?? '';
    this.requests += 1;
    const text = `${owner.name} ${side} ${request} ${this.time.now() - birth}`;
    this.hash = hashOf(text, this.hash);
    const fate = drawFate(this.#diceFor(`${side} ${request}`), this.calm ? fairWeather : this.script.network);
    if (fate.kind !== 'arrives')
      this.note(`${request} of ${owner.name} to ${side}: ${fate.kind}`, `network ${fate.kind}`);
    owner.passes(`with ${request.split('/', 3).join('/')} under way`);
    return fate;
  }
}

/** A whole number for a text. */
function hashOf(text: string, start = 17): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Nobody takes the connection. */
function refused(side: Side, world: WireWorld): End {
  const end = new End(
    () => undefined,
    () => undefined,
  );
  end.connecting = true;
  world.count(`${side} unreachable`);
  setTimeout(() => {
    world.time.moved();
    end.lose('ECONNREFUSED', 'connect');
  }, 1);
  return end;
}
