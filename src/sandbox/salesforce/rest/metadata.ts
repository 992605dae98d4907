import { createHash } from 'node:crypto';
import { describeBrief, describeFull } from '../schema/describe.ts';
import { objects } from '../schema/schema.ts';
import { attributes } from '../soql/select.ts';
import { ok } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';

/** When the org's set-up last changed: what the caching headers of describe speak of. */
const setUpAt = Date.parse('2026-05-06T09:49:20Z');

/** Describes carry ETag and Last-Modified, and answer 304 (recordings `describe-account-headers`, `composite-subrequest-304`). */
function cached(request: ApiRequest, body: unknown): ApiAnswer {
  const tag = `"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 8)}"`;
  const headers = { etag: tag, 'last-modified': new Date(setUpAt).toUTCString() };
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  const known = request.headers['if-none-match']?.replace('--gzip', '') === tag;
  return known || since >= setUpAt ? { status: 304, headers } : ok(body, headers);
}

export const metadataRoutes = [
  route('GET', 'sobjects', (request) => {
    const seen = objects.filter((spec) => request.org.rights.seesObject(spec.name));
    const sobjects = seen.map((spec) => describeBrief(spec, request.base, request.org.rights));
    return cached(request, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
  }),
  route('GET', 'sobjects/:object', (request, { object = '' }) => {
    const spec = objectOf(request.org, object);
    const recent = [...request.org.table(spec).rows.values()].slice(-10);
    return ok({
      objectDescribe: describeBrief(spec, request.base, request.org.rights),
      recentItems: recent.map((row) => ({ attributes: attributes(request.base, spec, row.id), Id: row.id })),
    });
  }),
  route('GET', 'sobjects/:object/describe', (request, { object = '' }) => {
    const { rights, settings, setUp } = request.org;
    const spec = objectOf(request.org, object);
    const recordTypes = setUp.recordTypes(spec.name);
    return cached(request, describeFull(spec, request.base, rights, settings.restrictedPicklists, recordTypes));
  }),
];
