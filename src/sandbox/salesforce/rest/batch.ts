import { refuse } from '../errors.ts';
import { isObject } from '../values.ts';
import { innerRequest } from './composite.ts';
import type { Inner } from './composite.ts';
import { ok } from './message.ts';
import type { ApiAnswer } from './message.ts';
import { route } from './router.ts';

/** Independent subrequests, each of which counts against the limit (REST guide, composite/batch). */
export function batchRoutes(inner: Inner, count: () => void) {
  return [
    route('POST', 'composite/batch', (request) => {
      const body = isObject(request.body) ? request.body : {};
      const list = Array.isArray(body['batchRequests']) ? body['batchRequests'].filter(isObject) : [];
      if (list.length === 0 || list.length > 25)
        throw refuse(400, 'LIMIT_EXCEEDED', 'A batch holds 1 to 25 subrequests');
      const results: { statusCode: number; result: unknown }[] = [];
      for (const [index, each] of list.entries()) {
        // The request itself has been counted already.
        if (index > 0) count();
        if (body['haltOnError'] === true && results.some((result) => result.statusCode >= 400)) {
          results.push({
            statusCode: 412,
            result: [{ errorCode: 'BATCH_PROCESSING_HALTED', message: 'Batch processing halted per request' }],
          });
          continue;
        }
        // `v57.0/limits` (recording `composite-batch-200`); the absolute form is taken as well.
        const url = String(each['url']).replace(/^\/?(?=v\d)/, '/services/data/');
        const own = innerRequest(request, String(each['method']), url, null, each['richInput']);
        const answer: ApiAnswer =
          own === null
            ? { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }
            : inner(own);
        results.push({ statusCode: answer.status, result: answer.body ?? null });
      }
      return ok({ hasErrors: results.some((result) => result.statusCode >= 400), results });
    }),
  ];
}
