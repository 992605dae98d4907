import { refuse } from '../errors.ts';
import { isObject } from '../values.ts';
import { runSubrequests } from './composite.ts';
import type { Inner } from './composite.ts';
import { ok } from './message.ts';
import { route } from './router.ts';

/** Up to 75 graphs of 500 nodes in all, each wholly or not at all (REST guide, composite graph; recording `composite-graph-200`). */
export function graphRoutes(inner: Inner) {
  return [
    route('POST', 'composite/graph', (request) => {
      const body = isObject(request.body) ? request.body : {};
      const graphs = Array.isArray(body['graphs']) ? body['graphs'].filter(isObject) : [];
      const nodesOf = (graph: Record<string, unknown>): readonly Record<string, unknown>[] =>
        Array.isArray(graph['compositeRequest']) ? graph['compositeRequest'].filter(isObject) : [];
      const nodes = graphs.reduce((sum, graph) => sum + nodesOf(graph).length, 0);
      if (graphs.length === 0 || graphs.length > 75 || nodes > 500) {
        throw refuse(400, 'LIMIT_EXCEEDED', 'A request holds 1 to 75 graphs of 500 nodes in all');
      }
      return ok({
        graphs: graphs.map((graph) => {
          const compositeResponse = runSubrequests(request, nodesOf(graph), true, inner);
          const isSuccessful = compositeResponse.every((each) => each.httpStatusCode < 400);
          return { graphId: graph['graphId'], graphResponse: { compositeResponse }, isSuccessful };
        }),
      });
    }),
  ];
}
