import { Readable } from 'node:stream';

/** A body of two parts whose length is known before it is sent. */
export interface Multipart {
  readonly contentType: string;
  /** Bytes of the whole body. */
  readonly size: number;
  readonly body: Readable;
}

export interface MultipartFile {
  /** Name of the binary part: the field that takes the bytes. */
  readonly field: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly size: number;
  readonly content: Readable;
}

/**
 * A JSON part and a binary one, as the REST guide's "Insert or Update Blob Data" shows them (JSON first, named `entity_content`).
 * Nothing of the file is held: the parts around it are a few hundred bytes. `boundary` must not occur in the content.
 */
export function multipart(json: unknown, file: MultipartFile, boundary: string): Multipart {
  const head = Buffer.from(
    `--${boundary}\r\n` +
      'Content-Disposition: form-data; name="entity_content"\r\n' +
      'Content-Type: application/json\r\n\r\n' +
      `${JSON.stringify(json)}\r\n` +
      `--${boundary}\r\n` +
      `Content-Disposition: form-data; name="${file.field}"; filename="${headerName(file.fileName)}"\r\n` +
      `Content-Type: ${headerType(file.contentType)}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: head.length + file.size + tail.length,
    body: Readable.from(around(head, file.content, tail), { objectMode: false }),
  };
}

async function* around(head: Buffer, content: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of content) yield chunk as Buffer;
  yield tail;
}

/** The name proper travels in the JSON part; this one only has to be a header. */
function headerName(name: string): string {
  return name
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\]/g, '_')
    .slice(0, 200);
}

function headerType(type: string): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream';
}
