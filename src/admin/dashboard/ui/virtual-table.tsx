import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { problemText } from '../api/problem.ts';
import { formatNumber } from './time.ts';
import type { Pages } from './use-pages.ts';

export interface Column<T> {
  readonly head: string;
  /** wide: takes what room is left. lesser: left out where there is little. */
  readonly size?: 'wide' | 'lesser';
  readonly cell: (row: T) => ComponentChildren;
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly pages: Pages<T>;
  readonly columns: readonly Column<T>[];
  readonly empty: ComponentChildren;
  /** How many rows there are in all, where that is known. */
  readonly total: number | null;
}

/** Rows drawn beyond what is seen, so that `j` and the wheel find them ready. */
const beyond = 12;

/** Browsers cannot make an element taller than about 16 million pixels; nobody scrolls that far. */
const mostRows = 400_000;

/** A table of any length of which only the seen rows are in the page. */
export function VirtualTable<T>({ label, pages, columns, empty, total }: VirtualTableProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ first: 0, last: 30, height: 34 });

  const none = pages.begun && pages.count === 0;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = (): void => {
      const height = matchMedia('(width < 48rem)').matches ? 58 : 34;
      const first = Math.max(0, Math.floor(element.scrollTop / height) - beyond);
      const last = Math.ceil((element.scrollTop + element.clientHeight) / height) + beyond;
      setSeen((before) =>
        before.first === first && before.last === last && before.height === height ? before : { first, last, height },
      );
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      resized.disconnect();
    };
  }, [none]);

  const { need } = pages;
  useEffect(() => {
    if (seen.last < mostRows) need(seen.first, seen.last);
  }, [need, seen.first, seen.last, pages.count]);

  if (pages.problem !== null)
    return (
      <div class="banner bad" role="alert">
        <span>{problemText(pages.problem)}</span>
        <button type="button" onClick={pages.reload}>
          Try again
        </button>
      </div>
    );
  if (none) return <>{empty}</>;

  const last = Math.min(seen.last, pages.count - 1);
  const rows = Array.from({ length: Math.max(0, last - seen.first + 1) }, (_, index) => seen.first + index);
  const rowCount = pages.more ? (total === null ? -1 : total + 1) : pages.count + 1;
  const below = Math.max(0, pages.count - 1 - last);
  return (
    <>
      <div class="rows" ref={box} tabIndex={0} role="group" aria-label={`${label}, a list that scrolls`}>
        <table role="table" aria-label={label} aria-rowcount={rowCount}>
          <thead role="rowgroup">
            <tr role="row" aria-rowindex={1}>
              {columns.map((column) => (
                <th key={column.head} scope="col" role="columnheader" class={column.size}>
                  {column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            <Gap rows={seen.first} height={seen.height} />
            {rows.map((at) => (
              <Row key={at} at={at} row={pages.row(at)} columns={columns} />
            ))}
            <Gap rows={below} height={seen.height} />
          </tbody>
        </table>
      </div>
      <p class="soft" role="status">
        {pages.begun ? countText(pages, total) : 'Loading …'}
      </p>
    </>
  );
}

function countText(pages: Pages<unknown>, total: number | null): string {
  const count = formatNumber(pages.count);
  if (!pages.more) return `${count} in all`;
  return total === null ? `${count} loaded, more below` : `${count} of ${formatNumber(total)} loaded`;
}

function Gap({ rows, height }: { readonly rows: number; readonly height: number }) {
  if (rows === 0) return null;
  return <tr class="gap" aria-hidden="true" style={{ height: `${rows * height}px` }} />;
}

interface RowProps<T> {
  readonly at: number;
  readonly row: T | null;
  readonly columns: readonly Column<T>[];
}

function Row<T>({ at, row, columns }: RowProps<T>) {
  return (
    <tr class="row" role="row" aria-rowindex={at + 2} data-row>
      {columns.map((column) => (
        <td key={column.head} role="cell" class={column.size}>
          {row === null ? '…' : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
