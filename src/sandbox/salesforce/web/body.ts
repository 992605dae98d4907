import type { FastifyRequest } from 'fastify';
import { gunzipSync } from 'node:zlib';
import { refuse } from '../errors.ts';

/** A request's body, read. */
export interface ReadBody {
  readonly json: unknown;
  /** Binary parts of a multipart, base64, by the part's name. */
  readonly blobs: Readonly<Record<string, string>>;
  readonly fileNames: Readonly<Record<string, string>>;
  /** Text parts that are no JSON. */
  readonly texts: Readonly<Record<string, string>>;
}

const nothing: ReadBody = { json: null, blobs: {}, fileNames: {}, texts: {} };

/** The raw bytes of a body; empty where there was none. */
export function bytesOf(request: FastifyRequest): Buffer {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
}

/** JSON, or a multipart of a JSON part and binary ones, in either order. Throws 400 JSON_PARSER_ERROR. */
export async function readBody(request: FastifyRequest): Promise<ReadBody> {
  const bytes = bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readMultipart(bytes, type);
  if (bytes.length === 0 || type.startsWith('text/csv')) return nothing;
  return { ...nothing, json: parse(bytes.toString()) };
}

async function readMultipart(bytes: Buffer, type: string): Promise<ReadBody> {
  // The guide's own example ends its Content-Disposition lines with a semicolon, which the platform's reader does not take.
  const text = bytes.toString('latin1').replace(/^(Content-Disposition: form-data;[^\r\n]*?);[ \t]*(?=\r?$)/gim, '$1');
  const form = await new Response(Buffer.from(text, 'latin1'), { headers: { 'content-type': type } }).formData();
  let json: unknown = null;
  const blobs: Record<string, string> = {};
  const fileNames: Record<string, string> = {};
  const texts: Record<string, string> = {};
  for (const [name, part] of form) {
    // The JSON part is `entity_content` in the guide and named after the object by jsforce: what tells them apart is the file name.
    if (typeof part !== 'string') {
      blobs[name] = Buffer.from(await part.arrayBuffer()).toString('base64');
      fileNames[name] = part.name;
    } else if (part.trimStart().startsWith('{')) json = parse(part);
    else texts[name] = part;
  }
  return { json, blobs, fileNames, texts };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(
      400,
      'JSON_PARSER_ERROR',
      `Unexpected character at [line:1, column:1]: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
