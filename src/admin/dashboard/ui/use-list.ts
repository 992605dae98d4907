import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Topic } from '../../schemas/events.ts';
import type { AnswerOf } from '../api/client.ts';
import { listen } from '../api/live.ts';
import { getPage, type PagedPath, type RowOf } from '../api/paged.ts';

export interface ListState<T, First = unknown> {
  readonly items: readonly T[];
  readonly first: First | null;
  /** Where the rest begins; null at the end. */
  readonly next: string | null;
  readonly begun: boolean;
  readonly problem: unknown;
  readonly more: () => Promise<void>;
  /** Fetches as many as are shown anew, keeping what is on the page until then. */
  readonly reload: () => void;
}

interface Kept<P extends PagedPath> {
  readonly key: string;
  readonly items: readonly RowOf<P>[];
  readonly first: AnswerOf<'GET', P> | null;
  /** How many rows the first page had. */
  readonly pageSize: number;
  readonly next: string | null;
  readonly problem: unknown;
}

const settleMs = 1000;

/** A list of cards: a page at a time by a button, fresh when something of its topics happens. */
export function useList<P extends PagedPath>(
  path: P,
  query: Readonly<Record<string, unknown>>,
  topics: readonly Topic[],
): ListState<RowOf<P>, AnswerOf<'GET', P>> {
  const key = JSON.stringify([path, query]);
  const topicList = topics.join(',');
  const blank: Kept<P> = { key, items: [], first: null, pageSize: 0, next: null, problem: null };
  const [state, setState] = useState<Kept<P>>(blank);
  const kept = state.key === key ? state : blank;
  const latest = useRef({ key, path, query, kept, topics });
  latest.current = { key, path, query, kept, topics };

  const fetchPage = useCallback(async (after: string | null): Promise<void> => {
    const asked = latest.current;
    const keep = (change: (before: Kept<P>) => Kept<P>): void => {
      if (latest.current.key === asked.key) setState(change(latest.current.kept));
    };
    try {
      const page = await getPage(asked.path, asked.query, after);
      keep((before) => ({
        key: asked.key,
        items: after === null ? page.items : [...before.items, ...page.items],
        first: after === null ? page.answer : before.first,
        pageSize: after === null ? page.items.length : before.pageSize,
        next: page.next,
        problem: null,
      }));
    } catch (problem) {
      keep((before) => ({ ...before, problem }));
    }
  }, []);

  const reload = useCallback(() => void fetchPage(null), [fetchPage]);

  useEffect(() => reload(), [key, reload]);
  useEffect(() => {
    let timer: number | undefined;
    const stop = listen(latest.current.topics, () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        // Someone who has gone further down is not thrown back to the first page.
        if (latest.current.kept.items.length <= latest.current.kept.pageSize) reload();
      }, settleMs);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [topicList, reload]);

  const { items, first, next, problem } = kept;
  return {
    items,
    first,
    next,
    begun: first !== null,
    problem,
    more: () => (next === null ? Promise.resolve() : fetchPage(next)),
    reload,
  };
}
