import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Comment } from '../../src/core/children.ts';
import { type CommentPlan, planComments } from '../../src/core/comments/plan.ts';
import { buildCommentRules } from '../../src/mapping/comments-config.ts';

const rules = buildCommentRules({ prefix: '' }, '2026-01-01T00:00:00.000Z');

const comment = (parts: Partial<Comment> & { readonly id: string }): Comment => ({
  side: 'servicenow',
  recordId: 'a'.repeat(32),
  kind: 'comment',
  channel: 'internal',
  text: 'Looked at it.',
  author: 'Abel Tuter',
  own: false,
  createdAt: '2026-03-02T08:30:00.000Z',
  editedAt: null,
  ...parts,
});
const post = (parts: Partial<Comment> & { readonly id: string }): Comment =>
  comment({ side: 'salesforce', own: true, createdAt: '2026-03-02T08:31:00.000Z', ...parts });

/** A ledger that has lost everything: what it knew was written after the backup it was restored from. */
function plan(...comments: readonly Comment[]): CommentPlan {
  let drawn = 0;
  const list = (side: Comment['side']) => ({ items: comments.filter((one) => one.side === side), complete: true });
  return planComments(
    {
      linkId: 'link-1',
      origin: 'servicenow',
      linkedAt: '2026-03-02T08:00:00.000Z',
      created: false,
      ledger: [],
      now: { servicenow: list('servicenow'), salesforce: list('salesforce') },
    },
    rules,
    {
      now: '2026-03-02T09:00:00.000Z',
      settleMs: 75_000,
      offsets: { servicenow: 0, salesforce: 0 },
      newId: () => `row-${(drawn += 1)}`,
      hash: (text) => createHash('sha256').update(text).digest('hex'),
    },
  );
}

describe('a comment that was carried before the ledger forgot it', () => {
  it('is known again by our own post with its very text, and not posted twice', () => {
    const done = plan(comment({ id: 'c1' }), post({ id: 'p1' }));
    expect(done.posts).toEqual([]);
    expect(done.rows).toMatchObject([{ sourceId: 'c1', counterpartId: 'p1', state: 'carried' }]);
  });

  it('takes one post each: two alike need two', () => {
    const done = plan(
      comment({ id: 'c1' }),
      comment({ id: 'c2', createdAt: '2026-03-02T08:40:00.000Z' }),
      post({ id: 'p1' }),
    );
    expect(done.rows).toMatchObject([{ sourceId: 'c1', counterpartId: 'p1' }]);
    expect(done.posts.map(({ row }) => row.sourceId)).toEqual(['c2']);
  });

  it.each([
    ["a person's comment", { own: false, id: 'p1' }],
    ['another text', { text: 'Looked at it', id: 'p1' }],
    ['the other channel', { channel: 'public', id: 'p1' }],
    ['a post older than it', { createdAt: '2026-03-02T08:00:00.000Z', id: 'p1' }],
  ] as const)('is not taken for %s', (_, parts) => {
    expect(plan(comment({ id: 'c1' }), post(parts)).posts.map(({ row }) => row.sourceId)).toContain('c1');
  });
});
