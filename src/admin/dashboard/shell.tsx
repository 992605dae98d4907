import { useEffect, useRef, useState } from 'preact/hooks';
import type { Role } from '../schemas/common.ts';
import type { SessionInfo } from '../schemas/session.ts';
import type { Status } from '../schemas/status.ts';
import { post } from './api/client.ts';
import { mayDo, StatusContext } from './api/session.ts';
import { useAnswer } from './api/use-answer.ts';
import { HelpDialog } from './help.tsx';
import { LiveBanner } from './live-banner.tsx';
import { formatRoute } from './route/route.ts';
import { useRoute } from './route/use-route.ts';
import { announce } from './ui/announce.tsx';
import { problemText } from './api/problem.ts';
import { listenForKeys } from './ui/keys.ts';
import { useTheme } from './ui/theme.ts';
import { formatNumber } from './ui/time.ts';
import { View } from './view.tsx';

interface Place {
  readonly path: string;
  readonly label: string;
  readonly least: Role;
  readonly count?: (status: Status) => number;
}

const places: readonly Place[] = [
  { path: 'now', label: 'Now', least: 'viewer', count: (status) => status.problems.length },
  { path: 'links', label: 'Links', least: 'viewer' },
  { path: 'conflicts', label: 'Conflicts', least: 'viewer', count: (status) => status.openConflicts },
  { path: 'quarantine', label: 'Quarantine', least: 'viewer', count: (status) => status.quarantined },
  { path: 'runs', label: 'Runs', least: 'viewer' },
  { path: 'mapping', label: 'Mapping', least: 'viewer' },
  { path: 'matches', label: 'Matches', least: 'viewer', count: (status) => status.openProposals },
  { path: 'people', label: 'People', least: 'viewer', count: (status) => status.unmatched },
  { path: 'audit', label: 'Audit', least: 'operator' },
  { path: 'tokens', label: 'Tokens', least: 'admin' },
];

const statusTopics = ['links', 'polls', 'conflicts', 'quarantine', 'sides', 'pairs', 'runs', 'database'] as const;

interface ShellProps {
  readonly session: SessionInfo;
  readonly onLogout: () => void;
}

/** What stands around every view: where one is, what waits, who one is. */
export function Shell({ session, onLogout }: ShellProps) {
  const route = useRoute();
  const here = route.path[0] ?? 'now';
  const status = useAnswer('/api/status', {}, { topics: statusTopics, settleMs: 2000, everyMs: 10_000 });
  const [helping, setHelping] = useState(false);
  const [theme, nextTheme] = useTheme();
  const main = useRef<HTMLElement>(null);
  const place = route.path.join('/');

  useEffect(() => listenForKeys(() => setHelping(true)), []);
  useEffect(() => {
    const label = places.find((one) => one.path === here)?.label ?? 'Casebridge';
    document.title = `${label} · Casebridge`;
    scrollTo(0, 0);
    // A view may have put the focus somewhere of its own.
    if (main.current?.contains(document.activeElement) !== true) main.current?.focus({ preventScroll: true });
  }, [place, here]);

  const logout = (): void => {
    post('/api/logout').then(onLogout, (error: unknown) => announce(problemText(error), 'bad'));
  };

  return (
    <StatusContext.Provider value={status.data}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The fragment is the route, so the browser's own jump would leave the view.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <div class="shell">
        <header class="side">
          <div class="brand">Casebridge</div>
          <nav aria-label="Views">
            <ul>
              {places
                .filter((one) => mayDo(session.role, one.least))
                .map((one) => (
                  <li key={one.path}>
                    <a href={formatRoute([one.path])} aria-current={here === one.path ? 'page' : undefined}>
                      {one.label}
                      <Count of={status.data === null ? 0 : (one.count?.(status.data) ?? 0)} />
                    </a>
                  </li>
                ))}
            </ul>
          </nav>
          <div class="side-foot">
            <span class="soft">
              {session.name} · {session.role}
            </span>
            <span class="actions">
              <button type="button" onClick={nextTheme} aria-label={`Colours: ${theme}. Change`}>
                <span class={`theme ${theme}`} aria-hidden="true" />
                {theme}
              </button>
              <button type="button" onClick={() => setHelping(true)} aria-label="Keys and help">
                ?
              </button>
              {session.via === 'session' && (
                <button type="button" onClick={logout}>
                  Log out
                </button>
              )}
            </span>
          </div>
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <LiveBanner status={status} />
          <View route={route} />
        </main>
      </div>
      {helping && <HelpDialog onClose={() => setHelping(false)} />}
    </StatusContext.Provider>
  );
}

function Count({ of }: { readonly of: number }) {
  if (of === 0) return null;
  return (
    <span class="count">
      {of > 999 ? '999+' : formatNumber(of)}
      <span class="unseen"> waiting</span>
    </span>
  );
}
