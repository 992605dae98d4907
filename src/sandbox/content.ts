import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** The bytes of a file at a desk: small ones in memory, larger ones in a temporary file, so that a desk never holds them as a whole. */
export interface Content {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly md5: string;
  /** From the start, each time. */
  stream(): Readable;
  bytes(): Buffer;
}

/** True for what `contentOf` and `receive` make. */
export function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && 'sha256' in value;
}

const inMemory = 1024 * 1024;

/** Bytes that are there already. */
export function contentOf(bytes: Buffer): Content {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    md5: createHash('md5').update(bytes).digest('hex'),
    stream: () => Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
    bytes: () => bytes,
  };
}

/** Takes in what flows. Rejects when it breaks off. */
export async function receive(source: Readable): Promise<Content> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let parts: Buffer[] = [];
  let size = 0;
  let file: number | null = null;
  for await (const part of source) {
    const chunk = part as Buffer;
    sha256.update(chunk);
    md5.update(chunk);
    size += chunk.length;
    if (file === null) {
      parts.push(chunk);
      if (size <= inMemory) continue;
      file = openTemporary();
      for (const held of parts) writeSync(file, held);
      parts = [];
    } else writeSync(file, chunk);
  }
  const sums = { size, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
  if (file === null) {
    const bytes = Buffer.concat(parts);
    return { ...contentOf(bytes), ...sums };
  }
  const fd = file;
  return {
    ...sums,
    stream: () => createReadStream('', { fd, start: 0, autoClose: false }),
    bytes: () => {
      const bytes = Buffer.alloc(size);
      readSync(fd, bytes, 0, size, 0);
      return bytes;
    },
  };
}

/** Its name is taken away at once where the system allows it: what is left goes with the process. */
function openTemporary(): number {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-sandbox-'));
  const fd = openSync(join(folder, 'content'), 'w+');
  if (process.platform !== 'win32') rmSync(folder, { recursive: true });
  return fd;
}
