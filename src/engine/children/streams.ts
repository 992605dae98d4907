import type { StreamName, StreamPage, Touched } from '../../connectors/children.ts';
import type { ChildKind, ChildRow } from '../../core/children.ts';
import type { WorkKey } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Side } from '../../core/side.ts';
import type { Tx } from '../../store/store.ts';

/** A stream that a poll of this side follows beside the tickets, and where its first walk starts. */
export interface Followed {
  readonly name: StreamName;
  readonly startsAt: string;
}

/** What the streams of this side would bring that the tickets' own changes do not. */
export function followedStreams(pair: PairRules, side: Side): readonly Followed[] {
  const followed: Followed[] = [];
  if (pair.comments !== undefined && (pair.comments.from === 'both' || pair.comments.from === side))
    followed.push({ name: 'comments', startsAt: pair.comments.startsAt });
  if (pair.files !== undefined) followed.push({ name: 'files', startsAt: pair.files.startsAt });
  const from = pair.life?.followedFrom ?? null;
  if (from !== null) followed.push({ name: 'deletions', startsAt: from });
  return followed;
}

/** Under which a stream's cursor is kept. */
export function streamKey(pair: PairRules, name: StreamName): string {
  return `${pair.name}/${name}`;
}

const kinds: Readonly<Partial<Record<StreamName, ChildKind>>> = { comments: 'comment', files: 'file' };

/** The links that a stream's rows touch, without what the ledger knows already: our own posts, and what was carried as it stands. */
export async function touchedKeys(tx: Tx, pair: PairRules, side: Side, page: StreamPage): Promise<readonly WorkKey[]> {
  const kind = kinds[page.name];
  const known = kind === undefined ? [] : await knownRows(tx, kind, side, page.touched);
  const news = page.touched.filter((touched) => !known.some((row) => isKnown(row, side, touched)));
  const links = await tx.linksBySource(pair.name, side, [...new Set(news.map((touched) => touched.recordId))]);
  return links.filter((link) => link.status !== 'detached').map((link): WorkKey => ({ kind: 'link', linkId: link.id }));
}

async function knownRows(
  tx: Tx,
  kind: ChildKind,
  side: Side,
  touched: readonly Touched[],
): Promise<readonly ChildRow[]> {
  return touched.length === 0
    ? []
    : tx.childrenById(
        kind,
        side,
        touched.map(({ id }) => id),
      );
}

/** A counterpart is ours, whatever happens to it later; a source only as long as it was not changed since we looked. */
function isKnown(row: ChildRow, side: Side, touched: Touched): boolean {
  if (row.side !== side) return row.counterpartId === touched.id;
  const seen = row.detail['stamp'];
  return row.sourceId === touched.id && seen === touched.stamp && row.detail['young'] !== true;
}
