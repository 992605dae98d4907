import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { ApiAnswer } from '../rest/message.ts';

const json = 'application/json;charset=UTF-8';

/** Headers of every Salesforce answer (recordings of live orgs). */
export const standingHeaders: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
  server: 'sfdcedge',
  'x-sfdc-edge-cache': 'none',
};

/** Sends an answer as the vendor's edge does: chunked, and compressed for whoever takes gzip. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: ApiAnswer): FastifyReply {
  reply.code(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value);
  if (answer.body === undefined || answer.status === 304) return reply.send();
  // A file flows as it is.
  if (answer.body instanceof Readable) return reply.type(answer.type ?? json).send(answer.body);
  const plain = bytesOf(request, answer);
  reply.type(answer.type ?? json).header('vary', 'Accept-Encoding');
  const packed = String(request.headers['accept-encoding'] ?? '').includes('gzip') && plain.length > 0;
  if (packed) {
    reply.header('content-encoding', 'gzip');
    // Recording `describe-account-headers`: the tag of a compressed answer says so.
    const tag = answer.headers?.['etag'];
    if (tag !== undefined) reply.header('etag', tag.replace(/"$/, '--gzip"'));
  }
  return reply.send(Readable.from([packed ? gzipSync(plain, { level: 1 }) : plain]));
}

function bytesOf(request: FastifyRequest, answer: ApiAnswer): Buffer {
  if (Buffer.isBuffer(answer.body)) return answer.body;
  if (answer.type !== undefined && answer.type !== json) return Buffer.from(String(answer.body));
  return Buffer.from(JSON.stringify(answer.body, null, request.headers['x-prettyprint'] === '1' ? 2 : undefined));
}
