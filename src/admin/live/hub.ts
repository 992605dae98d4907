import type { LiveEvent, Topic } from '../schemas/events.ts';

export type NewEvent = Omit<LiveEvent, 'id' | 'at'>;

/** Someone who listens. Returns false to be dropped: it does not keep up. */
export type Listener = (event: LiveEvent) => boolean;

/** What happened lately, and who wants to hear what happens next. */
export interface Hub {
  publish(event: NewEvent): void;
  /**
   * What came after this id, oldest first; null where that cannot be told any more (another process, or too long ago).
   */
  since(id: string): readonly LiveEvent[] | null;
  listen(topics: readonly Topic[], listener: Listener): () => void;
  listeners(): number;
}

const kept = 2000;

/** `boot` names this process: ids of another one mean nothing here. */
export function createHub(boot: string, now: () => number): Hub {
  const ring: LiveEvent[] = [];
  const listeners = new Set<{ readonly topics: readonly Topic[]; readonly hear: Listener }>();
  let count = 0;

  return {
    publish: (event) => {
      count += 1;
      const numbered: LiveEvent = { id: `${boot}.${count}`, at: new Date(now()).toISOString(), ...event };
      ring.push(numbered);
      if (ring.length > kept) ring.shift();
      for (const listener of listeners) {
        const wanted = listener.topics.length === 0 || listener.topics.includes(event.topic);
        if (wanted && !listener.hear(numbered)) listeners.delete(listener);
      }
    },
    since: (id) => {
      const [from, text] = id.split('.');
      const number = Number(text);
      const oldest = count - ring.length;
      if (from !== boot || !Number.isInteger(number) || number < oldest || number > count) return null;
      return ring.slice(number - oldest);
    },
    listen: (topics, hear) => {
      const listener = { topics, hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    listeners: () => listeners.size,
  };
}
