import { describe, expect, it } from 'vitest';
import { buildCommentRules } from '../../src/mapping/comments-config.ts';
import { parseConfig } from '../../src/mapping/config-schema.ts';
import { defaultPair } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';

const startedAt = '2026-03-01T00:00:00.000Z';

/** What is wrong with `comments` like this, place and sentence. */
function problemsOf(comments: unknown): readonly string[] {
  const parsed = parseConfig({ pairs: [{ ...defaultPair, comments }] });
  return parsed.ok ? [] : parsed.problems.map(({ where, what }) => `${where.replace('pairs[0].', '')} ${what}`);
}

describe('`comments` of a pair', () => {
  it('may be empty: every default', () => {
    expect(problemsOf({})).toEqual([]);
    expect(buildCommentRules({}, startedAt)).toEqual({
      startsAt: startedAt,
      from: 'both',
      prefix: '{author} ({time})',
      timeZone: 'UTC',
      channels: {
        servicenow: { public: 'public', internal: 'internal' },
        salesforce: { public: 'public', internal: 'internal' },
      },
      internalBecomesPublic: { servicenow: false, salesforce: false },
      edited: 'followUp',
      deleted: 'followUp',
      published: 'followUp',
      feed: false,
      emails: false,
      history: 500,
      limits: { servicenow: { most: 4000, unit: 'characters' }, salesforce: { most: 4000, unit: 'bytes' } },
    });
  });

  it('is taken over in full', () => {
    const everything = {
      from: 'servicenow',
      prefix: '{system}: {author}, {time}',
      timeZone: 'Europe/Lisbon',
      channels: { public: 'internal', salesforce: { public: 'public' }, servicenow: { internal: 'withhold' } },
      edited: 'ignore',
      deleted: 'ignore',
      published: 'ignore',
      feed: true,
      emails: true,
      history: 0,
      limits: { servicenow: 10_000 },
    } as const;
    expect(problemsOf(everything)).toEqual([]);
    const rules = buildCommentRules(everything, startedAt);
    expect(rules.channels).toEqual({
      servicenow: { public: 'internal', internal: 'withhold' },
      salesforce: { public: 'public', internal: 'internal' },
    });
    expect([rules.limits.servicenow.most, rules.limits.salesforce.most]).toEqual([10_000, 4000]);
  });

  it('is told in plain words what it may not say', () => {
    expect(problemsOf({ prefx: 'x' })).toEqual(['comments.prefx is not known; did you mean `prefix`?']);
    expect(problemsOf({ prefix: '{name}' })).toEqual(['comments.prefix knows {author}, {time} and {system} only']);
    expect(problemsOf({ timeZone: 'Lisbon' })).toEqual([
      'comments.timeZone is no time zone: write it as Europe/Lisbon',
    ]);
    expect(problemsOf({ limits: { salesforce: 20 } })).toEqual([
      'comments.limits.salesforce leaves no room: at least 200',
    ]);
    expect(problemsOf({ channels: { internal: 'public' } })).toEqual([
      'comments.channels.internal must be `internal` or `withhold`, not `public`',
    ]);
    expect(problemsOf({ channels: { salesforce: { internal: 'internal', 'internal-becomes-public': true } } })).toEqual(
      [
        'comments.channels.salesforce says both that internal becomes public and where else it goes: leave one of them out',
      ],
    );
  });

  it('left out, leaves comments where they are', () => {
    const { comments, ...silent } = defaultPair;
    expect(comments).toEqual({});
    expect(buildPairRules(silent, { startedAt }).comments).toBeUndefined();
  });

  it('counts from when comments were switched on, not from when the pair was made', () => {
    const commentsStartedAt = '2026-05-01T00:00:00.000Z';
    expect(buildPairRules(defaultPair, { startedAt, commentsStartedAt }).comments?.startsAt).toBe(commentsStartedAt);
    expect(buildPairRules(defaultPair, { startedAt }).comments?.startsAt).toBe(startedAt);
  });
});
