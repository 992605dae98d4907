import { errorAnswer, json } from './api.ts';
import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { attachmentApi } from './attachment-api.ts';
import { batchApi } from './batch-api.ts';
import { Refusal, refusals } from './refusal.ts';
import { statsApi } from './stats-api.ts';
import { tableApi } from './table-api.ts';

const route = /^\/api\/now(?:\/(v[12]))?\/(table|attachment|stats|batch)(?:\/([^/]+))?(?:\/([^/]+))?\/?$/;

/** Answers an authenticated API request, refusals included. */
export function dispatch(instance: Instance, request: ApiRequest): ApiAnswer {
  try {
    return answer(instance, request);
  } catch (error) {
    if (error instanceof Refusal) return errorAnswer(error, instance.random);
    throw error;
  }
}

function answer(instance: Instance, sent: ApiRequest): ApiAnswer {
  // c_RESTAPI: the override header is honoured, and HEAD works where GET does.
  const method = (sent.headers['x-http-method-override'] ?? sent.method).toUpperCase();
  const request = { ...sent, method: method === 'HEAD' ? 'GET' : method };
  if (request.path === currentUserPath) return currentUser(instance, request);
  const match = route.exec(request.path);
  if (match === null) throw refusals.noResource();
  const [, version = '', api = '', first = null, second = null] = match;
  if (request.byToken && !instance.rights.inScope(request.method, api)) throw refusals.unscoped();
  if (api !== 'attachment' && !acceptsJson(request.headers['accept'])) throw refusals.notAcceptable();
  if (api === 'table' && first !== null) return tableApi(instance, request, { version, table: first, id: second });
  if (api === 'stats' && first !== null && second === null) return statsApi(instance, request, first);
  if (api === 'attachment') return attachmentApi(instance, request, { version, first, second });
  // The versioned path is required (batch-api).
  if (api === 'batch' && version === 'v1' && first === null)
    return batchApi(instance, request, (item) => dispatch(instance, item));
  throw refusals.noResource();
}

/** Who is signed in: undocumented, and measured on current releases (servicenow-cli). No more of it is known than the user name. */
const currentUserPath = '/api/now/ui/user/current_user';

function currentUser(instance: Instance, request: ApiRequest): ApiAnswer {
  if (!instance.properties.currentUserApi || request.method !== 'GET') throw refusals.noResource();
  return json(200, { result: { user_name: request.user } });
}

// `*/*` is answered with JSON (recorded: table-list-incident-headers-rec). XML, which the real thing also speaks, is not imitated.
function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || accept === '' || /\*\/\*|application\/(json|\*)/.test(accept);
}
