import type { ComponentChildren } from 'preact';
import { formatRoute } from '../route/route.ts';
import { bothNames } from './words.ts';

interface TableProps {
  readonly heads: readonly string[];
  /** Its name, where no heading says it. */
  readonly label?: string;
  /** The id of the heading that names it. */
  readonly labelledBy?: string;
  readonly children: ComponentChildren;
}

/** A table as wide as it needs to be: it scrolls by itself where the page is narrower. */
export function Table({ heads, label, labelledBy, children }: TableProps) {
  return (
    <div class="scroll">
      <table aria-label={label} aria-labelledby={labelledBy}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

type Named = Parameters<typeof bothNames>[0] & { readonly linkId: string | null };

/** Both tickets of a row by their numbers, and the way to their page where they are linked. */
export function LinkCell({ of }: { readonly of: Named }) {
  const names = <bdi>{bothNames(of)}</bdi>;
  if (of.linkId === null) return <td>{names}</td>;
  return (
    <td>
      <a href={formatRoute(['links', of.linkId])} data-open>
        {names}
      </a>
    </td>
  );
}
