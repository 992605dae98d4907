import { refuse } from '../errors.ts';
import { asText, isObject } from '../values.ts';
import { ok } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { fillReferences } from './references.ts';
import { route } from './router.ts';

/** Runs an inner request as if it had come by itself. */
export type Inner = (request: ApiRequest) => ApiAnswer;

interface SubAnswer {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string | null;
}

const shownHeaders: Readonly<Record<string, string>> = {
  location: 'Location',
  etag: 'ETag',
  'last-modified': 'Last-Modified',
};

/** An inner request's own view: path, query, headers and body of its own; session and user of the outer one. */
export function innerRequest(
  outer: ApiRequest,
  method: string,
  url: string,
  headers: unknown,
  body: unknown,
): ApiRequest | null {
  const target = new URL(url, 'http://inner');
  const parts = /^\/services\/data\/v(\d+\.\d)(?:\/(.*))?$/.exec(target.pathname);
  if (parts === null) return null;
  const own = isObject(headers)
    ? Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])
    : [];
  return {
    ...outer,
    method: method.toUpperCase(),
    version: parts[1] ?? '',
    base: `/services/data/v${parts[1] ?? ''}`,
    path: (parts[2] ?? '')
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent),
    query: target.searchParams,
    headers: {
      ...outer.headers,
      'if-modified-since': undefined,
      'if-unmodified-since': undefined,
      ...Object.fromEntries(own),
    },
    body: body ?? null,
    blobs: {},
    nested: true,
    text: null,
  };
}

function isQueryOrCollection(subrequest: Record<string, unknown>): boolean {
  return /\/(query|queryAll|composite\/sobjects)\b/.test(String(subrequest['url']));
}

/** Text as reported in guardian/support-service-lambdas#766: the outer answer is 200 all the same. */
function tooMany(message: string): readonly SubAnswer[] {
  return [
    { body: [{ errorCode: 'LIMIT_EXCEEDED', message }], httpHeaders: {}, httpStatusCode: 400, referenceId: null },
  ];
}

/** Runs subrequests in order; later ones may refer to earlier answers. With allOrNone, one failure undoes and halts all. */
export function runSubrequests(
  outer: ApiRequest,
  subrequests: readonly Record<string, unknown>[],
  allOrNone: boolean,
  inner: Inner,
): readonly SubAnswer[] {
  const answers = new Map<string, unknown>();
  const results: SubAnswer[] = [];
  const failed = (): boolean => results.some((each) => each.httpStatusCode >= 400);
  const runAll = (): void => {
    for (const subrequest of subrequests) {
      const referenceId = asText(subrequest['referenceId']);
      const result = runOne(outer, subrequest, referenceId, answers, inner);
      results.push(result);
      answers.set(referenceId, result.httpStatusCode < 400 ? result.body : undefined);
      if (allOrNone && failed()) throw new Halted();
    }
  };
  if (!allOrNone) {
    runAll();
    return results;
  }
  try {
    outer.org.transaction(runAll);
    return results;
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    return subrequests.map((subrequest, index) => {
      const result = results[index];
      return result !== undefined && result.httpStatusCode >= 400 ? result : halted(asText(subrequest['referenceId']));
    });
  }
}

class Halted extends Error {}

/** REST guide, composite: what the innocent ones get. */
function halted(referenceId: string): SubAnswer {
  const body = [
    {
      errorCode: 'PROCESSING_HALTED',
      message: 'The transaction was rolled back since another operation in the same transaction failed.',
    },
  ];
  return { body, httpHeaders: {}, httpStatusCode: 400, referenceId };
}

function runOne(
  outer: ApiRequest,
  subrequest: Record<string, unknown>,
  referenceId: string,
  answers: ReadonlyMap<string, unknown>,
  inner: Inner,
): SubAnswer {
  const filled = fillReferences({ url: subrequest['url'], body: subrequest['body'] ?? null }, answers);
  if ('unresolved' in filled) {
    const body = [
      {
        errorCode: 'PROCESSING_HALTED',
        message: `Invalid reference specified. No value for ${filled.unresolved} found.`,
      },
    ];
    return { body, httpHeaders: {}, httpStatusCode: 400, referenceId };
  }
  const { url, body } = filled.value;
  const request = innerRequest(outer, String(subrequest['method']), String(url), subrequest['httpHeaders'], body);
  const answer: ApiAnswer =
    request === null
      ? { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }
      : inner(request);
  const httpHeaders = Object.fromEntries(
    Object.entries(answer.headers ?? {}).flatMap(([name, value]) =>
      shownHeaders[name] === undefined ? [] : [[shownHeaders[name], value]],
    ),
  );
  return { body: answer.body ?? null, httpHeaders, httpStatusCode: answer.status, referenceId };
}

export function compositeRoutes(inner: Inner) {
  return [
    route('POST', 'composite', (request) => {
      const body = isObject(request.body) ? request.body : {};
      const list = body['compositeRequest'];
      if (!Array.isArray(list) || list.length === 0)
        throw refuse(400, 'JSON_PARSER_ERROR', 'compositeRequest is required');
      const subrequests = list.filter(isObject);
      if (subrequests.length > 25)
        return ok({ compositeResponse: tooMany('The request can’t contain more than 25 operations.') });
      if (subrequests.filter(isQueryOrCollection).length > 5) {
        return ok({
          compositeResponse: tooMany('The request can’t contain more than 5 query or sObject collection operations.'),
        });
      }
      return ok({ compositeResponse: runSubrequests(request, subrequests, body['allOrNone'] === true, inner) });
    }),
  ];
}
