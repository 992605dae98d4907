import type { Org } from './org/org.ts';
import { batchRoutes } from './rest/batch.ts';
import { collectionRoutes } from './rest/collections.ts';
import { compositeRoutes } from './rest/composite.ts';
import { limitRoutes } from './rest/limits.ts';
import type { Usage } from './rest/limits.ts';
import type { ApiAnswer, ApiRequest } from './rest/message.ts';
import { metadataRoutes } from './rest/metadata.ts';
import { queryRoutes } from './rest/query.ts';
import type { Cursors } from './rest/query.ts';
import { dispatch } from './rest/router.ts';
import type { Route } from './rest/router.ts';
import { rowRoutes } from './rest/rows.ts';

/** The REST API below a version, as one function. Composite resources call it again for their subrequests. */
export function createApi(org: Org, usage: Usage, cursors: Cursors): (request: ApiRequest) => ApiAnswer {
  const inner = (request: ApiRequest): ApiAnswer => dispatch(routes, request);
  const routes: readonly Route[] = [
    ...metadataRoutes,
    ...queryRoutes(cursors),
    ...limitRoutes(usage),
    ...collectionRoutes,
    ...compositeRoutes(inner),
    ...batchRoutes(inner, () => usage.count(org.now())),
    ...rowRoutes,
  ];
  return inner;
}
