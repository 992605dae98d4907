import { isContent } from '../content.ts';
import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { json } from './api.ts';
import { refusals } from './refusal.ts';
import { isObject, readJsonBody } from './request-body.ts';

const words: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/**
 * `POST /api/now/v1/batch`: items run one after another, each with its own answer; one failing does not fail the rest (PySNC,
 * test_multi_update_with_failures). What the quota leaves over comes back as ids in `unserviced_requests` (batch-api; the
 * ServiceNow plugin of CDAP reads them as ids).
 */
export function batchApi(
  instance: Instance,
  request: ApiRequest,
  dispatch: (request: ApiRequest) => ApiAnswer,
): ApiAnswer {
  if (request.method !== 'POST') throw refusals.method();
  if (!instance.rights.of(request.user).batch) throw refusals.apiAcl();
  const body = readJsonBody(request);
  const items = Array.isArray(body['rest_requests']) ? body['rest_requests'].filter(isObject) : [];
  const serviced: unknown[] = [];
  const unserviced: string[] = [];
  const { batchItems, batchQuotaMs, itemMs } = instance.properties;
  const startedAt = instance.now();
  let simulated = 0;
  let over = false;
  for (const [at, item] of items.entries()) {
    const id = text(item['id']);
    const takes = itemMs(text(item['method']).toUpperCase(), text(item['url']));
    over ||= at >= batchItems || instance.now() - startedAt + simulated + takes > batchQuotaMs;
    if (over) unserviced.push(id);
    else {
      serviced.push({ id, ...service(instance, request, item, dispatch, takes) });
      simulated += takes;
    }
  }
  // A numeric id comes back as text (PySNC asserts it).
  return json(200, {
    batch_request_id: text(body['batch_request_id']),
    serviced_requests: serviced,
    unserviced_requests: unserviced,
  });
}

function service(
  instance: Instance,
  outer: ApiRequest,
  item: Readonly<Record<string, unknown>>,
  dispatch: (request: ApiRequest) => ApiAnswer,
  takes: number,
): Record<string, unknown> {
  const started = instance.now();
  const target = new URL(text(item['url']), 'http://batch.invalid');
  const answer = dispatch({
    method: text(item['method']).toUpperCase(),
    path: safeDecode(target.pathname),
    rawQuery: target.search.slice(1),
    query: target.searchParams,
    headers: itemHeaders(item['headers']),
    body: Buffer.from(text(item['body']), 'base64'),
    user: outer.user,
    byToken: outer.byToken,
  });
  const sent = bytesOf(answer.body);
  const headers =
    item['exclude_response_headers'] === true
      ? []
      : Object.entries(answer.headers).map(([name, value]) => ({ name, value }));
  return {
    body: sent.toString('base64'),
    status_code: answer.status,
    status_text: words[answer.status] ?? '',
    headers,
    execution_time: instance.now() - started + takes,
  };
}

function itemHeaders(given: unknown): Readonly<Record<string, string>> {
  const pairs = Array.isArray(given) ? given.filter(isObject) : [];
  return Object.fromEntries(pairs.map((pair) => [text(pair['name']).toLowerCase(), text(pair['value'])]));
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray % stands for itself: the path then simply names nothing.
    return path;
  }
}

function bytesOf(body: ApiAnswer['body']): Buffer {
  if (isContent(body)) return body.bytes();
  return body === null ? Buffer.alloc(0) : Buffer.from(body);
}
