import type { Page } from '../../schemas/common.ts';
import { type AnswerOf, get, type PathOf } from './client.ts';

/** Lists that come in pages by keyset. */
export type PagedPath = {
  [P in PathOf<'GET'>]: AnswerOf<'GET', P> extends Page<unknown> ? P : never;
}[PathOf<'GET'>];

export type RowOf<P extends PagedPath> = AnswerOf<'GET', P> extends Page<infer T> ? T : never;

export interface Fetched<P extends PagedPath> extends Page<RowOf<P>> {
  /** The whole answer, with what it says beside its rows. */
  readonly answer: AnswerOf<'GET', P>;
}

/** One page of a list; `after` is the `next` of the page before, null for the first. */
export async function getPage<P extends PagedPath>(
  path: P,
  query: Readonly<Record<string, unknown>>,
  after: string | null,
): Promise<Fetched<P>> {
  const answer = await get(path, { query: { ...query, ...(after === null ? {} : { after }) } as never });
  // Every PagedPath answers so; the compiler does not carry that through a type parameter.
  const page = answer as unknown as Page<RowOf<P>>;
  return { items: page.items, next: page.next, answer };
}
