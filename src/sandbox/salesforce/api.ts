import type { Org } from './org/org.ts';
import { batchRoutes } from './rest/batch.ts';
import { bulkIngestRoutes } from './rest/bulk-ingest.ts';
import { Jobs } from './rest/bulk-jobs.ts';
import { bulkQueryRoutes } from './rest/bulk-query.ts';
import { collectionRoutes } from './rest/collections.ts';
import { compositeRoutes } from './rest/composite.ts';
import { graphRoutes } from './rest/graph.ts';
import { limitRoutes } from './rest/limits.ts';
import type { Usage } from './rest/limits.ts';
import type { ApiAnswer, ApiRequest } from './rest/message.ts';
import { metadataRoutes } from './rest/metadata.ts';
import { queryRoutes } from './rest/query.ts';
import type { Cursors } from './rest/query.ts';
import { replicationRoutes } from './rest/replication.ts';
import { dispatch } from './rest/router.ts';
import type { Route } from './rest/router.ts';
import { rowRoutes } from './rest/rows.ts';
import { searchRoutes } from './rest/search.ts';
import { treeRoutes } from './rest/tree.ts';

/** The REST API below a version, as one function. Composite resources call it again for their subrequests. */
export function createApi(org: Org, usage: Usage, cursors: Cursors): (request: ApiRequest) => ApiAnswer {
  const jobs = new Jobs();
  const inner = (request: ApiRequest): ApiAnswer => dispatch(routes, request);
  const routes: readonly Route[] = [
    ...metadataRoutes,
    ...replicationRoutes,
    ...queryRoutes(cursors),
    ...limitRoutes(usage),
    ...collectionRoutes,
    ...compositeRoutes(inner),
    ...batchRoutes(inner, () => usage.count(org.now())),
    ...graphRoutes(inner),
    ...treeRoutes,
    ...bulkQueryRoutes(jobs),
    ...bulkIngestRoutes(jobs),
    ...searchRoutes,
    ...rowRoutes,
  ];
  return inner;
}
