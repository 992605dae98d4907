import { evaluateScript } from './gs-scripts.ts';
import type { ScriptContext } from './gs-scripts.ts';

export interface Term {
  readonly field: string;
  readonly operator: string;
  /** Values to compare with, `javascript:` already evaluated. */
  readonly values: readonly string[];
}

/** All clauses of one group must hold; of a clause, any term. */
export interface Group {
  readonly clauses: readonly (readonly Term[])[];
}

export interface Ordering {
  readonly field: string;
  readonly descending: boolean;
}

export interface Query {
  /** Any of them; none means every row. */
  readonly groups: readonly Group[];
  readonly orderings: readonly Ordering[];
  /** Terms the instance ignored. */
  readonly dropped: readonly string[];
}

export interface QueryContext extends ScriptContext {
  /** False for anything that is not a column of the table, or a walk along references from it. */
  hasField(field: string): boolean;
}

// Longest first: `NOT IN` before `IN`, `>=` before `>`.
const operators = [
  'DOES NOT CONTAIN',
  'ISNOTEMPTY',
  'EMPTYSTRING',
  'STARTSWITH',
  'INSTANCEOF',
  'RELATIVEGT',
  'RELATIVELT',
  'RELATIVEGE',
  'RELATIVELE',
  'RELATIVEEE',
  'NOT LIKE',
  'CONTAINS',
  'ENDSWITH',
  'ANYTHING',
  'ISEMPTY',
  'BETWEEN',
  'NSAMEAS',
  'SAMEAS',
  'NOT IN',
  'NOTON',
  'LIKE',
  'IN',
  'ON',
  '!=',
  '>=',
  '<=',
  '!*',
  '=',
  '>',
  '<',
  '*',
  '%',
] as const;
const termPattern = new RegExp(
  `^([a-z0-9_]+(?:\\.[a-z0-9_]+)*) ?(${operators.map((op) => op.replaceAll('*', '\\*')).join('|')})([\\s\\S]*)$`,
);
const valueless = new Set(['ISEMPTY', 'ISNOTEMPTY', 'EMPTYSTRING', 'ANYTHING']);

/**
 * Reads a `sysparm_query`. `^OR` binds to the term before it, `^NQ` opens a new group (measured by the servicenow-cli project);
 * whatever is not understood is dropped in silence, so that the rest, or every row, is answered (recorded:
 * query-unknown-field-returns-all-rec, query-garbage-returns-all-rec, query-label-instead-of-column-rec).
 */
export function parseQuery(text: string, context: QueryContext): Query {
  const groups: Term[][][] = [[]];
  const orderings: Ordering[] = [];
  const dropped: string[] = [];
  // True once the clause an ^OR would join was itself dropped: the alternative then stands alone.
  let joinable = false;
  for (const part of splitTerms(text)) {
    if (part === '' || part === 'EQ') continue;
    const order = /^ORDERBY(DESC)?(.+)$/.exec(part);
    if (order !== null) {
      const field = order[2] ?? '';
      if (context.hasField(field)) orderings.push({ field, descending: order[1] !== undefined });
      else dropped.push(part);
      continue;
    }
    const opensGroup = part.startsWith('NQ');
    if (opensGroup) {
      groups.push([]);
      joinable = false;
    }
    const alternative = !opensGroup && part.startsWith('OR');
    const term = readTerm(opensGroup || alternative ? part.slice(2) : part, context);
    if (term === null) {
      if (!opensGroup || part.length > 2) dropped.push(part);
      if (!alternative) joinable = false;
      continue;
    }
    const group = groups.at(-1) ?? [];
    const clause = group.at(-1);
    if (alternative && joinable && clause !== undefined) clause.push(term);
    else group.push([term]);
    joinable = true;
  }
  return { groups: groups.map((clauses) => ({ clauses })), orderings, dropped };
}

/** Splits at `^`; a doubled one stands for itself (GlideStringUtil.escapeQueryTermSeparator). */
function splitTerms(text: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '^') part += text[at];
    else if (text[at + 1] === '^') {
      part += '^';
      at += 1;
    } else {
      parts.push(part);
      part = '';
    }
  }
  return [...parts, part];
}

function readTerm(text: string, context: QueryContext): Term | null {
  const match = termPattern.exec(text);
  if (match === null) return null;
  const [, field = '', operator = '', raw = ''] = match;
  if (!context.hasField(field)) return null;
  if (valueless.has(operator)) return { field, operator, values: [] };
  const values = splitValues(operator, raw).map((value) => {
    if (!value.startsWith('javascript:')) return value;
    return evaluateScript(value.slice('javascript:'.length), context);
  });
  if (values.some((value) => value === null)) return null;
  if (operator.startsWith('RELATIVE')) return relativeTerm(field, operator, raw, context);
  return { field, operator, values: values.filter((value) => value !== null) };
}

function splitValues(operator: string, raw: string): readonly string[] {
  if (operator === 'IN' || operator === 'NOT IN') return raw.split(',');
  if (operator === 'BETWEEN') return raw.split('@');
  // ONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()
  if (operator === 'ON' || operator === 'NOTON') return raw.split('@').slice(1);
  return [raw];
}

/** `RELATIVEGT@hour@ago@1` as a plain comparison. */
function relativeTerm(field: string, operator: string, raw: string, context: QueryContext): Term | null {
  const [, unit = '', direction, count = ''] = raw.split('@');
  const length = { minute: 60_000, hour: 3_600_000, dayofweek: 86_400_000, day: 86_400_000, week: 604_800_000 }[unit];
  if (length === undefined || !/^\d+$/.test(count)) return null;
  const ms = context.nowMs + (direction === 'ago' ? -1 : 1) * Number(count) * length;
  const plain = { GT: '>', LT: '<', GE: '>=', LE: '<=', EE: '=' }[operator.slice('RELATIVE'.length)];
  if (plain === undefined) return null;
  return { field, operator: plain, values: [new Date(ms).toISOString().slice(0, 19).replace('T', ' ')] };
}
