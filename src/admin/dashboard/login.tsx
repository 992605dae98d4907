import { useState } from 'preact/hooks';
import type { SessionInfo } from '../schemas/session.ts';
import { post } from './api/client.ts';
import { ApiProblem, problemText } from './api/problem.ts';
import { Dialog } from './ui/dialog.tsx';

interface LoginProps {
  readonly onLogin: (session: SessionInfo) => void;
}

function LoginForm({ onLogin }: LoginProps) {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const login = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      onLogin(await post('/api/login', { body: { token: token.trim() } }));
    } catch (error) {
      const wrong = error instanceof ApiProblem && error.status === 401;
      setProblem(wrong ? (error.body?.detail ?? 'This token is not known, or it was revoked.') : problemText(error));
      setBusy(false);
    }
  };
  return (
    <form
      class="said"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && token.trim() !== '') void login();
      }}
    >
      <label class="stacked">
        Token
        <input
          type="password"
          name="token"
          autocomplete="current-password"
          required
          autofocus
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="main" aria-disabled={busy}>
          {busy ? 'Logging in …' : 'Log in'}
        </button>
      </div>
      <p class="soft">
        The admin’s token is <code>CASEBRIDGE_ADMIN_TOKEN</code>, or in the file <code>admin-token</code> of the data
        folder. <code>casebridge tokens add</code> makes others.
      </p>
    </form>
  );
}

export function LoginPage({ problem, onLogin }: LoginProps & { readonly problem: string | null }) {
  return (
    <main class="login" id="main">
      <div class="card">
        <h1>Casebridge</h1>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <LoginForm onLogin={onLogin} />
      </div>
    </main>
  );
}

/** Asks for the token before an act that wants a recent login. */
export function AgainDialog({ onLogin, onCancel }: LoginProps & { readonly onCancel: () => void }) {
  return (
    <Dialog title="Give your token again" onClose={onCancel}>
      <p>This cannot be taken back easily, and your login is more than a quarter of an hour ago.</p>
      <LoginForm onLogin={onLogin} />
      <div class="actions">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

/** Lies over a page whose session has ended, so that nothing typed on it is lost. */
export function LoginDialog({ onLogin }: LoginProps) {
  return (
    <Dialog title="Your session has ended" onClose="stay">
      <p>Log in again to go on. The page behind this is as you left it.</p>
      <LoginForm onLogin={onLogin} />
    </Dialog>
  );
}
