import { expect } from 'vitest';
import type { Answer, Body } from '../../sandbox/servicenow/client.ts';
import { asBody } from '../../sandbox/servicenow/client.ts';
import type { Recording } from './recordings.ts';

/** Headers of the real edge or of one connection that say nothing about the API. */
const passedOver = new Set([
  'set-cookie',
  'content-encoding',
  'transfer-encoding',
  'keep-alive',
  'connection',
  'x-edge-enc-proxy-static',
  'content-length',
]);

/** Headers whose value is of the moment: only their form is held to. */
const forms: Readonly<Record<string, RegExp>> = {
  date: /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  'x-transaction-id': /^[0-9a-f]{12}$/,
  'server-timing': /sem_wait;dur=\d+, sesh_wait;dur=\d+/,
};

/** Status and headers as recorded; those of the moment by their form, `except` not at all. */
export function sameHead(recording: Recording, answer: Answer, except: readonly string[] = []): void {
  expect(answer.status).toBe(recording.response.status ?? recording.response.status_inferred);
  for (const [name, value] of Object.entries(recording.response.headers)) {
    const key = name.toLowerCase();
    if (passedOver.has(key) || except.includes(key)) continue;
    const sent = answer.headers.get(key);
    expect(sent, `header ${name}`).not.toBeNull();
    const form = forms[key];
    if (form !== undefined) expect(sent).toMatch(form);
    else expect(sent?.toLowerCase().replaceAll(' ', ''), `header ${name}`).toBe(contentType(key, String(value)));
  }
}

// Fixtures of clients keep the bare type; the wire has the charset as well.
function contentType(key: string, value: string): string {
  const plain = value.toLowerCase().replaceAll(' ', '');
  return key === 'content-type' && plain === 'application/json' ? 'application/json;charset=utf-8' : plain;
}

/** The whole body equals the recorded one, the order of members aside. */
export function sameBody(recording: Recording, answer: Answer): void {
  expect(answer.body).toEqual(recording.response.body);
}

/**
 * The answered row has every member of the recorded one, each of the same form: text, or an object with the same members. An
 * empty reference is `''` and may stand for a filled one. `unless` names members of other releases, plug-ins or customers.
 */
export function sameRow(recorded: unknown, answered: unknown, unless: readonly string[] = []): void {
  const [expected, sent] = [asBody(recorded), asBody(answered)];
  const missing = Object.keys(expected).filter((name) => !(name in sent) && !unless.includes(name));
  expect(missing).toEqual([]);
  for (const [name, value] of Object.entries(expected)) {
    if (unless.includes(name) || value === '' || sent[name] === '') continue;
    expect(`${name}: ${formOf(sent[name])}`).toBe(`${name}: ${formOf(value)}`);
  }
}

/** The named members have the recorded values. */
export function sameValues(recorded: unknown, answered: unknown, names: readonly string[]): void {
  expect(pick(asBody(answered), names)).toEqual(pick(asBody(recorded), names));
}

/** `result` of a recorded or answered body; of a list, its first row. */
export function rowOf(body: unknown): Body {
  const { result } = asBody(body);
  return asBody(Array.isArray(result) ? result[0] : result);
}

export function rowsOf(body: unknown): readonly Body[] {
  const { result } = asBody(body);
  if (!Array.isArray(result)) throw new Error('not a list');
  return result.map(asBody);
}

function formOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object') return typeof value;
  return `{${Object.keys(value).sort().join()}}`;
}

function pick(value: Body, names: readonly string[]): Body {
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}

/** The `error` of a recorded body. */
export function asError(recording: Recording): Body {
  return asBody(asBody(recording.response.body)['error']);
}
