import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { ConnectorError } from '../connectors/errors.ts';
import { describeConnectorError } from '../observability/describe-error.ts';
import { describeRefusal } from '../observability/describe-refusal.ts';
import { type Refusal, Refused } from '../operate/refused.ts';
import { StoreUnavailable } from '../store/store.ts';
import { ApiProblem, problemBody } from './problem.ts';
import { notThere } from './register.ts';

/** Turns whatever was thrown into problem JSON of one clear sentence; what nobody foresaw is told to the log, never to the asker. */
export function answerErrors(app: FastifyInstance, onError: (error: Error) => void): void {
  app.setErrorHandler<FastifyError | Error>((error, _request, reply) => answer(reply, problemOf(error, onError)));
  app.setNotFoundHandler((request, reply) => answer(reply, notThere(request)));
}

function answer(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const { retryAfter } = problem.more;
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="Casebridge"');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem)));
}

function problemOf(error: FastifyError | Error, onError: (error: Error) => void): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof Refused)
    return new ApiProblem(statusOf(error.refusal), describeRefusal(error.refusal), who(error.refusal));
  if (error instanceof StoreUnavailable) {
    return new ApiProblem(503, 'The database does not answer now; Casebridge waits for it. Try again in a moment.');
  }
  if (error instanceof ConnectorError) return new ApiProblem(502, describeConnectorError(error));
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status === 413)
    return new ApiProblem(413, 'The request is larger than this address takes (2 MB, 1 kB for a wake-up).');
  if (status === 415) return new ApiProblem(415, 'Send JSON, with "content-type: application/json".');
  if (status >= 400 && status < 500)
    return new ApiProblem(400, 'The request cannot be read: its body is not sound JSON.');
  onError(error);
  return new ApiProblem(500, 'Something went wrong that should not have; the log says what. Please report it.');
}

function statusOf(refusal: Refusal): number {
  if (refusal.kind.startsWith('no-') || refusal.kind === 'none-set-aside' || refusal.kind === 'run-wrote-nothing')
    return 404;
  return refusal.kind === 'keeps-nothing' ? 503 : 409;
}

function who(refusal: Refusal): { by?: string | null; at?: string | null } {
  return refusal.kind === 'conflict-over' ? { by: refusal.by, at: refusal.at } : {};
}
