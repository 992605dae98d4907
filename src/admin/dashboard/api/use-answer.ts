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
  /** Asked again when something of these topics happens, at most once a second. */
  readonly topics?: readonly Topic[];
  readonly concerns?: (event: LiveEvent) => boolean;
  /** Asked again this often, whatever happens. */
  readonly everyMs?: number;
}

const settleMs = 1000;

/** One GET of the API, kept fresh. Null for `path` asks nothing. */
export function useAnswer<P extends PathOf<'GET'>>(
  path: P | null,
  given: Given<'GET', P> = {},
  { topics = [], concerns, everyMs }: Options = {},
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
        void reload();
      }, settleMs);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [topicList, reload]);

  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = window.setInterval(() => void reload(), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, reload]);

  const current = kept.key === key ? kept : { data: null, problem: null, at: null };
  return { data: current.data, problem: current.problem, at: current.at, reload };
}
