import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import type { SalesforceAuth } from '../../../src/config/settings.ts';
import type { Children, ChildrenAsk, PostRequest, StreamName } from '../../../src/connectors/children.ts';
import type { SalesforceNotice } from '../../../src/connectors/salesforce/session.ts';
import type { Keyset, TicketSystem } from '../../../src/connectors/ticket-system.ts';
import type { Channel } from '../../../src/core/children.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { realClock } from '../../support/clock.ts';
import { seededRandom } from '../../support/random.ts';
import { caseRow, clientOf, inComposite, page, startReplay } from '../../support/salesforce-replay.ts';

let sandbox: SalesforceSandbox;
let desk: TicketSystem;
let notices: SalesforceNotice[] = [];
let ahead = 0;

const connect = (): TicketSystem => {
  const { clientId, username, privateKey } = sandbox.account;
  const auth: SalesforceAuth = { kind: 'jwt_bearer', clientId, username, privateKey: new Secret(privateKey) };
  const clock = { ...realClock(), now: () => Date.now() + ahead };
  return clientOf(sandbox.url, { auth, clock, deps: { onNotice: (notice) => notices.push(notice) } });
};

beforeAll(async () => {
  sandbox = await startSalesforceSandbox({ now: () => Date.now() + ahead, random: seededRandom(9) });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  sandbox.rights.restore();
  sandbox.faults.clear();
  sandbox.settings.childRows = 200;
  notices = [];
  desk = connect();
  // The token and who we are, so that what follows counts the calls of the matter alone.
  await desk.identity();
  sandbox.forgetCalls();
});

const newCase = (title = 'A case'): string => sandbox.desk.create('Case', { Subject: title }, 'Ada').id;

/** Said by a person, a minute after what was said before. */
function say(id: string, text: string, channel: Channel = 'public', by = 'Ada Lovelace'): void {
  ahead += 60_000;
  sandbox.desk.comment('Case', id, text, channel, by);
}

async function commentsOf(
  ids: readonly string[],
  more: Partial<ChildrenAsk> = {},
): Promise<readonly NonNullable<Children['comments']>[]> {
  const results = await desk.read('Case', ids, ['Subject'], { comments: true, files: false, ...more });
  return results.map((result) => {
    if (result.kind !== 'found' || !result.children?.comments) throw new Error(`no comments: ${result.kind}`);
    return result.children.comments;
  });
}

const short = (comments: NonNullable<Children['comments']> | undefined) =>
  comments?.items.map(({ kind, channel, author, text }) => [kind, channel, author, text]);
const post = (recordId: string, text: string, channel: Channel = 'public', object = 'Case'): PostRequest => ({
  object,
  recordId,
  channel,
  text,
});
const counted = (): string[] =>
  sandbox
    .calls()
    .filter((call) => call.counted)
    .map((call) => `${call.method} ${call.path.replace(/v\d+\.\d+/, 'v')}`);
const composite = 'POST /services/data/v/composite';
const idOf = (text: string): string =>
  sandbox.desk.rows('CaseComment').find((row) => row.fields['CommentBody'] === text)?.id ?? '';

