import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ChildSystem, PostRequest, PostResult } from '../../../src/connectors/children.ts';
import { ConnectorError, type Executed } from '../../../src/connectors/errors.ts';
import { createMemorySystem } from '../../../src/connectors/memory.ts';
import type { TicketSystem } from '../../../src/connectors/ticket-system.ts';
import { withDryRun } from '../../../src/connectors/with/dry-run.ts';
import { withRetry } from '../../../src/connectors/with/retry.ts';
import type { FileInfo } from '../../../src/core/children.ts';
import { fakeClock, runToEnd } from '../../support/clock.ts';
import { seededIds } from '../../support/random.ts';

const failed = (executed: Executed, kind: 'Unavailable' | 'Rejected' = 'Unavailable'): PostResult => ({
  kind: 'failed',
  error: new ConnectorError(kind, { side: 'salesforce', executed }),
});
const posted: PostResult = { kind: 'posted', id: '00a', at: null };
const post = (recordId: string, text: string): PostRequest => ({ object: 'Case', recordId, channel: 'public', text });
const file: FileInfo = {
  side: 'salesforce',
  recordId: 'a',
  id: 'f',
  versionId: 'v',
  name: 'a.txt',
  contentType: 'text/plain',
  size: 2,
  hash: null,
  channel: 'internal',
  author: null,
  own: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'ready',
};

/** A desk whose posts answer as `answers` says, text by text, call by call; what was sent is kept. */
function setUp(answers: Readonly<Record<string, readonly PostResult[]>>) {
  const clock = fakeClock(0);
  const sent: string[] = [];
  const tries = new Map<string, number>();
  const children: ChildSystem = {
    post: async (requests) =>
      Promise.resolve(
        requests.map(({ text }) => {
          sent.push(text);
          const nth = tries.get(text) ?? 0;
          tries.set(text, nth + 1);
          return answers[text]?.[nth] ?? posted;
        }),
      ),
    open: async () => {
      sent.push('open');
      if (sent.length < 3) throw new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no' });
      return Promise.resolve({ body: Readable.from(['hi']), size: 2 });
    },
    attach: async () => {
      sent.push('attach');
      return Promise.resolve({
        kind: 'failed',
        error: new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no' }),
      });
    },
    detach: async () => {
      sent.push('detach');
      return Promise.reject(new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no' }));
    },
  };
  const memory: TicketSystem = { ...createMemorySystem({ side: 'salesforce', clock, ids: seededIds() }), children };
  return { clock, sent, memory, retried: withRetry(memory, { clock, random: () => 1 }) };
}

describe('retry of posts', () => {
  it('sends again what certainly stayed here, and nothing else', async () => {
    const { clock, sent, retried } = setUp({ lost: [failed('no')], refused: [failed('no', 'Rejected')] });
    const requests = [post('a', 'lost'), post('b', 'refused'), post('c', 'fine')];
    const results = await runToEnd(clock, retried.children?.post(requests) ?? Promise.resolve([]));
    expect(sent).toEqual(['lost', 'refused', 'fine', 'lost']);
    expect(results.map(({ kind }) => kind)).toEqual(['posted', 'failed', 'posted']);
  });

  it('never sends again what may have arrived, nor what stood behind it on the same ticket', async () => {
    const { clock, sent, retried } = setUp({
      doubt: [failed('maybe')],
      behind: [failed('no')],
      elsewhere: [failed('no')],
    });
    const requests = [post('a', 'doubt'), post('a', 'behind'), post('b', 'elsewhere')];
    const results = await runToEnd(clock, retried.children?.post(requests) ?? Promise.resolve([]));
    expect(sent).toEqual(['doubt', 'behind', 'elsewhere', 'elsewhere']);
    expect(results.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'posted']);
  });

  it('keeps what is behind a post in its place when both go again', async () => {
    const { clock, sent, retried } = setUp({ one: [failed('no')], two: [failed('no')] });
    await runToEnd(clock, retried.children?.post([post('a', 'one'), post('a', 'two')]) ?? Promise.resolve([]));
    expect(sent).toEqual(['one', 'two', 'one', 'two']);
  });
});

describe('retry of files', () => {
  it('opens again, and leaves uploads and deletions to the engine, which looks first', async () => {
    const { clock, sent, retried } = setUp({});
    const opened = await runToEnd(clock, retried.children?.open(file) ?? Promise.reject(new Error('none')));
    expect(opened.size).toBe(2);
    expect(sent).toEqual(['open', 'open', 'open']);
    const request = {
      object: 'Case',
      recordId: 'a',
      name: 'a.txt',
      contentType: 'text/plain',
      size: 2,
      channel: 'internal',
      open: async () => Promise.resolve(Readable.from(['hi'])),
    } as const;
    expect(await retried.children?.attach(request)).toMatchObject({ kind: 'failed' });
    await expect(retried.children?.detach('Case', file)).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(sent.slice(3)).toEqual(['attach', 'detach']);
  });
});

describe('a dry run', () => {
  it('reads comments and files, and posts, attaches and removes nothing', async () => {
    const { sent, memory } = setUp({});
    const { children } = withDryRun(memory);
    const refused = { kind: 'Unavailable', data: { executed: 'no', cause: 'dry-run' } };
    await expect(children?.post([post('a', 'x')])).rejects.toMatchObject(refused);
    expect(await children?.post([])).toEqual([]);
    expect(
      await children?.attach({ ...file, object: 'Case', open: async () => Promise.resolve(Readable.from([])) }),
    ).toMatchObject({ kind: 'failed', error: refused });
    await expect(children?.detach('Case', file)).rejects.toMatchObject(refused);
    expect(sent).toEqual([]);
  });

  it('passes on what is asked beside the tickets', async () => {
    const { memory } = setUp({});
    const asked: unknown[] = [];
    const system = withDryRun({
      ...memory,
      read: async (...args) => {
        asked.push(args[3]);
        return Promise.resolve([]);
      },
    });
    await system.read('Case', ['a'], ['Subject'], { comments: true, files: true });
    expect(asked).toEqual([{ comments: true, files: true }]);
  });
});
