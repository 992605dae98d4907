import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { AttachRequest } from '../../src/connectors/children.ts';
import { fileOf } from '../../src/connectors/servicenow/files-list.ts';
import { listAnswer, oneAnswer } from '../../src/connectors/servicenow/records.ts';
import type { FileInfo } from '../../src/core/children.ts';
import { clientFor, sysId } from '../connectors/servicenow/support.ts';
import type { Replay } from '../support/servicenow-replay.ts';
import { type Recording, replyOf } from './servicenow-recording.ts';

type Check = (recording: Recording) => Promise<void>;

const recorded = { id: '41f9dad09783111084d57e121153af94', ticket: '1c741bd70b2322007518478d83673af3' };
const hash = '8671fa6613cd1c6e82c0e1d6b940ae0771d1d8b3f56019f8274ed501407ffc2a';

const content = Buffer.alloc(5881, 'x');
const upload: AttachRequest = {
  object: 'incident',
  recordId: recorded.ticket,
  name: 'test & more^.json',
  contentType: 'application/json',
  size: content.length,
  channel: 'internal',
  open: async () => Readable.from([content], { objectMode: false }),
};

function infos(recording: Recording): readonly (FileInfo | null)[] {
  return listAnswer.parse(recording.response.body).result.map((row) => fileOf(row));
}

/** What the client makes of each recorded answer of the Attachment API, or why it never meets one. */
export function fileCases(server: () => Replay): Readonly<Record<string, Check | string>> {
  const files = () => clientFor(server().url).desk.children ?? null;
  return {
    'attachment-delete-doc': async (recording) => {
      server().answer(replyOf(recording));
      await files()?.detach('incident', { recordId: recorded.ticket, id: recorded.id });
      expect(server().heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `DELETE /api/now/attachment/${recorded.id}`,
      ]);
    },
    'attachment-download-rec': async (recording) => {
      server().answer(replyOf(recording, { body: 'the bytes' }));
      const file = { ...infosOf(recorded.id), versionId: recorded.id };
      const opened = await files()?.open(file);
      expect((await buffer(opened?.body ?? Readable.from([]))).toString()).toBe('the bytes');
      expect(server().heard[0]?.url).toBe(`/api/now/attachment/${recorded.id}/file`);
    },
    'attachment-get-doc': 'one row is never asked for',
    'attachment-list-doc': async (recording) => {
      // A release that had neither a state nor a hash.
      expect(infos(recording)).toMatchObject([{ name: 'blocks.swf', size: 462, hash: null, state: 'ready' }]);
      return Promise.resolve();
    },
    'attachment-list-empty-rec': async (recording) => {
      expect(infos(recording)).toEqual([]);
      return Promise.resolve();
    },
    'attachment-list-incident-rec': async (recording) => {
      expect(infos(recording)).toMatchObject([
        { name: 'testtattatxt', contentType: 'text/plain (.txt)', state: 'ready' },
      ]);
      return Promise.resolve();
    },
    'attachment-list-rec': async (recording) => {
      const [first, second] = infos(recording);
      expect(first).toEqual({
        side: 'servicenow',
        recordId: recorded.ticket,
        id: recorded.id,
        versionId: recorded.id,
        name: 'test',
        contentType: 'application/json',
        size: 5881,
        hash,
        channel: 'internal',
        author: 'admin',
        own: false,
        createdAt: '2022-11-05T00:53:43.000Z',
        state: 'ready',
      });
      // Two files of one name are two files.
      expect([second?.name, second?.id === first?.id]).toEqual(['test', false]);
      return Promise.resolve();
    },
    'attachment-patch-rename-doc': 'files are never renamed',
    'attachment-post-file-doc': async (recording) => {
      const row = oneAnswer.parse(recording.response.body).result;
      server().answer(replyOf(recording, { body: { result: { ...row, size_bytes: '5881' } } }));
      expect(await files()?.attach(upload)).toMatchObject({ kind: 'attached', hash: null });
    },
    'attachment-post-file-rec': async (recording) => {
      expect(fileOf(oneAnswer.parse(recording.response.body).result)).toMatchObject({ state: 'pending', hash });
      server().answer(replyOf(recording));
      const result = await files()?.attach(upload);
      expect(result).toEqual({ kind: 'attached', id: recorded.id, versionId: recorded.id, hash });
      const [heard] = server().heard;
      const url = `/api/now/attachment/file?table_name=incident&table_sys_id=${recorded.ticket}&file_name=test%20%26%20more%5E.json`;
      expect([heard?.method, heard?.url]).toEqual(['POST', url]);
      expect([heard?.headers['content-type'], heard?.headers['content-length']]).toEqual(['application/json', '5881']);
    },
    'attachment-post-upload-multipart-doc': 'files are sent raw',
  };
}

function infosOf(id: string): FileInfo {
  return {
    side: 'servicenow',
    recordId: sysId(1),
    id,
    versionId: id,
    name: 'test',
    contentType: 'application/json',
    size: 9,
    hash: null,
    channel: 'internal',
    author: null,
    own: false,
    createdAt: '2022-11-05T00:53:43.000Z',
    state: 'ready',
  };
}