describe('comments of Cases', () => {
  it('come in the one call that reads the Cases, with their channel and their author', async () => {
    const [one, two] = [newCase(), newCase()];
    say(one, 'The light is red');
    say(one, 'He sounded angry', 'internal', 'Grace Hopper');
    const [first, second] = await commentsOf([one, two]);
    expect(counted()).toEqual([composite]);
    expect(short(first)).toEqual([
      ['comment', 'public', 'Ada Lovelace', 'The light is red'],
      ['comment', 'internal', 'Grace Hopper', 'He sounded angry'],
    ]);
    expect([first?.complete, second]).toEqual([true, { items: [], complete: true }]);
  });

  it('tell when they were edited or published, and vanish when they are deleted', async () => {
    const id = newCase();
    say(id, 'first draft', 'internal');
    say(id, 'a slip of the tongue');
    const before = (await commentsOf([id]))[0]?.items[0];
    ahead += 60_000;
    sandbox.desk.edit('CaseComment', idOf('first draft'), { CommentBody: 'final words', IsPublished: 'true' }, 'Ada');
    sandbox.desk.remove('CaseComment', idOf('a slip of the tongue'), 'Ada');
    const [comments] = await commentsOf([id]);
    expect(comments).toMatchObject({
      complete: true,
      items: [{ id: before?.id, channel: 'public', text: 'final words', createdAt: before?.createdAt }],
    });
    expect(Date.parse(comments?.items[0]?.editedAt ?? '')).toBeGreaterThan(Date.parse(before?.editedAt ?? ''));
    expect(before?.editedAt).toBe(before?.createdAt);
  });

  it('that do not fit into the answer are asked for once more', async () => {
    sandbox.settings.childRows = 5;
    const [chatty, quiet] = [newCase(), newCase()];
    for (let n = 0; n < 12; n += 1) say(chatty, `line ${n}`);
    say(quiet, 'little');
    const [many, few] = await commentsOf([chatty, quiet]);
    expect(counted()).toEqual([composite, composite]);
    expect(many?.items.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, n) => `line ${n}`));
    expect([many?.complete, few?.items.length]).toEqual([true, 1]);
  });

  it('of a thousand Cases take one call', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => newCase(`Case ${n}`));
    for (const id of ids) sandbox.desk.comment('Case', id, `about ${id}`, 'public', 'Ada');
    const all = await commentsOf(ids);
    expect(counted()).toEqual([composite]);
    expect(all.map(({ items }) => items.map(({ text }) => text))).toEqual(ids.map((id) => [`about ${id}`]));
  });

  it('that this user may not see leave the fields alone, and are not taken for none', async () => {
    const id = newCase('still read');
    say(id, 'unheard');
    sandbox.rights.hideObject('CaseComment');
    const [result] = await desk.read('Case', [id], ['Subject'], { comments: true, files: false });
    expect(result).toMatchObject({
      kind: 'found',
      record: { fields: { Subject: 'still read' } },
      children: { comments: { items: [], complete: false } },
    });
    expect(notices).toContainEqual({ kind: 'comments-hidden' });
  });

  it('are none where the object has none: null, not an empty list, and nothing is posted to it', async () => {
    const replay = await startReplay();
    const thing = 'a01000000000001AAA';
    replay.answer(inComposite(() => ({ body: page([{ ...caseRow(thing), attributes: { type: 'Thing__c' } }]) })));
    const other = clientOf(replay.url);
    const [result] = await other.read('Thing__c', [thing], ['Name'], { comments: true, files: false, feed: true });
    expect(result?.kind === 'found' ? result.children : result).toEqual({ comments: null, files: null });
    expect(await other.children?.post([post(thing, 'hello', 'public', 'Thing__c')])).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { cause: 'no-comments' } } },
    ]);
    const after = { stamp: '2026-01-01T00:00:00.000Z', id: '' };
    replay.answer(inComposite(() => ({ body: page([]) })));
    const streams = [{ name: 'comments', after, limit: 10 }] as const;
    expect(await other.changes({ object: 'Thing__c', fields: ['Name'], after, limit: 10, streams })).toMatchObject({
      streams: [{ name: 'comments', touched: [], done: true, readable: true }],
    });
    await replay.stop();
  });

  it("of a deleted Case are nobody's", async () => {
    const id = newCase();
    say(id, 'gone with it');
    sandbox.desk.remove('Case', id, 'Ada');
    expect(await desk.read('Case', [id], ['Subject'], { comments: true, files: false })).toMatchObject([
      { kind: 'deleted' },
    ]);
  });
});

