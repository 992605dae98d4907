import type { z } from 'zod';
import { nearest } from './nearest.ts';

/** One thing that is wrong with a mapping file. */
export interface ConfigProblem {
  /** `pairs[0].fields[2].limits.servicenow` */
  readonly where: string;
  /** What is wrong there, as a sentence without the place. */
  readonly what: string;
}

type Issue = z.core.$ZodIssue;

/** Names that a mapping file may use anywhere, to guess what a misspelt one was meant to be. */
const knownNames = [
  'pairs',
  'name',
  'servicenow',
  'salesforce',
  'table',
  'object',
  'fields',
  'conflict',
  'tieBreak',
  'sync',
  'from',
  'resolve',
  'closeCode',
  'closeNotes',
  'maxCreatesPerPoll',
  'kind',
  'limits',
  'classes',
  'others',
  'resolveClass',
  'locked',
  'optional',
  'writes',
  'when',
  'in',
  'by',
  'table',
  'otherwise',
  'brings',
  'map',
  'text',
  'limit',
  'on',
  'as',
  'zone',
  'decimals',
  'words',
  'value',
  'set',
  'toServiceNow',
  'toSalesforce',
  'transitions',
  'recordType',
  'match',
  'byNumber',
  'rules',
  'compare',
  'then',
  'near',
  'alike',
  'title',
  'caller',
  'withinHours',
  'likeness',
  'comments',
  'prefix',
  'timeZone',
  'channels',
  'internal',
  'public',
  'internal-becomes-public',
  'edited',
  'deleted',
  'published',
  'feed',
  'emails',
  'history',
];

/** Says an issue of the schema in plain words. `input` is the whole file's value. */
export function problemOf(issue: Issue, input: unknown): readonly ConfigProblem[] {
  const where = place(issue.path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key));
  return [{ where, what: sentence(issue, at(input, issue.path)) }];
}

function unknownKey(path: readonly PropertyKey[], key: string): ConfigProblem {
  const meant = nearest(key, knownNames);
  const hint = meant === null || meant === key ? 'does not belong here' : `is not known; did you mean \`${meant}\`?`;
  return { where: place([...path, key]), what: hint };
}

function sentence(issue: Issue, found: unknown): string {
  if (found === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${withArticle(issue.expected)}, not ${shown(found)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}, not ${shown(found)}`;
    case 'invalid_union':
      return issue.path.at(-1) === 'kind' ? unknownKind(found) : issue.message;
    default:
      return issue.message;
  }
}

/** Every kind of field there is. */
const kinds = [
  'text',
  'classes',
  'shown',
  'same',
  'person',
  'team',
  'choices',
  'template',
  'html',
  'date',
  'number',
  'boolean',
  'constant',
  'function',
];

function unknownKind(found: unknown): string {
  const meant = typeof found === 'string' ? nearest(found, kinds) : null;
  const hint = meant === null ? '' : `; did you mean \`${meant}\`?`;
  return `must be one of ${kinds.map((kind) => `\`${kind}\``).join(', ')}, not ${shown(found)}${hint}`;
}

function withArticle(type: string): string {
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' || typeof value === 'function') return withArticle(typeof value);
  if (typeof value === 'string') return `\`${value.slice(0, 60)}\``;
  return typeof value === 'number' || typeof value === 'boolean' ? `\`${value}\`` : withArticle(typeof value);
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }, input);
}

function place(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
