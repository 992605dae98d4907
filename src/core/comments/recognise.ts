import type { ChildRow } from '../children.ts';
import { otherSide } from '../side.ts';
import { postedForm } from './text.ts';
import type { CommentTime, CommentView, Draft } from './view.ts';

/** How far a server's clock may be off beside what we know of it. */
const clockToleranceMs = 300_000;

/**
 * Texts that our own account has posted already, though no row says so: the ledger was restored from a backup that is older than
 * they are. Each takes the first post that no row has, with its very text and channel, made after the comment was written.
 */
export function recognised(view: CommentView, drafts: readonly Draft[], at: CommentTime): readonly ChildRow[] {
  const rows = new Set(view.ledger.map((row) => `${row.side} ${row.sourceId}`));
  const taken = new Set(view.ledger.flatMap((row) => (row.counterpartId === null ? [] : [row.counterpartId])));
  return drafts.flatMap((draft): readonly ChildRow[] => {
    if (draft.settles !== undefined || rows.has(`${draft.from} ${draft.sourceId}`)) return [];
    const to = otherSide(draft.from);
    const written = Date.parse(draft.at) - at.offsets[draft.from] - clockToleranceMs;
    const free = (view.now[to]?.items ?? []).filter(
      (one) =>
        one.own &&
        one.kind === 'comment' &&
        one.channel === draft.channel &&
        !taken.has(one.id) &&
        Date.parse(one.createdAt) - at.offsets[to] >= written,
    );
    if (free.length === 0) return [];
    const hash = at.hash(postedForm(draft.text));
    const post = free.find((one) => at.hash(postedForm(one.text)) === hash);
    if (post === undefined) return [];
    taken.add(post.id);
    return [
      {
        id: at.newId(),
        linkId: view.linkId,
        kind: 'comment',
        side: draft.from,
        sourceId: draft.sourceId,
        counterpartId: post.id,
        channel: draft.channel,
        hash,
        state: 'carried',
        detail: { ...draft.detail, notedAt: at.now },
        createdAt: at.now,
        updatedAt: at.now,
      },
    ];
  });
}
