import type { FastifyInstance } from 'fastify';
import type { WebParts } from './server.ts';
import { html, page, send } from './html.ts';

export function pageRoutes(app: FastifyInstance, parts: WebParts): void {
  app.get('/', (_request, reply) => send(reply, page('Cases', html`<p>${parts.host()}</p>`)));
}
