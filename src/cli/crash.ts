import { plainJson, visible } from '../observability/words.ts';
import { hideSecrets, type Place, stackOf } from './hide.ts';
import { reportError } from './report-error.ts';

/**
 * The last words about an error that nobody expected, on standard error: for people on a terminal, one line of JSON elsewhere. Node
 * would print the error with all it holds, requests and their headers among it.
 */
export function lastWords(
  error: unknown,
  options: Place & { readonly terminal: boolean; readonly now: number },
): string {
  const text = hideSecrets(options, reportError(error).text);
  const stack = stackOf(options, error);
  const format = options.env['LOG_FORMAT'] ?? (options.terminal ? 'pretty' : 'json');
  if (format === 'pretty') return `${visible(`${text}\n${stack}`)}\n`;
  return `${plainJson({ time: new Date(options.now).toISOString(), level: 'error', msg: 'crashed', text, stack })}\n`;
}
