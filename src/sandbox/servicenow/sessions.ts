/** Requests that wait behind one another before the instance gives up on the next (ServiceNow community ba-p/2289402). */
const mostWaiting = 10;

interface Session {
  running: Promise<unknown>;
  waiting: number;
}

/**
 * Requests with one session cookie run one after another; with more than ten waiting, the next is thrown away: its answer is
 * 202 without a body. Clients without cookies get a session of their own each time.
 */
export class SessionQueue {
  readonly #sessions = new Map<string, Session>();

  /** Runs `work` in its turn; null where the request was thrown away. */
  async run<T>(cookie: string | null, work: () => Promise<T>): Promise<T | null> {
    if (cookie === null) return work();
    const session = this.#sessions.get(cookie) ?? { running: Promise.resolve(), waiting: 0 };
    this.#sessions.set(cookie, session);
    if (session.waiting > mostWaiting) return null;
    session.waiting += 1;
    const turn = session.running.then(work);
    session.running = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      session.waiting -= 1;
    }
  }
}

/** The cookie that binds a request to a session. */
export function sessionCookie(header: string | undefined): string | null {
  return /(?:^|;\s*)JSESSIONID=([^;]+)/.exec(header ?? '')?.[1] ?? null;
}

/** What every API answer sets (table-list-incident-headers-rec); `Secure` is left out, as this server has no TLS. */
export function sessionCookies(sent: string | undefined, newId: () => string): readonly string[] {
  const gone = 'Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/; HttpOnly';
  const deletions = [`glide_user=; ${gone}`, `glide_user_session=; ${gone}`];
  if (sessionCookie(sent) !== null) return deletions;
  return [
    `JSESSIONID=${newId().toUpperCase()}; Path=/; HttpOnly`,
    ...deletions,
    `glide_user_route=glide.${newId()}; Max-Age=2147483647; Path=/; HttpOnly`,
    `glide_session_store=${newId().toUpperCase()}; Max-Age=1800; Path=/; HttpOnly`,
    `BIGipServerpool_sandbox=${newId()}; path=/; Httponly`,
  ];
}
