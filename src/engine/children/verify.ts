import type { Link } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { ReadAnswers } from '../read.ts';
import { groupBy } from '../work.ts';
import { decideComments } from './comments.ts';

/** Comments of one ticket that should stand across and do not, or of which nobody knows it. Withheld ones do not count. */
export interface Unpaired {
  readonly link: Link;
  /** Where they were written. */
  readonly side: Side;
  readonly count: number;
}

/** Compares the comments of linked tickets with the ledger. Writes nothing. */
export async function unpairedComments(
  engine: Engine,
  known: readonly { readonly link: Link; readonly pair: PairRules }[],
  answers: Readonly<Record<Side, ReadAnswers>>,
): Promise<readonly Unpaired[]> {
  const commented = known.filter(({ pair }) => pair.comments !== undefined);
  if (commented.length === 0) return [];
  const ids = commented.map(({ link }) => link.id);
  const ledger = groupBy(await engine.store.transaction((tx) => tx.childrenOf(ids)), (row) => row.linkId);
  return commented.flatMap(({ link, pair }) => {
    const children = ledger.get(link.id) ?? [];
    const now = bothSides((side) => answers[side].children(pair.objects[side], link.ids[side]));
    const plan = decideComments(engine, { link, pair, children }, now);
    const rows = new Map(
      [...children.filter((row) => row.kind === 'comment'), ...plan.rows, ...plan.posts.map((post) => post.row)].map(
        (row) => [`${row.side} ${row.sourceId}`, row],
      ),
    );
    const open = [...rows.values()].filter(
      (row) => (row.state === 'planned' || row.state === 'refused') && !/#\d+$/.test(row.sourceId),
    );
    return sides.flatMap((side) => {
      const count = open.filter((row) => row.side === side).length;
      return count === 0 ? [] : [{ link, side, count }];
    });
  });
}
