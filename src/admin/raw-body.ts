import type { FastifyInstance, FastifyRequest } from 'fastify';

const raw = new WeakMap<FastifyRequest, string>();

/** The body as it came, for checking its signature. */
export function rawBodyOf(request: FastifyRequest): string {
  return raw.get(request) ?? '';
}

/** Takes JSON and nothing else; an empty body is none. Names that would reach a prototype are refused. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body);
    raw.set(request, text);
    if (text === '') done(null, undefined);
    else void parse(request, text, done);
  });
}
