import type { Server } from 'node:http';
import type { Fate } from './fates.ts';
import { End } from './sockets.ts';

export interface LineOptions {
  readonly server: Server;
  /** What becomes of the request that begins with these bytes. */
  readonly fateOf: (head: string) => Fate;
  /** Bytes arrive. */
  readonly moved: () => void;
  /** A request may have been carried out, and its client was not told so. */
  readonly onUnheard: (request: Unheard) => void;
}

/** What a client sent and never heard the end of. Times in milliseconds since the epoch. */
export interface Unheard {
  readonly sentAt: number;
  readonly arrivesAt: number;
  /** All of it, once it has been sent. */
  readonly parts: readonly string[];
}

/** The request that is on the line now. */
interface Request {
  readonly fate: Fate;
  /** Bytes that wait until their request arrives late. */
  readonly held: Buffer[];
  readonly sentAt: number;
  readonly parts: string[];
  answered: boolean;
  /** The client has seen the beginning of a good answer. */
  heard: boolean;
}

/**
 * A connection between a client and a desk, in memory. Bytes take their time; of every request it is decided when it begins whether it
 * and its answer arrive. What a client has sent goes on its way even when the client is gone, as it does on a real network.
 */
export class Line {
  readonly client: End;
  readonly #server: End;
  readonly #options: LineOptions;
  #request: Request | null = null;
  #toServerAt = 0;
  #toClientAt = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    this.client = new End(
      (chunk) => this.#asked(chunk),
      () => {
        const request = this.#request;
        if (request?.fate.kind === 'arrives' && !request.heard) this.#unheard(request);
        this.#later('server', 1, () => this.#hangUp());
      },
    );
    this.#server = new End(
      (chunk) => this.#answered(chunk),
      () => this.#later('client', 1, () => this.client.push(null)),
    );
    // A connection that is lost is the client's affair.
    this.#server.on('error', () => undefined);
    options.server.emit('connection', this.#server);
  }

  /** Never in the middle of a request that is still to arrive. */
  #hangUp(): void {
    if (this.#request?.fate.kind !== 'late') this.#server.destroy();
  }

  #asked(chunk: Buffer): void {
    if (this.#request === null || this.#request.answered) this.#begin(chunk);
    const request = this.#request;
    if (request === null) return;
    request.parts.push(chunk.toString('latin1'));
    const { fate } = request;
    if (fate.kind === 'lost request') return;
    if (fate.kind === 'late') request.held.push(chunk);
    else this.#later('server', fate.thereMs, () => this.#server.arrive(plain(chunk)));
  }

  #begin(chunk: Buffer): void {
    const fate = this.#options.fateOf(chunk.subarray(0, 400).toString('latin1'));
    const request: Request = { fate, held: [], sentAt: Date.now(), parts: [], answered: false, heard: false };
    this.#request = request;
    // Its process may have died in this very moment.
    const lost = fate.kind !== 'arrives' || this.client.destroyed;
    if (lost && fate.kind !== 'lost request') this.#unheard(request);
    if (fate.kind === 'lost request') this.#later('client', fate.thereMs, () => this.client.lose('ECONNRESET', 'read'));
    if (fate.kind !== 'late') return;
    this.#later('client', fate.thereMs, () => this.client.lose('ECONNRESET', 'read'));
    setTimeout(() => {
      for (const held of request.held) this.#server.arrive(plain(held));
      this.#options.moved();
    }, fate.lateMs);
  }

  #unheard({ fate, sentAt, parts }: Request): void {
    this.#options.onUnheard({ sentAt, arrivesAt: fate.kind === 'late' ? sentAt + fate.lateMs : Date.now(), parts });
  }

  #answered(chunk: Buffer): void {
    const request = this.#request;
    if (request === null) return;
    const first = !request.answered;
    request.answered = true;
    const { fate } = request;
    const good = chunk.subarray(0, 10).toString('latin1').startsWith('HTTP/1.1 2');
    if (first && fate.kind === 'arrives' && !good) this.#unheard(request);
    if (this.client.destroyed) return;
    switch (fate.kind) {
      case 'arrives':
        return this.#later('client', fate.backMs, () => {
          if (!this.client.destroyed) request.heard = true;
          this.client.arrive(chunk);
        });
      case 'lost answer':
        if (first) this.#later('client', fate.backMs, () => this.client.lose('ECONNRESET', 'read'));
        return;
      case 'half an answer':
        if (!first) return;
        this.#later('client', fate.backMs, () => this.client.arrive(chunk.subarray(0, chunk.length >> 1)));
        return this.#later('client', fate.backMs + 1, () => this.client.lose('ECONNRESET', 'read'));
      case 'silence':
      case 'lost request':
      case 'late':
    }
  }

  /** In the order in which it was sent, whatever each part takes. */
  #later(to: 'server' | 'client', ms: number, act: () => void): void {
    const at = Math.max(Date.now() + ms, to === 'server' ? this.#toServerAt : this.#toClientAt);
    if (to === 'server') this.#toServerAt = at;
    else this.#toClientAt = at;
    setTimeout(() => {
      this.#options.moved();
      act();
    }, at - Date.now());
  }
}

/** Nothing is compressed: that is done on threads of which virtual time knows nothing. */
function plain(chunk: Buffer): Buffer {
  const text = chunk.toString('latin1');
  if (!/^[A-Z]+ \//.test(text)) return chunk;
  return Buffer.from(text.replace(/^accept-encoding:.*$/im, 'accept-encoding: identity'), 'latin1');
}
