import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { LiveEvent, Topic } from '../../schemas/events.ts';
import { type AnswerOf, get, type Given, type PathOf } from './client.ts';
import { listen } from './live.ts';

export interface Answered<T> {
  /** The latest good answer; stays while a newer one cannot be had. */
  readonly data: T | null;
  /** Why the latest attempt failed; null after a good one. */
  readonly problem: unknown;
  /** When `data` arrived. */
  readonly at: number | null;
  readonly reload: () => Promise<void>;
}

interface Options {
  /** Asked again when something of these topics happens. */
  readonly topics?: readonly Topic[];
  /** But not more often than this; default a second. */
  readonly settleMs?: number;
  readonly concerns?: (event: LiveEvent) => boolean;
  /** Asked again this often, whatever happens. */
  readonly everyMs?: number;
}

/** One GET of the API, kept fresh while someone may be looking. Null for `path` asks nothing. */
export function useAnswer<P extends PathOf<'GET'>>(
  path: P | null,
  given: Given<'GET', P> = {},
  { topics = [], settleMs = 1000, concerns, everyMs }: Options = {},
): Answered<AnswerOf<'GET', P>> {
  type Kept = Omit<Answered<AnswerOf<'GET', P>>, 'reload'> & { readonly key: string };
  const key = JSON.stringify([path, given.params, given.query]);
  const topicList = topics.join(',');
  const [kept, setKept] = useState<Kept>({ key, data: null, problem: null, at: null });
  const latest = useRef({ key, path, given, topics, concerns });
  latest.current = { key, path, given, topics, concerns };

  const reload = useCallback(async () => {
    const asked = latest.current;
    if (asked.path === null) return;
    const still = (): boolean => latest.current.key === asked.key;
    try {
      const data = await get(asked.path, asked.given);
      if (still()) setKept({ key: asked.key, data, problem: null, at: Date.now() });
    } catch (problem) {
      if (!still()) return;
      setKept((before) =>
        before.key === asked.key ? { ...before, problem } : { key: asked.key, data: null, problem, at: null },
      );
    }
  }, []);

  useEffect(() => {
    void reload();
  }, [key, reload]);

  useEffect(() => {
    if (topicList === '') return undefined;
    let timer: number | undefined;
    const stop = listen(latest.current.topics, (event) => {
      const concerned = event === null || (latest.current.concerns?.(event) ?? true);
      if (timer !== undefined || !concerned) return;
      timer = window.setTimeout(() => {
        timer = undefined;
        if (!document.hidden) void reload();
      }, settleMs);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [topicList, settleMs, reload]);

  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = window.setInterval(() => {
      if (!document.hidden) void reload();
    }, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, reload]);

  // A page that nobody looks at asks nothing, so that a forgotten one does not keep a session open.
  const keptFresh = topicList !== '' || everyMs !== undefined;
  useEffect(() => {
    if (!keptFresh) return undefined;
    const look = (): void => {
      if (!document.hidden) void reload();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [keptFresh, reload]);

  const current = kept.key === key ? kept : { data: null, problem: null, at: null };
  return { data: current.data, problem: current.problem, at: current.at, reload };
}
