import type { ComponentChildren } from 'preact';
import { problemText } from '../api/problem.ts';
import { ActButton } from './act-button.tsx';
import type { ListState } from './use-list.ts';

interface ListPagesProps<T> {
  readonly list: ListState<T>;
  readonly empty: ComponentChildren;
  readonly keyOf: (item: T) => string;
  readonly children: (item: T) => ComponentChildren;
}

/** Cards one below the other, with a button for the next page. */
export function ListPages<T>({ list, empty, keyOf, children }: ListPagesProps<T>) {
  return (
    <>
      {list.problem !== null && (
        <div class="banner bad" role="alert">
          <span>{problemText(list.problem)}</span>
          <button type="button" onClick={list.reload}>
            Try again
          </button>
        </div>
      )}
      {!list.begun && list.problem === null && <p class="soft">Loading …</p>}
      {list.begun && list.items.length === 0 && empty}
      <ul class="list">
        {list.items.map((item) => (
          <li key={keyOf(item)} class="card row" data-row>
            {children(item)}
          </li>
        ))}
      </ul>
      {list.next !== null && (
        <div class="actions">
          <ActButton label="Show more" act={list.more} />
        </div>
      )}
    </>
  );
}
