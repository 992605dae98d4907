import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerOf } from '../api/client.ts';
import { getPage, type PagedPath, type RowOf } from '../api/paged.ts';
import { countRows, emptyTable, missing, type PageTable, placeOf, withPage } from './pages.ts';

export interface Pages<T, First = unknown> {
  /** Rows known so far. */
  readonly count: number;
  /** True if there may be more behind them. */
  readonly more: boolean;
  readonly begun: boolean;
  /** The first page with what it says beside its rows. */
  readonly first: First | null;
  readonly problem: unknown;
  readonly row: (at: number) => T | null;
  /** Fetches what is missing of these rows. */
  readonly need: (first: number, last: number) => void;
  readonly reload: () => void;
}

interface Kept<P extends PagedPath> {
  readonly key: string;
  readonly table: PageTable<RowOf<P>>;
  readonly first: AnswerOf<'GET', P> | null;
  readonly problem: unknown;
}

/** A list read page by page as someone scrolls; memory stays bounded however far that is. */
export function usePages<P extends PagedPath>(
  path: P,
  query: Readonly<Record<string, unknown>>,
): Pages<RowOf<P>, AnswerOf<'GET', P>> {
  const key = JSON.stringify([path, query]);
  const blank: Kept<P> = { key, table: emptyTable, first: null, problem: null };
  const [state, setState] = useState<Kept<P>>(blank);
  const kept = state.key === key ? state : blank;
  const latest = useRef({ key, kept, path, query });
  latest.current = { key, kept, path, query };
  const fetching = useRef<string | null>(null);

  const need = useCallback((first: number, last: number): void => {
    const asked = latest.current;
    const wanted = missing(asked.kept.table, first, last);
    const name = `${asked.key} ${wanted?.at}`;
    if (wanted === null || fetching.current === name || asked.kept.problem !== null) return;
    fetching.current = name;
    const keep = (change: (before: Kept<P>) => Kept<P>): void => {
      if (fetching.current === name) fetching.current = null;
      if (latest.current.key === asked.key) setState(change(latest.current.kept));
    };
    getPage(asked.path, asked.query, wanted.after).then(
      (page) =>
        keep((before) => ({
          key: asked.key,
          table: withPage(before.table, wanted.at, { after: wanted.after, items: page.items, next: page.next }),
          first: wanted.at === 0 ? page.answer : before.first,
          problem: null,
        })),
      (problem: unknown) => keep((before) => ({ ...before, problem })),
    );
  }, []);

  useEffect(() => need(0, 0), [key, need]);

  const { table } = kept;
  const count = countRows(table);
  return {
    count,
    more: !table.begun || table.next !== null,
    begun: table.begun,
    first: kept.first,
    problem: kept.problem,
    row: (at) => {
      const place = placeOf(table, at);
      return place === null ? null : (table.slots[place.slot]?.items?.[place.offset] ?? null);
    },
    need,
    reload: () => {
      latest.current = { ...latest.current, kept: blank };
      fetching.current = null;
      setState(blank);
      need(0, 0);
    },
  };
}