describe('feed posts and e-mails', () => {
  it('are read where they are asked for, internal and without the echoes of comments', async () => {
    const id = newCase();
    say(id, 'a comment');
    const feed = (Type: string, Body: string): void => {
      ahead += 60_000;
      sandbox.desk.create('FeedItem', { ParentId: id, Type, Body }, 'Grace Hopper');
    };
    feed('TextPost', '<p>Look &amp; <b>listen</b></p>');
    feed('CaseCommentPost', 'a comment');
    feed('TrackedChange', 'Status');
    const mail = { ParentId: id, FromName: 'Kim', FromAddress: 'kim@example.com', Subject: 'Re: red light' };
    sandbox.desk.create(
      'EmailMessage',
      { ...mail, TextBody: 'It is green now', Incoming: 'true', MessageDate: '2026-01-02T03:04:05Z' },
      'Ada',
    );
    sandbox.desk.create(
      'EmailMessage',
      { ...mail, Subject: '', HtmlBody: '<div>Thanks<br>Kim</div>', MessageDate: '2026-01-03T03:04:05Z' },
      'Ada',
    );
    const [with_] = await commentsOf([id], { feed: true, emails: true });
    expect(counted()).toEqual([composite]);
    expect(short(with_)).toEqual([
      ['email', 'internal', 'Kim <kim@example.com>', 'Re: red light\n\nIt is green now'],
      ['email', 'internal', 'Kim <kim@example.com>', 'Thanks\nKim'],
      ['comment', 'public', 'Ada Lovelace', 'a comment'],
      ['feed', 'internal', 'Grace Hopper', 'Look & listen'],
    ]);
    expect(with_?.items[0]).toMatchObject({ createdAt: '2026-01-02T03:04:05.000Z', editedAt: null });
    const [without] = await commentsOf([id]);
    expect(short(without)).toEqual([['comment', 'public', 'Ada Lovelace', 'a comment']]);
  });

  it('that are hidden leave the comments, and what is there is not the whole', async () => {
    const id = newCase();
    say(id, 'a comment');
    sandbox.rights.hideObject('EmailMessage');
    const [comments] = await commentsOf([id], { feed: true, emails: true });
    expect(short(comments)).toEqual([['comment', 'public', 'Ada Lovelace', 'a comment']]);
    expect(comments?.complete).toBe(false);
  });
});

describe('posts', () => {
  it('of a thousand comments take one call, and name what they made', async () => {
    const ids = Array.from({ length: 500 }, (_, n) => newCase(`Case ${n}`));
    sandbox.forgetCalls();
    const results = await desk.children?.post(
      ids.flatMap((id) => [post(id, `one ${id}`), post(id, `two ${id}`, 'internal')]),
    );
    expect(counted()).toEqual([composite]);
    expect(results?.every((result) => result.kind === 'posted' && result.id?.startsWith('00a') === true)).toBe(true);
    const read = await commentsOf(ids);
    expect(read.map(({ items }) => items.map(({ text, channel, own }) => [text, channel, own]))).toEqual(
      ids.map((id) => [
        [`one ${id}`, 'public', true],
        [`two ${id}`, 'internal', true],
      ]),
    );
  });

  it('that are too long in bytes are refused, and they alone', async () => {
    const id = newCase();
    const results = await desk.children?.post([
      post(id, 'ä'.repeat(2_001)),
      post(id, 'ä'.repeat(2_000)),
      post(id, 'short'),
    ]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { code: 'STRING_TOO_LONG', executed: 'no' } } },
      { kind: 'posted' },
      { kind: 'posted' },
    ]);
  });

  it('to a Case that a rule has closed, or that we may not comment, fail with the words of the org', async () => {
    const id = newCase();
    sandbox.validation.add({
      name: 'closed',
      object: 'CaseComment',
      message: 'The case is closed',
      refuses: (row) => row['CommentBody'] === 'too late',
    });
    expect(await desk.children?.post([post(id, 'too late'), post(id, 'in time')])).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { answer: 'The case is closed' } } },
      { kind: 'posted' },
    ]);
    sandbox.rights.readOnlyObject('CaseComment');
    expect(await desk.children?.post([post(id, 'not allowed')])).toMatchObject([
      { kind: 'failed', error: { kind: 'Rejected', data: { cause: 'no-rights' } } },
    ]);
  });

  it('whose answer was lost are in doubt, each of them, and what was to follow was not sent', async () => {
    const id = newCase();
    sandbox.faults.add({ kind: 'drop-after', times: 1 });
    const texts = Array.from({ length: 1_001 }, (_, n) => `text ${n}`);
    const results = await desk.children?.post(texts.map((text) => post(id, text)));
    expect(results?.slice(0, 1_000).every((result) => result.kind === 'failed' && result.error.inDoubt)).toBe(true);
    expect(results?.at(-1)).toMatchObject({ kind: 'failed', error: { data: { executed: 'no' } } });
    expect((await commentsOf([id]))[0]?.items).toHaveLength(1_000);
  });

  it('keep the order of a Case also around a text that a composite would read as a reference', async () => {
    const id = newCase();
    const texts = ['before', '@{part0[0].id} is no reference', 'after'];
    sandbox.forgetCalls();
    await desk.children?.post(texts.map((text) => post(id, text)));
    expect(counted()).toHaveLength(3);
    expect((await commentsOf([id]))[0]?.items.map(({ text }) => text)).toEqual(texts);
  });
});

