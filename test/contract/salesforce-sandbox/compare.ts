import { expect } from 'vitest';
import type { Answer } from '../../sandbox/salesforce/bench.ts';
import type { Recording } from './recordings.ts';

/** A value with what differs between orgs and days replaced: ids, dates, hosts, versions. */
export function normal(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null';
  const normalised = text
    .replace(/https?:\/\/[^/"?]+/g, '<host>')
    .replace(/\bv(\d+|XX|xx)\.[0X]\b/g, 'v')
    .replace(/"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000|<datetime>)"/g, '"<dateTime>"')
    .replace(/(?<![\w.])[0-9a][0-9A-Za-z]{2}(?:[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?|\.{2,3})(?![\w.])/g, '<id>');
  const parsed: unknown = JSON.parse(normalised);
  return parsed;
}

/** Same keys all the way down and values of the same kind; null stands for any value, and a list for its first elements. */
export function expectShape(actual: unknown, expected: unknown, path = '$'): void {
  if (actual === null || expected === null) return;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    expected.slice(0, actual.length).forEach((each, index) => expectShape(actual[index], each, `${path}[${index}]`));
    return;
  }
  expect(typeof actual, path).toBe(typeof expected);
  if (typeof expected === 'object' && typeof actual === 'object') {
    const had = new Map<string, unknown>(Object.entries(actual));
    expect([...had.keys()].toSorted(), path).toEqual(Object.keys(expected).toSorted());
    for (const [key, each] of Object.entries(expected)) expectShape(had.get(key), each, `${path}.${key}`);
    return;
  }
  const isDate = (text: unknown): boolean =>
    typeof text === 'string' && /^(\d{4}-\d\d-\d\dT.*\+0000|<datetime>)$/.test(text);
  expect(isDate(actual), path).toBe(isDate(expected));
}

const exact = [
  'cache-control',
  'strict-transport-security',
  'www-authenticate',
  'expires',
  'server',
  'x-sfdc-edge-cache',
];

/** Status, and the headers that clients look at. */
export function expectHead(answer: Answer, recording: Recording): void {
  const { status, headers } = recording.response;
  if (status !== null) expect(answer.status).toBe(status);
  for (const name of exact) if (headers[name] !== undefined) expect(answer.headers.get(name), name).toBe(headers[name]);
  if (headers['content-type'] !== undefined) {
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(headers['content-type'].split(';')[0]);
  }
  if (headers['sforce-limit-info'] !== undefined) {
    expect(answer.headers.get('sforce-limit-info')).toMatch(/^api-usage=\d+\/\d+$/);
  } else if (headers['cache-control'] !== undefined) {
    expect(answer.headers.get('sforce-limit-info')).toBeNull();
  }
  if (headers['location'] !== undefined)
    expect(normal(answer.headers.get('location'))).toEqual(normal(headers['location']));
  for (const name of ['etag', 'last-modified']) {
    if (headers[name] !== undefined) expect(answer.headers.get(name), name).not.toBeNull();
    else if (headers['cache-control'] !== undefined) expect(answer.headers.get(name), name).toBeNull();
  }
}

/** The answer as recorded, but for ids, dates, hosts and versions. */
export function expectSame(answer: Answer, recording: Recording): void {
  expectHead(answer, recording);
  expect(normal(answer.body)).toEqual(normal(recording.response.body));
}

/** The answer's form as recorded: its values are of another org. */
export function expectAlike(answer: Answer, recording: Recording): void {
  expectHead(answer, recording);
  expectShape(answer.body, recording.response.body);
}
