import { z } from 'zod';
import { ConnectorError, type ConnectorErrorData, type ConnectorErrorKind, type Executed } from '../errors.ts';
import type { HttpAnswer, TransportError } from '../http.ts';

/** What was asked, for deciding what its failure means. */
export interface Asked {
  /** `PATCH /api/now/table/incident/…`, without the query. */
  readonly request: string;
  /** A read that fails has changed nothing; a write may have. */
  readonly effect: 'read' | 'write';
  /** Milliseconds since the epoch: what X-RateLimit-Reset is reckoned from when the answer carries no date. */
  readonly nowMs: number;
}

/** Member order varies and `detail` may be null, `""` or text. */
const errorBody = z.looseObject({
  error: z.looseObject({ message: z.string().nullish(), detail: z.string().nullish() }),
});

/**
 * The parsed body of a success, or a ConnectorError. A success is 2xx *with* JSON that holds no `error`: a cancelled query ends
 * as 200 with both members, or with JSON that stops midway; a sleeping instance answers 200 with a page.
 */
export function readAnswer(answer: HttpAnswer, asked: Asked): unknown {
  if (answer.status === 202) throw failure('Unavailable', answer, asked, { executed: 'no', cause: 'dropped' });
  if (answer.status >= 300 && answer.status < 400) throw failure('Unavailable', answer, asked, { cause: 'redirected' });
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, asked);
  // A deletion has nothing to say (attachment-delete-doc).
  if (answer.status === 204) return null;
  if (answer.text.trim() === '') throw failure('Unavailable', answer, asked, { cause: 'empty-answer' });
  const page = htmlTitle(answer);
  if (page !== null) throw pageInstead(page, answer, asked);
  const body = parseJson(answer.text);
  if (body === undefined || errorBody.safeParse(body).success) {
    const said = /"message"\s*:\s*"([^"]*)"/.exec(answer.text)?.[1];
    const cause = /Transaction cancelled/i.test(answer.text) ? 'transaction-cancelled' : 'broken-answer';
    throw failure('Unavailable', answer, asked, { cause, ...(said === undefined ? {} : { answer: shorten(said) }) });
  }
  return body;
}

/** No whole answer came. */
export function noAnswer(error: TransportError, asked: Asked): ConnectorError {
  const executed = asked.effect === 'read' ? 'no' : error.executed;
  const data = {
    side: 'servicenow',
    executed,
    cause: error.reason,
    answer: error.code,
    request: asked.request,
  } as const;
  return new ConnectorError('Unavailable', data, { cause: error });
}

/** The answer has a shape that no documentation and no recording shows. */
export function unexpected(asked: Omit<Asked, 'nowMs'>, cause: string, answer?: string): ConnectorError {
  return new ConnectorError('Unavailable', {
    side: 'servicenow',
    executed: asked.effect === 'read' ? 'no' : 'maybe',
    request: asked.request,
    cause,
    ...(answer === undefined ? {} : { answer }),
  });
}

function refusal(answer: HttpAnswer, asked: Asked): ConnectorError {
  const said = errorBody.safeParse(parseJson(answer.text));
  const message = said.success ? (said.data.error.message ?? '') : (htmlTitle(answer) ?? '');
  const detail = said.success ? (said.data.error.detail ?? '') : '';
  const words = shorten([message, detail].filter((part) => part !== '').join(': '));
  const data = words === '' ? {} : { answer: words };
  switch (answer.status) {
    case 401:
      return failure('Unauthorized', answer, asked, { executed: 'no', cause: 'token-refused', ...data });
    case 403:
      return forbidden(message, detail, answer, asked, data);
    case 404:
      return failure('NotFound', answer, asked, { executed: 'no', ...data });
    case 400:
      return message.startsWith('Invalid table')
        ? failure('NotFound', answer, asked, { executed: 'no', cause: 'unknown-table', ...data })
        : failure('Rejected', answer, asked, { executed: 'no', cause: unreadTrouble(detail), ...data });
    case 414:
      return failure('Rejected', answer, asked, { executed: 'no', cause: 'url-too-long', ...data });
    case 429:
      return failure('RateLimited', answer, asked, {
        executed: 'no',
        cause: 'rate-limit',
        ...(askedToWait(answer, asked) ?? untilReset(answer, asked)),
        ...data,
      });
    default:
      return answer.status >= 400 && answer.status < 500
        ? failure('Rejected', answer, asked, { executed: 'no', cause: 'bad-request', ...data })
        : failure('Unavailable', answer, asked, {
            cause: serverTrouble(answer, words),
            ...askedToWait(answer, asked),
            ...data,
          });
  }
}

/**
 * Every refusal is 403; only its detail tells them apart. A record's own refusals park that record; a missing right for the whole
 * interface is the side's.
 */
