import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

/** One end of a connection that exists in memory only. What is written to it goes to `onWrite`; what comes in is `push`ed. */
export class End extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  /** True until the other side has taken the connection. */
  connecting = false;
  #silence: { readonly ms: number; timer: NodeJS.Timeout } | null = null;
  readonly #onWrite: (chunk: Buffer) => void;
  readonly #onClose: () => void;

  constructor(onWrite: (chunk: Buffer) => void, onClose: () => void) {
    super({ allowHalfOpen: false });
    this.#onWrite = onWrite;
    this.#onClose = onClose;
  }

  override _read(): void {
    // Whatever comes is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#heard();
    this.#onWrite(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.setTimeout(0);
    this.#onClose();
    done(error);
  }

  /** Bytes from the other side. */
  arrive(chunk: Buffer): void {
    if (this.destroyed || this.readableEnded) return;
    this.#heard();
    this.push(chunk);
  }

  /** The other side has gone: in the middle of something, or properly. */
  lose(code: 'ECONNRESET' | 'ECONNREFUSED', syscall: 'read' | 'connect'): void {
    this.destroy(Object.assign(new Error(`${syscall} ${code}`), { code, syscall, errno: -104 }));
  }

  // What node's client and server ask of a socket.
  setTimeout(ms: number, heard?: () => void): this {
    if (heard !== undefined && ms > 0) this.once('timeout', heard);
    if (heard !== undefined && ms === 0) this.removeListener('timeout', heard);
    if (this.#silence !== null) clearTimeout(this.#silence.timer);
    this.#silence = ms > 0 && !this.destroyed ? { ms, timer: this.#wait(ms) } : null;
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.emit('timeout'), ms);
  }

  #heard(): void {
    if (this.#silence === null) return;
    clearTimeout(this.#silence.timer);
    this.#silence.timer = this.#wait(this.#silence.ms);
  }
}

/** Who answers for a port of loopback; null leaves it to the real network. */
export type Exchange = (port: number) => End | null;

const real = Agent.prototype.createConnection;

/** From now on connections of every HTTP client in this process are made by `exchange`. Returns what ends that. */
export function layWires(exchange: Exchange): () => void {
  Agent.prototype.createConnection = function (this: Agent, options, made) {
    const end = exchange(Number(options.port));
    if (end === null) return real.call(this, options, made);
    const { timeout } = options as { readonly timeout?: number };
    if (timeout !== undefined) end.setTimeout(timeout);
    return end;
  };
  return () => {
    Agent.prototype.createConnection = real;
  };
}
