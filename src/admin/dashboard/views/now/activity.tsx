import { useEffect, useState } from 'preact/hooks';
import type { LiveEvent } from '../../../schemas/events.ts';
import { listen } from '../../api/live.ts';
import { formatRoute } from '../../route/route.ts';
import { TimeText } from '../../ui/time-text.tsx';

const kept = 12;
const quiet = new Set(['poll.page', 'poll.done', 'link.unchanged', 'batch.done', 'resync.page']);

/** What happens while one looks, the latest first. Polls are left out. */
export function ActivityCard() {
  const [events, setEvents] = useState<readonly LiveEvent[]>([]);
  useEffect(
    () =>
      listen([], (event) => {
        if (event === null || quiet.has(event.type) || (event.type === 'poll.done' && event.data['queued'] === 0))
          return;
        setEvents((before) => [event, ...before].slice(0, kept));
      }),
    [],
  );
  return (
    <section class="card">
      <h2>What happens</h2>
      {events.length === 0 ? (
        <p class="soft">Nothing since this page was opened. Polls are not shown.</p>
      ) : (
        <ol class="list activity">
          {events.map((event) => (
            <li key={event.id} class="fresh">
              <TimeText at={event.at} as="exact" />{' '}
              {event.linkId === null ? (
                <bdi>{event.text}</bdi>
              ) : (
                <a href={formatRoute(['links', event.linkId])}>
                  <bdi>{event.text}</bdi>
                </a>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
