import { useEffect, useState } from 'preact/hooks';
import type { SessionInfo } from '../schemas/session.ts';
import { get, onAskedAgain, onLoggedOut, setCsrf } from './api/client.ts';
import { connect, disconnect } from './api/live.ts';
import { ApiProblem, problemText } from './api/problem.ts';
import { SessionContext } from './api/session.ts';
import { AgainDialog, LoginDialog, LoginPage } from './login.tsx';
import { Shell } from './shell.tsx';
import { Announcements } from './ui/announce.tsx';

type Entry =
  | { readonly kind: 'asking' }
  | { readonly kind: 'out'; readonly problem: string | null }
  /** `ended`: the session ran out while the page was open. The page stays, with what was typed; a login lies over it. */
  | { readonly kind: 'in'; readonly session: SessionInfo; readonly ended: boolean };

/** Who is at the page decides what is on it. */
export function App() {
  const [entry, setEntry] = useState<Entry>({ kind: 'asking' });
  const [again, setAgain] = useState<PromiseWithResolvers<void> | null>(null);

  const enter = (session: SessionInfo): void => {
    setCsrf(session.csrf);
    setEntry({ kind: 'in', session, ended: false });
    connect();
  };
  const leave = (): void => {
    setCsrf(null);
    disconnect();
    setEntry({ kind: 'out', problem: null });
  };

  useEffect(() => {
    get('/api/session').then(enter, (error: unknown) => {
      const out = error instanceof ApiProblem && error.status === 401;
      setEntry({ kind: 'out', problem: out ? null : problemText(error) });
    });
    const stopAsking = onAskedAgain(() => {
      const answer = Promise.withResolvers<void>();
      setAgain(answer);
      return answer.promise.finally(() => setAgain(null));
    });
    const stop = onLoggedOut(() => setEntry((now) => (now.kind === 'in' ? { ...now, ended: true } : now)));
    return () => {
      stop();
      stopAsking();
    };
  }, []);

  return (
    <>
      {entry.kind === 'out' && <LoginPage problem={entry.problem} onLogin={enter} />}
      {entry.kind === 'in' && (
        <SessionContext.Provider value={entry.session}>
          <Shell session={entry.session} onLogout={leave} />
          {entry.ended && <LoginDialog onLogin={enter} />}
          {again !== null && !entry.ended && (
            <AgainDialog
              onLogin={(session) => {
                enter(session);
                again.resolve();
              }}
              onCancel={() => again.reject(new Error('no token was given'))}
            />
          )}
        </SessionContext.Provider>
      )}
      <Announcements />
    </>
  );
}
