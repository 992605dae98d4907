import type { FastifyRequest } from 'fastify';
import { gunzipSync } from 'node:zlib';
import { type Content, receive } from '../../content.ts';
import { refuse } from '../errors.ts';

/** A request's body, read. */
export interface ReadBody {
  readonly json: unknown;
  /** Binary parts of a multipart, by the part's name. */
  readonly blobs: Readonly<Record<string, Content>>;
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
  const type = request.headers['content-type'] ?? '';
  if (request.isMultipart()) return readMultipart(request);
  const bytes = bytesOf(request);
  if (bytes.length === 0 || type.startsWith('text/csv')) return nothing;
  return { ...nothing, json: parse(bytes.toString()) };
}

/** Binary parts flow into their place while they come: nothing of a file is held as a whole. */
async function readMultipart(request: FastifyRequest): Promise<ReadBody> {
  let json: unknown = null;
  const blobs: Record<string, Content> = {};
  const fileNames: Record<string, string> = {};
  const texts: Record<string, string> = {};
  for await (const part of request.parts()) {
    // The JSON part is `entity_content` in the guide and named after the object by jsforce: what tells them apart is the file name.
    if (part.type === 'file') {
      blobs[part.fieldname] = await receive(part.file);
      fileNames[part.fieldname] = part.filename;
    } else if (typeof part.value === 'object' && part.value !== null) json = part.value;
    else if (String(part.value).trimStart().startsWith('{')) json = parse(String(part.value));
    else texts[part.fieldname] = String(part.value);
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
