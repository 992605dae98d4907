import type { Problem } from '../../schemas/common.ts';

/** What the server did not do and why, or why there is no answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  /** The server's own words; null when it had none. */
  readonly body: Partial<Problem> | null;

  constructor(status: number, body: Partial<Problem> | null) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

const words: Readonly<Record<number, string>> = {
  0: 'Casebridge cannot be reached. Is it running?',
  401: 'You are logged out. Log in again; what you typed is still here.',
  403: 'Your role does not allow this.',
  404: 'It is not there any more: someone else removed or settled it.',
  409: 'Someone else was quicker.',
  429: 'Too many requests. Wait a moment, then try again.',
  503: 'Casebridge cannot do this now: its database or a side is away.',
};

/** Any error in a sentence for the page. The server's sentence goes first, since it knows more. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0 || error.status === 401) return words[error.status] ?? '';
  const issues = (error.body?.issues ?? []).map((issue) => `${issue.where}: ${issue.what}`).join('; ');
  const said = error.body?.detail ?? words[error.status] ?? `The server answered ${error.status}.`;
  return issues === '' || said.includes(issues) ? said : `${said} ${issues}`;
}
