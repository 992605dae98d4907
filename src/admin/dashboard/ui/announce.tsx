import { useEffect, useState } from 'preact/hooks';

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

let last = 0;
const listeners = new Set<(notice: Notice) => void>();

/** Says in a corner of the page, and to screen readers, what came of something. */
export function announce(text: string, tone: 'good' | 'bad' = 'good'): void {
  last += 1;
  for (const listener of listeners) listener({ id: last, text, tone });
}

const shownMs = { good: 6000, bad: 15_000 };

/** Where announcements appear. Once per page. */
export function Announcements() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const drop = (id: number): void => setNotices((all) => all.filter((notice) => notice.id !== id));
  useEffect(() => {
    const add = (notice: Notice): void => {
      setNotices((all) => [...all.slice(-3), notice]);
      window.setTimeout(() => drop(notice.id), shownMs[notice.tone]);
    };
    listeners.add(add);
    return () => void listeners.delete(add);
  }, []);
  return (
    <div class="announcements" role="status" aria-live="polite">
      {notices.map((notice) => (
        <p key={notice.id} class={`notice ${notice.tone}`}>
          {notice.text}
          <button type="button" class="plain" aria-label="Dismiss" onClick={() => drop(notice.id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
