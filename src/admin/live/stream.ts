import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LiveEvent, Topic } from '../schemas/events.ts';
import type { Hub } from './hub.ts';

export interface StreamOptions {
  readonly hub: Hub;
  readonly topics: readonly Topic[];
  /** Asked at every heartbeat: a session that ended, or a token that was revoked, hears no more. */
  readonly stillAllowed: () => Promise<boolean>;
  readonly heartbeatMs: number;
}

/** A browser tries again after so long. */
const retryMs = 3000;
/** Who is further behind than this is dropped; a browser comes back by itself and asks for what it missed. */
const mostBehindBytes = 1024 * 1024;

/** Answers with server-sent events until the other end, or the server, goes away. */
export function streamEvents(request: FastifyRequest, reply: FastifyReply, options: StreamOptions): void {
  const { hub, topics } = options;
  const { raw } = reply;
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // nginx would otherwise hold events back.
    'x-accel-buffering': 'no',
  });
  const send = (text: string): boolean => {
    if (raw.destroyed) return false;
    raw.write(text);
    if (raw.writableLength <= mostBehindBytes) return true;
    raw.destroy();
    return false;
  };
  send(`retry: ${retryMs}\n\n`);

  const lastId = request.headers['last-event-id'];
  const missed = typeof lastId === 'string' && lastId !== '' ? hub.since(lastId) : [];
  // Named, so that only who asks for it hears it: what was missed cannot be told any more, everything has to be read anew.
  if (missed === null) send('event: missed\ndata: {}\n\n');
  for (const event of missed ?? []) {
    if (topics.length === 0 || topics.includes(event.topic)) send(written(event));
  }

  const stop = hub.listen(topics, (event) => send(written(event)));
  const beat = setInterval(() => {
    options.stillAllowed().then(
      (allowed) => (allowed ? send(': still here\n\n') : raw.end()),
      () => raw.end(),
    );
  }, options.heartbeatMs);
  raw.on('close', () => {
    clearInterval(beat);
    stop();
  });
}

/** JSON has no line ends of its own, so that one line of data holds it. */
function written(event: LiveEvent): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}
