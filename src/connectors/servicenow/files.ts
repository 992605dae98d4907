import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { FileInfo } from '../../core/children.ts';
import { createByteHttp } from '../byte-http.ts';
import type { AttachRequest, AttachResult, ChildSystem } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { Context } from './context.ts';
import { unexpected } from './errors.ts';
import { hashOf } from './files-list.ts';
import { signedBy } from './files-me.ts';
import { checkName } from './query.ts';
import { normalId } from './records.ts';

export { fileRequests, filesIn } from './files-list.ts';

/** What an upload answers (attachment-post-file-rec): the row, `pending` at first, its hash known. */
const uploaded = z.looseObject({
  result: z.looseObject({
    sys_id: z.string(),
    size_bytes: z.string().nullish(),
    hash: z.string().nullish(),
    sys_created_by: z.string().nullish(),
  }),
});

const apiPath = '/api/now/attachment';
const deleteTimeoutMs = 65_000;

/** Files of one ServiceNow instance, by the Attachment API: raw bytes both ways, never as text inside JSON. */
export function createFiles(context: Context): Pick<ChildSystem, 'open' | 'attach' | 'detach'> {
  const { rest } = context;
  const bytes = createByteHttp(rest.origin);

  async function open(file: FileInfo, signal?: AbortSignal): Promise<{ body: Readable; size: number | null }> {
    const path = `${apiPath}/${idOf(file.versionId)}/file`;
    const stop = signal === undefined ? {} : { signal };
    const { answer } = await rest.transfer({ method: 'GET', path, effect: 'read', ...stop }, (accessToken) =>
      bytes.download({
        path,
        // Packed bytes would hide how many there are.
        headers: { Accept: '*/*', 'Accept-Encoding': 'identity', Authorization: `Bearer ${accessToken}` },
        isFile: (status, headers) => status === 200 && isFile(headers),
        ...stop,
      }),
    );
    if (answer.body === null) throw unexpected({ request: `GET ${path}`, effect: 'read' }, 'not-a-file');
    return { body: answer.body, size: lengthOf(answer.headers) };
  }

  async function upload(request: AttachRequest): Promise<AttachResult> {
    const { signal } = request;
    const stop = signal === undefined ? {} : { signal };
    const path = uploadPath(request);
    const { body } = await rest.transfer({ method: 'POST', path, effect: 'write', ...stop }, async (accessToken) =>
      bytes.upload({
        path,
        headers: {
          Accept: 'application/json',
          Authorization: `Bearer ${accessToken}`,
          'Content-Type': headerType(request.contentType),
        },
        size: request.size,
        body: await request.open(),
        ...stop,
      }),
    );
    const row = uploaded.safeParse(body);
    const id = row.success ? normalId(row.data.result.sys_id) : null;
    if (!row.success || id === null)
      throw unexpected({ request: `POST ${apiPath}/file`, effect: 'write' }, 'broken-answer');
    const { size_bytes: size, hash } = row.data.result;
    signedBy(context, row.data.result.sys_created_by);
    if (Number(size ?? request.size) !== request.size) throw await undone(request, id);
    return { kind: 'attached', id, versionId: id, hash: hashOf(hash) };
  }

  /** The instance kept another number of bytes than it was given: no half file stays on a ticket. */
  async function undone(request: AttachRequest, id: string): Promise<ConnectorError> {
    await detach(request.object, { id });
    return new ConnectorError('Unavailable', { side: 'servicenow', executed: 'no', cause: 'half-file' });
  }

  async function detach(_object: string, file: { readonly id: string }): Promise<void> {
    const path = `${apiPath}/${idOf(file.id)}`;
    await rest.call({ method: 'DELETE', path, effect: 'write', timeoutMs: deleteTimeoutMs });
  }

  return {
    open,
    attach: async (request) => {
      try {
        return await upload(request);
      } catch (error) {
        if (error instanceof ConnectorError) return { kind: 'failed', error };
        throw error;
      }
    },
    detach,
  };
}

/** Name and target travel in the query, so that the body is the file and nothing else. */
function uploadPath(request: AttachRequest): string {
  const query = {
    table_name: checkName(request.object),
    table_sys_id: idOf(request.recordId),
    file_name: request.name.toWellFormed(),
  };
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${apiPath}/file?${text.join('&')}`;
}

/** A sleeping instance answers 200 with a page; the real thing carries its row in a header (attachment-download-rec). */
function isFile(headers: Readonly<Record<string, string>>): boolean {
  return headers['x-attachment-metadata'] !== undefined || !/html/i.test(headers['content-type'] ?? '');
}

/** Null where the length is not told (attachment-download-rec is chunked). */
function lengthOf(headers: Readonly<Record<string, string>>): number | null {
  const length = headers['content-length'] ?? '';
  return headers['content-encoding'] === undefined && /^\d+$/.test(length) ? Number(length) : null;
}

/** A type as a header may hold it; the upload needs one (attachment-post-file-doc). */
function headerType(type: string): string {
  return /^[\x20-\x7e]{1,200}$/.test(type) && type.includes('/') ? type : 'application/octet-stream';
}

function idOf(text: string): string {
  const id = normalId(text);
  if (id !== null) return id;
  const answer = `no sys_id: ${JSON.stringify(text.slice(0, 60))}`;
  throw new ConnectorError('Rejected', { side: 'servicenow', executed: 'no', cause: 'bad-request', answer });
}
