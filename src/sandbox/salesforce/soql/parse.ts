import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { Query } from '@jetstreamapp/soql-parser-js';
import { malformed, unexpectedToken } from './query-errors.ts';

const parsed = new Map<string, Query>();

/** The query's tree. Throws MALFORMED_QUERY. */
export function parseSoql(soql: string): Query {
  const known = parsed.get(soql);
  if (known !== undefined) return known;
  // SOQL reference, "SOQL statement character limit".
  if (soql.length > 100_000) throw malformed('SOQL statements cannot be longer than 100,000 characters.');
  const query = parse(soql);
  if (parsed.size > 200) parsed.clear();
  parsed.set(soql, query);
  return query;
}

function parse(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const found = /found(?: -->|:) '([^']*)'/.exec(text)?.[1];
    if (found !== undefined && found !== '') throw unexpectedToken(soql, found);
    const character = /unexpected character: ->(.)<-/.exec(text)?.[1];
    if (character !== undefined) throw unexpectedToken(soql, character);
    throw malformed('unexpected token: <EOF>');
  }
}
