import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { notThere } from './register.ts';

/** Names of files below a folder: no part is empty or begins with a dot, so that none leads out of it. */
const inside = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/** File systems fail, rather than find nothing, at longer ones. */
const longestName = 200;

/** Serves the dashboard's own files. They hold no data, so that anybody may have them: what they show, they ask of the API. */
export async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(staticFiles, { root: folder, serve: false, cacheControl: false, dotfiles: 'deny' });
  app.get('/', { config: { access: 'open' } }, (_request, reply) => {
    if (existsSync(join(folder, 'index.html'))) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return reply.type('text/plain; charset=utf-8').send('The dashboard has not been built; "npm start" builds it.\n');
  });
  app.get<{ Params: { '*': string } }>('/*', { config: { access: 'open' } }, (request, reply) => {
    const name = request.params['*'];
    // Names of assets hold a hash of their content.
    const lasting = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    // Looked at only after its name: what lies elsewhere must not be told from what is nowhere.
    const ours = name.length <= longestName && !name.startsWith('api/') && inside.test(name);
    if (!ours || statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() !== true) throw notThere(request);
    return reply.header('cache-control', lasting).sendFile(name);
  });
}