describe('streams', () => {
  const now = (): Keyset => {
    ahead += 1_000;
    const here = { stamp: new Date(Date.now() + ahead).toISOString(), id: '' };
    ahead += 1_000;
    return here;
  };
  const poll = async (after: Keyset, names: readonly StreamName[]) => {
    const streams = names.map((name) => ({ name, after, limit: 100 }));
    const polled = await desk.changes({ object: 'Case', fields: ['Subject'], after, limit: 100, streams });
    return polled.streams ?? [];
  };
  const every: readonly StreamName[] = ['comments', 'files', 'deletions'];

  it('ride in the call of the poll: an idle one is one call', async () => {
    const after = now();
    expect(await poll(after, every)).toEqual(
      every.map((name) => ({ name, touched: [], done: true, next: after, readable: true })),
    );
    expect(counted()).toEqual([composite]);
  });

  it('tell of new, edited and deleted comments, though their Case does not move', async () => {
    const [one, two, three] = [newCase(), newCase(), newCase()];
    say(two, 'to be edited');
    say(three, 'to be deleted');
    const after = now();
    say(one, 'new');
    ahead += 1_000;
    sandbox.desk.edit('CaseComment', idOf('to be edited'), { CommentBody: 'edited' }, 'Ada');
    ahead += 1_000;
    const gone = idOf('to be deleted');
    sandbox.desk.remove('CaseComment', gone, 'Ada');
    const polled = await desk.changes({
      object: 'Case',
      fields: ['Subject'],
      after,
      limit: 100,
      streams: [{ name: 'comments', after, limit: 100 }],
    });
    expect(polled.records).toEqual([]);
    expect(polled.streams?.[0]?.touched.map(({ recordId, id }) => [recordId, id])).toEqual([
      [one, idOf('new')],
      [two, idOf('edited')],
      [three, gone],
    ]);
  });

  it('tell what a merged Case went into', async () => {
    const [master, loser, plain] = [newCase(), newCase(), newCase()];
    const after = now();
    sandbox.recycleBin.merge(master, loser);
    ahead += 1_000;
    sandbox.desk.remove('Case', plain, 'Ada');
    const [deletions] = await poll(after, ['deletions']);
    expect(deletions?.touched).toMatchObject([{ recordId: loser, mergedInto: master }, { recordId: plain }]);
    expect(deletions?.touched[1]).not.toHaveProperty('mergedInto');
  });

  it('tell of files by the tickets they hang on, at the price of one call more', async () => {
    const id = newCase();
    const after = now();
    sandbox.desk.create(
      'ContentVersion',
      { PathOnClient: 'a.txt', VersionData: 'aGk=', FirstPublishLocationId: id },
      'Ada',
    );
    sandbox.forgetCalls();
    const [files] = await poll(after, ['files']);
    expect(files?.touched.map(({ recordId }) => recordId)).toContain(id);
    expect(counted()).toEqual([composite, composite]);
  });

  it('that this user may not see say so, and end no poll', async () => {
    sandbox.rights.hideObject('CaseComment');
    const after = now();
    const [comments, files, deletions] = await poll(after, every);
    expect(comments).toEqual({ name: 'comments', touched: [], done: true, next: after, readable: false });
    expect([files?.readable, deletions?.readable]).toEqual([true, true]);
  });

  it('go on page by page', async () => {
    const id = newCase();
    const after = now();
    for (let n = 0; n < 5; n += 1) sandbox.desk.comment('Case', id, `page ${n}`, 'public', 'Ada');
    const seen: string[] = [];
    let place = after;
    let done = false;
    while (!done && seen.length < 10) {
      const polled = await desk.changes({
        object: 'Case',
        fields: ['Subject'],
        after,
        limit: 100,
        streams: [{ name: 'comments', after: place, limit: 2 }],
      });
      const [comments] = polled.streams ?? [];
      seen.push(...(comments?.touched ?? []).map((one) => one.id));
      place = comments?.next ?? place;
      done = comments?.done ?? true;
    }
    expect(seen).toEqual(Array.from({ length: 5 }, (_, n) => idOf(`page ${n}`)).toSorted());
  });
});
