import { useEffect, useState } from 'preact/hooks';
import type { Status } from '../schemas/status.ts';
import { type LiveState, watchLive } from './api/live.ts';
import { problemText } from './api/problem.ts';
import type { Answered } from './api/use-answer.ts';
import { ago, localTime } from './ui/time.ts';
import { useNow } from './ui/use-now.ts';

const staleAfterMs = 30_000;

/** Says when what is shown may not be true any more: the live line is down, or nothing came for a while. */
export function LiveBanner({ status }: { readonly status: Answered<Status> }) {
  const [live, setLive] = useState<LiveState>({ kind: 'connecting' });
  const now = useNow();
  useEffect(() => watchLive(setLive), []);

  const old = status.at !== null && now - status.at > staleAfterMs;
  if (live.kind !== 'lost' && status.problem === null && !old) return null;
  const since = status.at ?? (live.kind === 'lost' ? live.since : now);
  return (
    <div class="banner bad" role="status">
      <span>
        <strong>Stale since {localTime(since, now)}</strong> ({ago(since, now)}).{' '}
        {status.problem === null ? 'The live line is down; it is opened again by itself.' : problemText(status.problem)}
      </span>
      <button type="button" onClick={() => void status.reload()}>
        Try now
      </button>
    </div>
  );
}
