import { refuse } from '../errors.ts';
import type { ApiError } from '../errors.ts';

/**
 * The multi-line text of a query error: the part of the query before the trouble, a caret, the place (recordings
 * `query-400-malformed-caret`, `query-400-invalid-type`, `composite-subrequest-400-invalid-type`).
 */
function pointing(soql: string, at: string, message: string): string {
  const escaped = at.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = soql.search(new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, 'i'));
  const offset = found < 0 ? Math.max(0, soql.toLowerCase().indexOf(at.toLowerCase())) : found;
  let start = 0;
  if (offset > 40) {
    const cut = soql.slice(offset - 40).search(/[\s,]/);
    start = offset - 40 + cut + 1;
  }
  return `\n${soql.slice(start, start + 80)}\n${' '.repeat(Math.max(0, offset - start))}^\nERROR at Row:1:Column:${offset + 1}\n${message}`;
}

/** `at` is the token that is in the way. At the very beginning there is no caret (recording `query-400-malformed`). */
export function unexpectedToken(soql: string, at: string): ApiError {
  const message = `unexpected token: '${at}'`;
  return malformed(soql.trim().startsWith(at) ? message : pointing(soql, at, message));
}

export function malformed(message: string): ApiError {
  return refuse(400, 'MALFORMED_QUERY', message);
}

export function noSuchObject(soql: string, name: string): ApiError {
  return refuse(
    400,
    'INVALID_TYPE',
    pointing(
      soql,
      name,
      `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
    ),
  );
}

export function noSuchColumn(soql: string, name: string, object: string): ApiError {
  return refuse(
    400,
    'INVALID_FIELD',
    pointing(
      soql,
      name,
      `No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
    ),
  );
}

export function noSuchRelationship(soql: string, name: string): ApiError {
  return refuse(
    400,
    'INVALID_FIELD',
    pointing(
      soql,
      name,
      `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    ),
  );
}

/** Any other complaint about a field of the query. */
export function badField(soql: string, name: string, message: string): ApiError {
  return refuse(400, 'INVALID_FIELD', pointing(soql, name, message));
}
