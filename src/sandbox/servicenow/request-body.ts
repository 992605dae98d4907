import type { ApiRequest } from './api.ts';
import { refusals } from './refusal.ts';

/** The JSON object of a body; of a list only the first element (c_RESTAPI). No body and no type is an empty object: the live suite of PySNC creates empty records that way. */
export function readJsonBody(request: ApiRequest): Readonly<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (request.body.length === 0) return {};
  if (!type.startsWith('application/json') && !type.startsWith('text/json'))
    throw refusals.mediaType(type === '' ? 'application/octet-stream' : type);
  const value = parse(request.body);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) ? first : {};
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw refusals.unreadable(error instanceof Error ? error.message : 'not JSON');
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
