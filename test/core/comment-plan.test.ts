import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Channel, ChildRow, Comment } from '../../src/core/children.ts';
import { type CommentPlan, type CommentTime, type CommentView, planComments } from '../../src/core/comments/plan.ts';
import type { CommentRules } from '../../src/core/comments/rules.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import { buildCommentRules, type CommentsConfig, commentsSchema } from '../../src/mapping/comments-config.ts';

const linkedAt = '2026-03-02T08:00:00.000Z';
const now = '2026-03-02T09:00:00.000Z';

function time(at: string = now): CommentTime {
  let drawn = 0;
  return {
    now: at,
    settleMs: 75_000,
    offsets: { servicenow: 0, salesforce: 0 },
    newId: () => `row-${(drawn += 1)}`,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

function comment(parts: Partial<Comment> & { readonly id: string }): Comment {
  const side = parts.side ?? 'servicenow';
  return {
    side,
    recordId: side === 'servicenow' ? 'a'.repeat(32) : '500000000000001AAA',
    kind: 'comment',
    channel: 'public',
    text: `text of ${parts.id}`,
    author: 'Abel Tuter',
    own: false,
    createdAt: '2026-03-02T08:30:00.000Z',
    editedAt: null,
    ...parts,
  };
}

function view(
  parts: Partial<CommentView> & { readonly comments?: readonly Comment[]; readonly complete?: boolean },
): CommentView {
  const list = (side: Side) => ({
    items: (parts.comments ?? []).filter((one) => one.side === side),
    complete: parts.complete ?? true,
  });
  return {
    linkId: 'link-1',
    origin: 'servicenow',
    linkedAt,
    created: false,
    ledger: [],
    now: { servicenow: list('servicenow'), salesforce: list('salesforce') },
    ...parts,
  };
}

const plain = (config: CommentsConfig = {}): CommentRules =>
  buildCommentRules({ prefix: '', ...config }, '2026-01-01T00:00:00.000Z');

/** The ledger after every post of a plan was made, each under an id across. */
function carriedBy(plan: CommentPlan): readonly ChildRow[] {
  return plan.posts.flatMap(({ row, also }, n): ChildRow[] => [
    { ...row, state: 'carried', counterpartId: `across-${n}` },
    ...(also === undefined ? [] : [also]),
  ]);
}

describe('what is carried', () => {
  it('goes out in the order in which it was written, by time and then by id', () => {
    const comments = [
      comment({ id: 'c', createdAt: '2026-03-02T08:31:00.000Z' }),
      comment({ id: 'b' }),
      comment({ id: 'a' }),
    ];
    const { posts } = planComments(view({ comments }), plain(), time());
    expect(posts.map(({ row }) => row.sourceId)).toEqual(['a', 'b', 'c']);
  });

  it('is nothing, the second time', () => {
    const comments = [comment({ id: 'a' }), comment({ id: 'b', side: 'salesforce' })];
    const ledger = carriedBy(planComments(view({ comments }), plain(), time()));
    const copies = ledger.map((row) =>
      comment({ id: row.counterpartId ?? '', side: otherSide(row.side), own: true, text: `text of ${row.sourceId}` }),
    );
    expect(planComments(view({ comments: [...comments, ...copies], ledger }), plain(), time())).toEqual({
      rows: [],
      posts: [],
    });
  });

  it('is a copy’s copy never, even where the list calls a copy of ours somebody else’s', () => {
    const comments = [comment({ id: 'a' })];
    const ledger = carriedBy(planComments(view({ comments }), plain(), time()));
    const copy = comment({ id: 'across-0', side: 'salesforce', own: false });
    expect(planComments(view({ comments: [...comments, copy], ledger }), plain(), time()).posts).toEqual([]);
  });

  it('is what was written since the pair was made, by the clock of its own desk', () => {
    const comments = [comment({ id: 'old', createdAt: '2026-03-02T08:04:00.000Z' }), comment({ id: 'new' })];
    const at = { ...time(), offsets: { servicenow: 300_000, salesforce: 0 } };
    expect(planComments(view({ comments }), plain(), at).posts.map(({ row }) => row.sourceId)).toEqual(['new']);
  });

  it('starts for older pairs when comments were switched on', () => {
    const comments = [comment({ id: 'a', createdAt: '2026-03-02T08:10:00.000Z' }), comment({ id: 'b' })];
    const rules = buildCommentRules({}, '2026-03-02T08:20:00.000Z');
    expect(planComments(view({ comments }), rules, time()).posts.map(({ row }) => row.sourceId)).toEqual(['b']);
  });

  it('goes one way only where the rules say so', () => {
    const comments = [comment({ id: 'a' }), comment({ id: 'b', side: 'salesforce' })];
    const { posts } = planComments(view({ comments }), plain({ from: 'salesforce' }), time());
    expect(posts.map(({ to }) => to)).toEqual(['servicenow']);
  });

  it('leaves feed posts and e-mails alone unless asked, and then carries them as internal', () => {
    const comments = [
      comment({ id: 'f', side: 'salesforce', kind: 'feed', channel: 'public' }),
      comment({ id: 'm', side: 'salesforce', kind: 'email', channel: 'public' }),
    ];
    expect(planComments(view({ comments }), plain(), time()).posts).toEqual([]);
    const all = plain({ feed: true, emails: true, channels: { 'internal-becomes-public': true } });
    const { posts } = planComments(view({ comments }), all, time());
    expect(posts.map(({ row }) => row.channel)).toEqual(['internal', 'internal']);
  });

  it('does not take a feed post for deleted when the feed is no longer asked for', () => {
    const feed = comment({ id: 'f', side: 'salesforce', kind: 'feed' });
    const other = comment({ id: 'c', side: 'salesforce' });
    const ledger = carriedBy(planComments(view({ comments: [feed, other] }), plain({ feed: true }), time()));
    expect(planComments(view({ comments: [other], ledger }), plain(), time()).posts).toEqual([]);
  });
});

describe('edits', () => {
  const first = comment({ id: 'a', side: 'salesforce', editedAt: '2026-03-02T08:30:00.000Z' });
  const ledger = carriedBy(planComments(view({ comments: [first] }), plain(), time()));

  it('are told once each, also two within one second', () => {
    const stamp = '2026-03-02T08:40:00.000Z';
    const within = time('2026-03-02T08:40:00.500Z');
    const second = { ...first, text: 'second', editedAt: stamp };
    const plan = planComments(view({ comments: [second], ledger }), plain(), within);
    expect(plan.posts.map(({ row }) => row.sourceId)).toEqual([`a@${stamp}`]);
    const after = carriedBy(plan);
    expect(planComments(view({ comments: [second], ledger: after }), plain(), within).posts).toEqual([]);
    const third = { ...second, text: 'third' };
    const again = planComments(view({ comments: [third], ledger: after }), plain(), within);
    expect(again.posts.map(({ row, text }) => [row.sourceId, text.split('\n')[1]])).toEqual([[`a@${stamp}+`, 'third']]);
  });

  it('that only publish a comment leave the rest of its long text to go, where its beginning stands', () => {
    const long = { ...first, channel: 'internal' as const, text: 'word '.repeat(20_000) };
    const [begun, rest] = planComments(view({ comments: [long] }), plain(), time()).posts;
    expect(rest?.row).toMatchObject({ sourceId: 'a#2', channel: 'internal' });
    const half: readonly ChildRow[] = [
      ...(begun === undefined ? [] : [{ ...begun.row, state: 'carried' as const, counterpartId: 'across-0' }]),
      ...(rest === undefined ? [] : [{ ...rest.row, detail: { ...rest.row.detail, unsent: true } }]),
    ];
    const published = { ...long, channel: 'public' as const, editedAt: '2026-03-02T08:40:00.000Z' };
    const { posts } = planComments(view({ comments: [published], ledger: half }), plain(), time());
    expect(posts.map(({ row }) => [row.sourceId, row.channel])).toContainEqual(['a#2', 'internal']);
  });

  it('of blanks and line ends are none', () => {
    const same = { ...first, text: `${first.text}  \r\n`, editedAt: '2026-03-02T08:40:00.000Z' };
    const plan = planComments(view({ comments: [same], ledger }), plain(), time());
    expect(plan.posts).toEqual([]);
    expect(plan.rows).toMatchObject([{ state: 'carried', detail: { stamp: '2026-03-02T08:40:00.000Z' } }]);
  });

  it('are told internally, whoever could read the comment', () => {
    const changed = { ...first, text: 'second', editedAt: '2026-03-02T08:40:00.000Z' };
    const { posts } = planComments(view({ comments: [changed], ledger }), plain(), time());
    expect(posts.map(({ row }) => row.channel)).toEqual(['internal']);
  });

  it('are not told where the comment may no longer go across', () => {
    const hidden = { ...first, text: 'secret now', channel: 'internal' as const, editedAt: '2026-03-02T08:40:00.000Z' };
    const rules = plain({ channels: { internal: 'withhold' } });
    const plan = planComments(view({ comments: [hidden], ledger }), rules, time());
    expect(plan.posts).toEqual([]);
  });
});

describe('a post whose fate is not known', () => {
  const comments = [comment({ id: 'a' })];
  const noted = planComments(view({ comments }), plain(), time()).posts.map(({ row }) => row);
  const settled = time('2026-03-02T09:02:00.000Z');

  it('claims only what our own account wrote, on the channel it was sent to, not before it was sent', () => {
    const mine = comment({ id: 'x', side: 'salesforce', own: true, text: 'text of a', createdAt: now });
    const others: Partial<Comment>[] = [
      { own: false },
      { channel: 'internal' },
      { text: 'another text' },
      { createdAt: '2026-03-02T08:50:00.000Z' },
      { kind: 'feed' },
    ];
    for (const parts of others) {
      const plan = planComments(
        view({ comments: [...comments, { ...mine, ...parts }], ledger: noted }),
        plain(),
        time(),
      );
      expect(plan.rows).toEqual([]);
    }
    const plan = planComments(view({ comments: [...comments, mine], ledger: noted }), plain(), time());
    expect(plan.rows).toMatchObject([{ state: 'carried', counterpartId: 'x' }]);
  });

  it('is sent again when a complete list does not show it, and never on the word of another one', () => {
    expect(planComments(view({ comments, ledger: noted }), plain(), settled).posts.length).toBe(1);
    expect(planComments(view({ comments, ledger: noted, complete: false }), plain(), settled).posts).toEqual([]);
    const list = { items: comments, complete: true };
    const silent = view({ ledger: noted, now: { servicenow: list, salesforce: null } });
    expect(planComments(silent, plain(), settled).posts).toEqual([]);
  });

  it('is put off at every look that proves nothing, so that it never is due without end', () => {
    const { rows } = planComments(view({ comments, ledger: noted, complete: false }), plain(), settled);
    expect(rows.map((row) => row.updatedAt)).toEqual([settled.now]);
  });

  it('ends when its comment was deleted before it went out', () => {
    const unsent = noted.map((row) => ({ ...row, detail: { ...row.detail, unsent: true } }));
    const still = comment({ id: 'b' });
    const known = carriedBy(planComments(view({ comments: [still] }), plain(), time()));
    const { rows, posts } = planComments(view({ comments: [still], ledger: [...unsent, ...known] }), plain(), settled);
    expect(posts).toEqual([]);
    expect(rows).toMatchObject([{ sourceId: 'a', state: 'withheld', detail: { why: 'gone' } }]);
  });
});

describe('internal texts', () => {
  const rule = fc.constantFrom('public' as const, 'internal' as const, 'withhold' as const);
  const followUp = fc.constantFrom('followUp' as const, 'ignore' as const);
  const channels = fc.record(
    { public: rule, internal: fc.constantFrom('internal' as const, 'withhold' as const) },
    { requiredKeys: [] },
  );
  const config: fc.Arbitrary<CommentsConfig> = fc.record(
    {
      from: fc.constantFrom('both' as const, ...sides),
      channels: fc
        .tuple(channels, channels, channels)
        .map(([all, servicenow, salesforce]) => ({ ...all, servicenow, salesforce })),
      edited: followUp,
      deleted: followUp,
      published: followUp,
      feed: fc.boolean(),
      emails: fc.boolean(),
      prefix: fc.constantFrom('', '{author}', '{system} {time}'),
    },
    { requiredKeys: [] },
  );
  const channel = fc.constantFrom<Channel>('public', 'internal');
  const someone = fc.record({
    side: fc.constantFrom<Side>(...sides),
    kind: fc.constantFrom('comment' as const, 'feed' as const, 'email' as const),
    before: channel,
    after: channel,
    edited: fc.boolean(),
    deleted: fc.boolean(),
  });

  it('never land on a public channel, under any mapping that does not say so by name, whatever happens to them', () => {
    fc.assert(
      fc.property(config, fc.array(someone, { maxLength: 6 }), (given, people) => {
        expect(commentsSchema.safeParse(given).success).toBe(true);
        const rules = buildCommentRules(given, '2026-01-01T00:00:00.000Z');
        const at = (n: number) => people[n];
        const texts = people.map(({ side, kind, before }, n) =>
          comment({ id: `c${n}`, side, kind, channel: before, text: `first ${before} ${kind}` }),
        );
        const first = planComments(view({ comments: texts, created: true }), rules, time());
        const later = texts.flatMap((one, n) => {
          const then = at(n);
          if (then === undefined || then.deleted) return [];
          const text = then.edited ? `second ${then.after} ${one.kind}` : one.text;
          return [{ ...one, text, channel: then.after, editedAt: '2026-03-02T09:30:00.000Z' }];
        });
        const second = planComments(
          view({ comments: later, created: true, ledger: [...first.rows, ...carriedBy(first)] }),
          rules,
          time('2026-03-02T10:00:00.000Z'),
        );
        // Public across is what its author shows to the public at that very time, and nothing else.
        for (const [plan, shown] of [
          [first, texts],
          [second, later],
        ] as const)
          for (const { row } of plan.posts.filter((post) => post.row.channel === 'public'))
            expect(shown.find((one) => one.id === row.sourceId)).toMatchObject({ channel: 'public', kind: 'comment' });
      }),
      { numRuns: 500 },
    );
  });

  it('are refused a mapping that says two things about them', () => {
    expect(commentsSchema.safeParse({ channels: { internal: 'public' } }).success).toBe(false);
    expect(
      commentsSchema.safeParse({ channels: { internal: 'withhold', 'internal-becomes-public': true } }).success,
    ).toBe(false);
    expect(commentsSchema.safeParse({ prefix: '{name}' }).success).toBe(false);
    expect(commentsSchema.safeParse({ timeZone: 'Mars/Olympus' }).success).toBe(false);
  });

  it('stay internal on the side that says so, where the other one publishes', () => {
    const rules = plain({ channels: { 'internal-becomes-public': true, salesforce: { internal: 'internal' } } });
    const comments = [
      comment({ id: 'a', channel: 'internal' }),
      comment({ id: 'b', side: 'salesforce', channel: 'internal' }),
    ];
    const { posts } = planComments(view({ comments }), rules, time());
    expect(posts.map(({ to, row }) => `${to} ${row.channel}`).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'salesforce public',
      'servicenow internal',
    ]);
  });
});