function forbidden(
  message: string,
  detail: string,
  answer: HttpAnswer,
  asked: Asked,
  data: { answer?: string },
): ConnectorError {
  if (detail.startsWith('Data Policy Exception')) {
    return failure('Rejected', answer, asked, { executed: 'no', cause: 'validation', ...mandatory(detail), ...data });
  }
  if (/aborted by Business Rule/.test(detail)) {
    return failure('Rejected', answer, asked, { executed: 'no', cause: 'business-rule', ...data });
  }
  if (detail.startsWith('ACL Exception')) {
    return failure('Rejected', answer, asked, { executed: 'no', cause: 'no-rights', ...data });
  }
  if (message.startsWith('Operation Failed')) {
    // What a second insert of one sys_id says is not documented: the caller of a create looks before it believes this.
    return failure('Rejected', answer, asked, { executed: 'no', cause: 'refused', ...data });
  }
  return failure('Unauthorized', answer, asked, { executed: 'no', cause: interfaceTrouble(detail), ...data });
}

/** The whole interface is shut: by the OAuth entry (error-403-oauth-client-securely-scoped-rec), by an API's ACL (error-403-api-acl-rec). */
function interfaceTrouble(detail: string): string {
  if (detail.startsWith('Access to unscoped api')) return 'unscoped-client';
  return detail.startsWith('Failed API level ACL') ? 'api-acl' : 'no-rights';
}

/** error-400-payload-too-large-kb0747638-rec */
function unreadTrouble(detail: string): string {
  return detail.startsWith('Rejected large REST payload') ? 'too-large' : 'bad-request';
}

/** Labels in the caller's language, not column names: that is all the answer has. */
function mandatory(detail: string): { fields?: readonly string[] } {
  const labels = /fields are mandatory:\s*(.+)$/s.exec(detail)?.[1];
  return labels === undefined ? {} : { fields: labels.split(',').map((label) => label.trim()) };
}

function serverTrouble(answer: HttpAnswer, words: string): string {
  if (/Transaction cancelled/i.test(words)) return 'transaction-cancelled';
  return htmlTitle(answer) === null ? 'server-error' : 'html-page';
}

function pageInstead(title: string, answer: HttpAnswer, asked: Asked): ConnectorError {
  // A sleeping instance runs nothing; of any other page we can't tell.
  return /hibernat/i.test(title)
    ? failure('Unavailable', answer, asked, { executed: 'no', cause: 'hibernating', answer: title })
    : failure('Unavailable', answer, asked, { cause: 'html-page', ...(title === '' ? {} : { answer: title }) });
}

function failure(
  kind: ConnectorErrorKind,
  answer: HttpAnswer,
  asked: Asked,
  rest: Partial<ConnectorErrorData>,
): ConnectorError {
  // A 500 on an insert has been seen to commit (error-500-insert-committed-rec); what stands at an edge can't tell either.
  const executed: Executed = asked.effect === 'read' ? 'no' : 'maybe';
  return new ConnectorError(kind, {
    side: 'servicenow',
    executed,
    status: answer.status,
    request: asked.request,
    ...rest,
  });
}

/** Retry-After in seconds or as a date. It does not come with the refusals of a full semaphore queue (KB0546297). */
function askedToWait(answer: HttpAnswer, asked: Asked): { retryAfterMs: number } | null {
  const asks = answer.headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(asks)) return wait(Number(asks) * 1000);
  return Number.isNaN(Date.parse(asks)) ? null : wait(Date.parse(asks) - serverNow(answer, asked));
}

/**
 * X-RateLimit-Reset (UNIX seconds, by the server's clock): in every answer to what a rule applies to (error-429-rate-limit-doc), so that
 * it says nothing where the limit was not the matter.
 */
function untilReset(answer: HttpAnswer, asked: Asked): { retryAfterMs?: number } {
  const reset = answer.headers['x-ratelimit-reset']?.trim() ?? '';
  return /^\d+$/.test(reset) ? wait(Number(reset) * 1000 - serverNow(answer, asked)) : {};
}

function serverNow(answer: HttpAnswer, asked: Asked): number {
  const now = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(now) ? asked.nowMs : now;
}

const longestWaitMs = 24 * 60 * 60 * 1000;

function wait(ms: number): { retryAfterMs: number } {
  return { retryAfterMs: Math.min(Math.max(ms, 0), longestWaitMs) };
}

/** A title stands at the front; looking for it in megabytes of anything would take minutes. */
const longestLookedAt = 16 * 1024;

/** The title of a page that came where JSON belongs; null if it is no page. */
function htmlTitle(answer: HttpAnswer): string | null {
  const isPage = /html/i.test(answer.headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(answer.text);
  if (!isPage) return null;
  return shorten(/<title[^>]*>([^<]*)</i.exec(answer.text.slice(0, longestLookedAt))?.[1] ?? '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.slice(0, longestLookedAt).replaceAll(/\s+/g, ' ').trim().slice(0, 500);
}
