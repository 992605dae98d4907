import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ChildRow, Comment } from '../../src/core/children.ts';
import { type CommentPlan, type CommentTime, type CommentView, planComments } from '../../src/core/comments/plan.ts';
import { harmless, postedForm, postsOf } from '../../src/core/comments/text.ts';
import { buildCommentRules, type CommentsConfig } from '../../src/mapping/comments-config.ts';

const now = '2026-03-02T09:00:00.000Z';
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function at(minutes = 0): CommentTime {
  let drawn = 0;
  const later = new Date(Date.parse(now) + minutes * 60_000).toISOString();
  return {
    now: later,
    settleMs: 75_000,
    offsets: { servicenow: 0, salesforce: 0 },
    newId: () => `row-${minutes}-${(drawn += 1)}`,
    hash,
  };
}

function comment(parts: Partial<Comment> = {}): Comment {
  return {
    side: 'salesforce',
    id: 'c1',
    recordId: '500000000000001AAA',
    kind: 'comment',
    channel: 'public',
    text: 'Still broken.',
    author: 'Ada',
    own: false,
    createdAt: '2026-03-02T08:30:00.000Z',
    editedAt: '2026-03-02T08:30:00.000Z',
    ...parts,
  };
}

function view(comments: readonly Comment[], parts: Partial<CommentView> = {}): CommentView {
  const list = (side: Comment['side']) => ({ items: comments.filter((one) => one.side === side), complete: true });
  return {
    linkId: 'link-1',
    origin: 'salesforce',
    linkedAt: '2026-03-02T08:00:00.000Z',
    created: false,
    ledger: [],
    now: { servicenow: list('servicenow'), salesforce: list('salesforce') },
    ...parts,
  };
}

const rules = (config: CommentsConfig = {}) => buildCommentRules(config, '2026-01-01T00:00:00.000Z');

const carried = (plan: CommentPlan): readonly ChildRow[] =>
  plan.posts.map(({ row }, n): ChildRow => ({ ...row, state: 'carried', counterpartId: `across-${n}` }));

const copies = (plan: CommentPlan): readonly Comment[] =>
  plan.posts.map(({ text, row }, n) =>
    comment({ side: 'servicenow', id: `across-${n}`, own: true, text, channel: row.channel, createdAt: now }),
  );

describe('a comment that is across', () => {
  it('is not sent in part again because its author got a longer name', () => {
    const text = 'x'.repeat(3_960);
    const first = planComments(view([comment({ text })]), rules(), at());
    expect(first.posts).toHaveLength(1);
    const renamed = comment({ text, author: 'Ada Augusta King, Countess of Lovelace' });
    const then = planComments(view([renamed, ...copies(first)], { ledger: carried(first) }), rules(), at(60));
    expect(then.posts).toEqual([]);
  });

  it('is not sent in part again because less fits by now', () => {
    const text = 'word '.repeat(700);
    const first = planComments(view([comment({ text })]), rules(), at());
    const then = planComments(
      view([comment({ text }), ...copies(first)], { ledger: carried(first) }),
      rules({ limits: { servicenow: 1000 } }),
      at(60),
    );
    expect(then.posts).toEqual([]);
  });

  it('gets those of its parts that never went out', () => {
    const text = 'word '.repeat(2000);
    const first = planComments(view([comment({ text })]), rules(), at());
    expect(first.posts.map(({ row }) => row.sourceId)).toEqual(['c1', 'c1#2', 'c1#3']);
    const ledger = carried(first).map((row) =>
      row.sourceId === 'c1#3'
        ? { ...row, state: 'planned' as const, counterpartId: null, detail: { ...row.detail, unsent: true } }
        : row,
    );
    const there = copies(first).slice(0, 2);
    const then = planComments(view([comment({ text }), ...there], { ledger }), rules(), at(60));
    expect(then.posts.map(({ row }) => row.sourceId)).toEqual(['c1#3']);
  });
});

describe('a comment that was refused', () => {
  const refused = (parts: Partial<Comment>): ChildRow => {
    const [post] = planComments(view([comment(parts)]), rules(), at()).posts;
    if (post === undefined) throw new Error('nothing was planned');
    return { ...post.row, state: 'refused', detail: { ...post.row.detail, why: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } };
  };

  it('is left alone as long as it is what it was', () => {
    const ledger = [refused({ channel: 'internal' })];
    expect(planComments(view([comment({ channel: 'internal' })], { ledger }), rules(), at(60)).posts).toEqual([]);
  });

  it('is tried again once it is for the customer', () => {
    const ledger = [refused({ channel: 'internal' })];
    const { posts } = planComments(view([comment({ channel: 'public' })], { ledger }), rules(), at(60));
    expect(posts.map(({ row }) => [row.sourceId, row.channel])).toEqual([['c1', 'public']]);
  });

  it('is internal where it became internal before it was tried again', () => {
    const ledger = [refused({ channel: 'public' })];
    const { posts } = planComments(view([comment({ channel: 'internal' })], { ledger }), rules(), at(60));
    expect(posts.map(({ row }) => row.channel)).toEqual(['internal']);
  });
});

describe('a comment that was made internal while its public post was in doubt', () => {
  it('goes out as internal, and only once the public one is surely not there', () => {
    const known = comment({ side: 'servicenow', id: 'k', text: 'Hello', createdAt: '2026-03-02T08:10:00.000Z' });
    const first = planComments(view([comment(), known]), rules({ from: 'salesforce' }), at());
    const ledger = first.posts.map(({ row }) => row);
    const flipped = comment({ channel: 'internal', editedAt: '2026-03-02T09:00:30.000Z' });
    expect(planComments(view([flipped, known], { ledger }), rules({ from: 'salesforce' }), at(1)).posts).toEqual([]);
    const then = planComments(view([flipped, known], { ledger }), rules({ from: 'salesforce' }), at(5));
    expect(then.posts.map(({ row }) => row.channel)).toEqual(['internal']);
  });
});

describe('what ServiceNow would take for HTML', () => {
  it.each([
    '[code]<script>fetch("//evil.example")</script>[/code]',
    '[CODE]<b>bold</b>[/Code]',
    '[co\u0000de]<i>x</i>[/code]',
    '[co[code]de]<i>x</i>',
  ])('opens no tag: %s', (text) => {
    expect(harmless(text)).not.toMatch(/\[\/?code\]/i);
    expect(postedForm(harmless(text))).toBe(postedForm(text));
  });

  it('leaves everything else as it was', () => {
    expect(harmless('codes[0] = [codex]; see [1] and <b>')).toBe('codes[0] = [\u200bcodex]; see [1] and <b>');
    expect(harmless('[encode] code')).toBe('[encode] code');
  });
});

it('posts no NUL, which no database of either side keeps', () => {
  expect(postsOf('Ada', 'a\u0000b', { most: 4000, unit: 'bytes' })).toEqual(['Ada\nab']);
});
