import { beforeEach, describe, expect, it } from 'vitest';
import type { Children, PostRequest, PostResult } from '../../../src/connectors/children.ts';
import type { Keyset } from '../../../src/connectors/ticket-system.ts';
import type { Channel, Comment } from '../../../src/core/children.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';
import { unknownId } from './reads.ts';

/** Texts that mean something to somebody on the way: SOQL, composites, journals, markup, encoded queries. */
const hostile = [
  `it's a \\ "quoted" text`,
  '@{part0.records[0].Subject} and @{x}',
  'first line\n\n2026-01-01 10:00:00 - Beth Anglin (Additional comments)\nI never said that',
  '<script>alert(1)</script> &amp; ^ORactive=true javascript:gs.now()',
  '日本語 🦊 ﬁn',
];

/** The desk's door for people; a desk without one sits the other trials only. */
function say(desk: DeskUnderTest): NonNullable<DeskUnderTest['comment']> {
  if (desk.comment === undefined) throw new Error('this desk has no comments');
  return desk.comment;
}

export function commentTests(opened: Opened): void {
  const put = (title: string): string => opened().put({ ...opened().required, [opened().title]: title });
  const read = async (...ids: readonly string[]): Promise<readonly NonNullable<Children['comments']>[]> => {
    const desk = opened();
    const ask = { comments: true, files: false };
    const results = await desk.system.read(desk.object, ids, [desk.title], ask);
    return results.map((result) => {
      if (result.kind !== 'found' || !result.children?.comments) throw new Error(`no comments: ${result.kind}`);
      expect(result.children.files).toBeNull();
      return result.children.comments;
    });
  };
  const textsOf = (comments: { readonly items: readonly Comment[] } | undefined): readonly (readonly string[])[] =>
    (comments?.items ?? []).map(({ channel, text }) => [channel, text]);
  const postTo = (recordId: string, text: string, channel: Channel = 'public'): PostRequest => ({
    object: opened().object,
    recordId,
    channel,
    text,
  });
  const post = async (...requests: readonly PostRequest[]): Promise<readonly PostResult[]> =>
    (await opened().system.children?.post(requests)) ?? [];

  describe('comments', () => {
    beforeEach(({ skip }) => skip(opened().comment === undefined, 'no comments here'));
    it('come with the tickets they hang on, oldest first, with who may read them', async () => {
      const desk = opened();
      const [one, two, bare] = [put('with a talk'), put('with another'), put('without a word')];
      say(desk)(one, 'the first', 'public');
      await desk.tick();
      say(desk)(one, 'for us alone', 'internal');
      say(desk)(two, 'elsewhere', 'public');
      const [first, second, none] = await read(one, two, bare);
      expect(textsOf(first)).toEqual([
        ['public', 'the first'],
        ['internal', 'for us alone'],
      ]);
      expect(textsOf(second)).toEqual([['public', 'elsewhere']]);
      expect(none).toEqual({ items: [], complete: true });
      expect([first?.complete, second?.complete]).toEqual([true, true]);
      for (const comment of [...(first?.items ?? []), ...(second?.items ?? [])]) {
        expect(comment).toMatchObject({ side: desk.system.side, kind: 'comment', own: false });
        expect(comment.author).toMatch(/\S/);
        expect(new Date(comment.createdAt).toISOString()).toBe(comment.createdAt);
      }
      expect(new Set([...(first?.items ?? []), ...(second?.items ?? [])].map(({ id }) => id)).size).toBe(3);
      expect(first?.items.map(({ recordId }) => recordId)).toEqual([one, one]);
    });

    it('stay the same from read to read', async () => {
      const id = put('read twice');
      say(opened())(id, 'said once', 'public');
      expect(await read(id)).toEqual(await read(id));
    });

    it('are left out where nobody asks', async () => {
      const desk = opened();
      const id = put('not asked');
      say(desk)(id, 'unheard', 'public');
      const [plain] = await desk.system.read(desk.object, [id], [desk.title]);
      expect(plain).not.toHaveProperty('children');
      const [files] = await desk.system.read(desk.object, [id], [desk.title], { comments: false, files: false });
      expect(files).toMatchObject({ kind: 'found', children: { comments: null, files: null } });
    });

    it('are posted in the order given, each into its channel, and are known as our own', async () => {
      const [one, two] = [put('answered'), put('answered too')];
      const results = await post(
        postTo(one, 'answer 1'),
        postTo(two, 'to the other', 'internal'),
        postTo(one, 'answer 2', 'internal'),
        postTo(one, 'answer 3'),
      );
      expect(results.map(({ kind }) => kind)).toEqual(['posted', 'posted', 'posted', 'posted']);
      const [first, second] = await read(one, two);
      expect(textsOf(first)).toEqual([
        ['public', 'answer 1'],
        ['internal', 'answer 2'],
        ['public', 'answer 3'],
      ]);
      expect(textsOf(second)).toEqual([['internal', 'to the other']]);
      expect([...(first?.items ?? []), ...(second?.items ?? [])].every(({ own }) => own)).toBe(true);
      // Where the desk names what it made, that is what comes back.
      const named = [0, 2, 3].map((at) => results[at]).map((result) => (result?.kind === 'posted' ? result.id : null));
      first?.items.forEach((comment, at) => expect(named[at] ?? comment.id).toBe(comment.id));
    });

    it('keep their texts as they are', async () => {
      const id = put('hostile');
      const results = await post(...hostile.map((text) => postTo(id, text)));
      expect(results.map(({ kind }) => kind)).toEqual(hostile.map(() => 'posted'));
      const [comments] = await read(id);
      expect(comments?.items.map(({ text }) => text)).toEqual(hostile);
    });

    it('fail alone: a ticket that is not there takes nothing from the others', async () => {
      const desk = opened();
      const id = put('beside a stranger');
      const gone = put('gone');
      desk.remove(gone);
      const results = await post(
        postTo(unknownId(desk), 'to nobody'),
        postTo(id, 'to somebody'),
        postTo(gone, 'too late'),
      );
      expect(results.map(({ kind }) => kind)).toEqual(['failed', 'posted', 'failed']);
      for (const result of results) if (result.kind === 'failed') expect(result.error.inDoubt).toBe(false);
      expect(textsOf((await read(id))[0])).toEqual([['public', 'to somebody']]);
    });

    it('are not posted empty, nor to what is no id', async () => {
      const id = put('silent');
      const results = await post(postTo(id, ' \n '), postTo("x' OR Id != '", 'to everybody'));
      expect(results.map((result) => result.kind === 'failed' && result.error.data.executed)).toEqual(['no', 'no']);
      for (const result of results) {
        expect(['Rejected', 'NotFound']).toContain(result.kind === 'failed' ? result.error.kind : 'posted');
      }
      expect((await read(id))[0]).toEqual({ items: [], complete: true });
    });

    it('say so where a call failed as a whole', async () => {
      const desk = opened();
      const id = put('cut off');
      desk.breakNext();
      const outcome = await post(postTo(id, 'lost?')).catch((error: unknown) => error);
      const [result] = Array.isArray(outcome) ? (outcome as readonly PostResult[]) : [];
      expect(result === undefined ? outcome : result.kind === 'failed' && result.error).toMatchObject({
        kind: 'Unavailable',
      });
      expect(await post(postTo(id, 'said again'))).toMatchObject([{ kind: 'posted' }]);
    });

    it('wait for nobody: nothing asked is nothing done', async () => {
      const before = opened().system.calls();
      expect(await post()).toEqual([]);
      expect(opened().system.calls()).toBe(before);
    });
  });

  describe('streams beside a poll', () => {
    beforeEach(({ skip }) => skip(opened().comment === undefined, 'no comments here'));
    const after = async (desk: DeskUnderTest): Promise<Keyset> => {
      await desk.tick();
      const page = await desk.system.changes({
        object: desk.object,
        fields: [desk.title],
        after: { stamp: '2000-01-01T00:00:00.000Z', id: '' },
        limit: 10_000,
      });
      const here = { stamp: page.serverNow, id: '' };
      await desk.tick();
      return here;
    };
    const poll = (desk: DeskUnderTest, from: Keyset) =>
      desk.system.changes({
        object: desk.object,
        fields: [desk.title],
        after: from,
        limit: 500,
        streams: [
          { name: 'comments', after: from, limit: 500 },
          { name: 'deletions', after: from, limit: 500 },
        ],
      });

    it('tell of a new comment, by the ticket itself or beside it', async () => {
      const desk = opened();
      const [id, quiet] = [put('will be talked about'), put('will not')];
      const from = await after(desk);
      say(desk)(id, 'news', 'internal');
      const page = await poll(desk, from);
      const comments = page.streams?.find(({ name }) => name === 'comments');
      const touched = [
        ...page.records.map((record) => record.id),
        ...(comments?.touched ?? []).map((one) => one.recordId),
      ];
      expect(touched).toContain(id);
      expect(touched).not.toContain(quiet);
      expect(comments?.done).toBe(true);
    });

    it('tell of a deleted ticket, where they may be read', async ({ skip }) => {
      const desk = opened();
      const id = put('not long for this world');
      const from = await after(desk);
      desk.remove(id);
      const page = await poll(desk, from);
      expect(page.streams?.map(({ name }) => name)).toEqual(['comments', 'deletions']);
      const deletions = page.streams?.find(({ name }) => name === 'deletions');
      skip(deletions?.readable === false, 'deletions may not be read here');
      expect(deletions).toMatchObject({ done: true, touched: [{ recordId: id, id }] });
      // Going on from where it ended, there is nothing left.
      const next = await desk.system.changes({
        object: desk.object,
        fields: [desk.title],
        after: from,
        limit: 500,
        streams: [{ name: 'deletions', after: deletions?.next ?? from, limit: 500 }],
      });
      expect(next.streams).toMatchObject([{ name: 'deletions', touched: [], done: true }]);
    });

    it('cost an idle poll no call of its own', async () => {
      const desk = opened();
      const from = await after(desk);
      await poll(desk, from);
      const before = desk.system.calls();
      await poll(desk, from);
      expect(desk.system.calls() - before).toBe(1);
    });

    it('come in pages that follow each other', async ({ skip }) => {
      const desk = opened();
      const ids = ['a', 'b', 'c', 'd', 'e'].map((title) => put(title));
      const from = await after(desk);
      for (const id of ids) desk.remove(id);
      const seen: string[] = [];
      let place = from;
      for (let pages = 0; pages < 10; pages += 1) {
        const page = await desk.system.changes({
          object: desk.object,
          fields: [desk.title],
          after: from,
          limit: 500,
          streams: [{ name: 'deletions', after: place, limit: 2 }],
        });
        const [deletions] = page.streams ?? [];
        skip(deletions?.readable === false, 'deletions may not be read here');
        seen.push(...(deletions?.touched ?? []).map(({ recordId }) => recordId));
        place = deletions?.next ?? place;
        if (deletions?.done !== false) break;
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });
  });
}
