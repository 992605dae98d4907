import type { Problem } from './schemas/common.ts';

/** An answer that is not what was asked for (RFC 9457). `detail` is one sentence: what is wrong, where, and what to do. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly more: Partial<Problem>;

  constructor(status: number, detail: string, more: Partial<Problem> = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Not JSON',
  421: 'Wrong host',
  429: 'Too many tries',
  502: 'A desk did not answer',
  503: 'Not available',
};

export function problemBody({ status, message, more }: ApiProblem): Problem {
  return { type: 'about:blank', title: titles[status] ?? 'Something went wrong', status, detail: message, ...more };
}
