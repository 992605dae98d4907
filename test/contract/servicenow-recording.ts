import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { batchReply, type Heard, type Reply } from '../support/servicenow-replay.ts';

const folder = new URL('./recordings/servicenow/', import.meta.url);

const recording = z.looseObject({
  case: z.string(),
  response: z.looseObject({
    status: z.number().nullable(),
    status_inferred: z.number().optional(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.unknown(),
    body_text: z.string().optional(),
    body_excerpt: z.string().optional(),
  }),
  status_inferred: z.number().optional(),
});

/** A recorded or documented answer of ServiceNow. */
export type Recording = z.infer<typeof recording>;

/** Every recording, by its case name. */
export function recordings(): ReadonlyMap<string, Recording> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const all = files.map((name) => recording.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
  return new Map(all.map((one) => [one.case, one]));
}

/** How the bytes were wrapped is the server's affair; ours are plain. */
const wrapping = new Set(['content-encoding', 'transfer-encoding', 'content-length', 'connection', 'keep-alive']);

export interface Filling {
  /** Stands in for a body that the source does not show. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer as a server would send it; `filling` replaces what the source left out. */
export function replyOf(one: Recording, filling: Filling = {}): Exclude<Reply, 'hang-up'> {
  const kept = Object.entries(one.response.headers).filter(
    ([name, value]) =>
      !wrapping.has(name.toLowerCase()) && !String(value).startsWith('<') && !String(value).startsWith('rel='),
  );
  return {
    status: statusOf(one),
    headers: { ...Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), value])), ...filling.headers },
    body: 'body' in filling ? filling.body : (one.response.body ?? one.response.body_text ?? ''),
  };
}

function statusOf(one: Recording): number {
  return one.response.status ?? one.response.status_inferred ?? one.status_inferred ?? 200;
}

/** The answer as the one item of a Batch answer, for every item that is not a read; reads find no rows. */
export function inBatch(one: Recording, filling: Filling = {}): (heard: Heard) => Reply {
  const reply = replyOf(one, filling);
  return (heard) =>
    batchReply(heard, (item) =>
      item.method === 'GET' ? { status: 200, body: { result: [] } } : { status: reply.status ?? 200, body: reply.body },
    );
}

/** An error body around the words that the source shows. */
export function errorAround(detail: string, message = 'Operation Failed'): unknown {
  return { error: { message, detail }, status: 'failure' };
}
