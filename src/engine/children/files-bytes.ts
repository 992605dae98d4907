import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ChildSystem } from '../../connectors/children.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import type { FileInfo } from '../../core/children.ts';

/** What goes along with bytes that move. */
export interface Moving {
  readonly signal: AbortSignal;
  /** Called every few megabytes. */
  readonly tidy: () => void;
}

const tidyEvery = 8 * 1024 * 1024;

/** The bytes of a file, checked as they flow. */
export interface Opened {
  readonly body: Readable;
  /** SHA-256 in lower-case hex; null before the end. */
  digest(): string | null;
}

/**
 * Opens a file. Its last bytes come only once all of it is known to be what its desk says it is, by size and, where it keeps one, by
 * hash: whoever sends it on never sends a whole wrong file. Ends with ConnectorError of the file's own side.
 */
export async function openChecked(desk: ChildSystem, file: FileInfo, moving: Moving): Promise<Opened> {
  const { body, size } = await desk.open(file, moving.signal);
  if (size !== null && size !== file.size) {
    body.destroy();
    throw differs(file, `${size} bytes instead of ${file.size}`);
  }
  const checked = new Checked(file, moving.tidy);
  body.once('error', (error) => checked.destroy(brokenOff(file, error)));
  body.once('close', () => {
    if (!body.readableEnded) checked.destroy(brokenOff(file, new Error('closed')));
  });
  checked.once('close', () => body.destroy());
  return { body: body.pipe(checked), digest: () => checked.digest };
}

/** Reads a file to its end for its hash alone. Rejects with ConnectorError. */
export async function digestOf(desk: ChildSystem, file: FileInfo, moving: Moving): Promise<string> {
  const opened = await openChecked(desk, file, moving);
  opened.body.resume();
  await finished(opened.body);
  return opened.digest() ?? '';
}

class Checked extends Transform {
  digest: string | null = null;
  readonly #file: FileInfo;
  readonly #hash = createHash('sha256');
  #seen = 0;
  #held: Buffer | null = null;
  #tidied = 0;
  readonly #tidy: () => void;

  constructor(file: FileInfo, tidy: () => void) {
    super();
    this.#file = file;
    this.#tidy = tidy;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#seen += chunk.length;
    if (this.#seen > this.#file.size) return done(differs(this.#file, `more than ${this.#file.size} bytes`));
    this.#hash.update(chunk);
    if (this.#seen - this.#tidied >= tidyEvery) {
      this.#tidied = this.#seen;
      this.#tidy();
    }
    if (this.#held !== null) this.push(this.#held);
    this.#held = chunk;
    done();
  }

  override _flush(done: (error?: Error | null) => void): void {
    const digest = this.#hash.digest('hex');
    if (this.#seen !== this.#file.size)
      return done(differs(this.#file, `${this.#seen} bytes instead of ${this.#file.size}`));
    if (this.#file.hash !== null && this.#file.hash !== digest) return done(differs(this.#file, 'another content'));
    this.digest = digest;
    if (this.#held !== null) this.push(this.#held);
    done();
  }
}

function differs(file: FileInfo, answer: string): ConnectorError {
  return new ConnectorError('Rejected', { side: file.side, executed: 'no', cause: 'differs', answer });
}

function brokenOff(file: FileInfo, error: Error): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const data = { side: file.side, executed: 'no', cause: 'download-broken' } as const;
  return new ConnectorError('Unavailable', data, { cause: error });
}
