import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Readable, Transform } from 'node:stream';
import axios from 'axios';
import { onOrigin, pinOrigin } from './host-pin.ts';
import { type HttpAnswer, plainHeaders, TransportError, transportError } from './http.ts';

export interface DownloadRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** True where an answer is the file itself; anything else is read as text. */
  readonly isFile: (status: number, headers: Readonly<Record<string, string>>) => boolean;
  readonly signal?: AbortSignal;
}

export interface UploadRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of `body`: sent as Content-Length. */
  readonly size: number;
  readonly body: Readable;
  readonly signal?: AbortSignal;
}

/** An answer whose body is the file, still flowing, or one that was read to its end. */
export interface ByteAnswer extends HttpAnswer {
  readonly body: Readable | null;
}

/** Bytes towards and from one origin, never held as a whole. */
export interface ByteHttp {
  readonly origin: string;
  /** Rejects with TransportError when no answer came, or with the signal's reason. */
  download(request: DownloadRequest): Promise<ByteAnswer>;
  /**
   * Sends exactly `size` bytes. A body that is shorter or longer ends the request before its last byte, so that the server never
   * has a whole one: such a failure is `executed: 'no'`. `body` is destroyed in any case.
   */
  upload(request: UploadRequest): Promise<ByteAnswer>;
}

/** Nothing moves for this long: given up. The whole may take hours. */
const stallMs = 120_000;

/** Bytes lie here for so many times as long before nobody is thought to want them: a slow taker is no silence of the side. */
const takenAfter = 8;

/** What a refusal says, at most. */
const longestText = 1024 * 1024;

/** A connection idle for longer may be closed by the server just as an upload sets out on it. */
const idleMs = 4_000;

export function createByteHttp(address: string, options: { readonly stallMs?: number } = {}): ByteHttp {
  const origin = pinOrigin(address);
  const silence = options.stallMs ?? stallMs;
  const keep = { keepAlive: true, timeout: idleMs };
  const client = axios.create({
    adapter: 'http',
    httpAgent: new HttpAgent(keep),
    httpsAgent: new HttpsAgent(keep),
    proxy: false,
    // With redirects allowed, the body of an upload is kept in memory to be sent again.
    maxRedirects: 0,
    maxContentLength: Number.POSITIVE_INFINITY,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'stream',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    timeout: silence,
    headers: { common: { 'User-Agent': 'casebridge' } },
  });

  return {
    origin,
    download: async (request) => {
      try {
        const answer = await client.get<Readable>(onOrigin(origin, request.path), {
          headers: { ...request.headers },
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
        const headers = plainHeaders(answer.headers);
        if (!request.isFile(answer.status, headers)) return await readWhole(answer.status, headers, answer.data);
        return { status: answer.status, headers, text: '', body: whileMoving(answer.data, silence) };
      } catch (error) {
        request.signal?.throwIfAborted();
        throw transportError(error, false);
      }
    },
    upload: async (request) => {
      const { signal } = request;
      const exact = new ExactLength(request.size);
      request.body.once('error', (error) => exact.destroy(error));
      try {
        const answer = await client.post<Readable>(onOrigin(origin, request.path), request.body.pipe(exact), {
          headers: { ...request.headers, 'Content-Length': String(request.size) },
          ...(signal === undefined ? {} : { signal }),
        });
        return await readWhole(answer.status, plainHeaders(answer.headers), answer.data);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = transportError(error, false);
        if (exact.failure !== null) throw exact.failure;
        // Not every byte was handed over: whatever arrived is no whole request.
        if (failure instanceof TransportError && !exact.whole)
          throw new TransportError(failure.reason, failure.code, 'no');
        throw failure;
      } finally {
        request.body.destroy();
        exact.destroy();
      }
    },
  };
}

async function readWhole(status: number, headers: Record<string, string>, body: Readable): Promise<ByteAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > longestText) throw new TransportError('too-large', 'ANSWER_TOO_LARGE', 'maybe');
    parts.push(bytes);
  }
  return { status, headers, text: Buffer.concat(parts).toString('utf8'), body: null };
}

/** The same bytes; destroyed with a timeout when none come for `ms`, although those that came were taken. */
function whileMoving(source: Readable, ms: number): Readable {
  const watched = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      untaken = 0;
      timer.refresh();
      done(null, chunk);
    },
  });
  let untaken = 0;
  const timer = setTimeout(() => {
    untaken += 1;
    if (watched.readableLength > 0 && untaken < takenAfter) timer.refresh();
    else watched.destroy(new TransportError('timeout', 'ESTALLED', 'no'));
  }, ms);
  // A connection that breaks in the middle ends as `aborted` without an error of its own.
  source.once('error', (error) => watched.destroy(error));
  source.once('aborted', () => watched.destroy(new TransportError('connection-lost', 'ECONNRESET', 'no')));
  watched.once('close', () => {
    clearTimeout(timer);
    source.destroy();
  });
  return source.pipe(watched);
}

/**
 * Lets exactly `size` bytes through. The last chunk waits for the end of the body: with one byte more or less it is never sent, and
 * what the server has is no whole request.
 */
class ExactLength extends Transform {
  readonly #size: number;
  #seen = 0;
  #held: Buffer | null = null;
  /** True once every byte was handed over. */
  whole = false;
  /** Why the body did not go out; null while nothing is wrong with it. */
  failure: Error | null = null;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#seen += chunk.length;
    if (this.#seen > this.#size) return done(new TransportError('connection-lost', 'BODY_TOO_LONG', 'no'));
    if (this.#held !== null) this.push(this.#held);
    this.#held = chunk;
    done();
  }

  override _flush(done: (error?: Error | null) => void): void {
    if (this.#seen !== this.#size) return done(new TransportError('connection-lost', 'BODY_TOO_SHORT', 'no'));
    this.whole = true;
    if (this.#held !== null) this.push(this.#held);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error !== null) this.failure ??= error;
    done(error);
  }
}
