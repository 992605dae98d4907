import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FileInfo } from '../../core/children.ts';
import { type ByteHttp, createByteHttp } from '../byte-http.ts';
import type { AttachRequest, AttachResult, ChildSystem } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import { composite, partFailure, queryEach } from './composite.ts';
import { linkFile, publishedAs } from './files-link.ts';
import { normaliseId } from './ids.ts';
import { multipart } from './multipart.ts';
import type { Session } from './session.ts';
import { both, equals, select } from './soql.ts';
import { savedSchema, understand } from './wire.ts';

/** Random enough that no file holds it by chance or on purpose. */
const newBoundary = (): string => `casebridge-${randomBytes(24).toString('hex')}`;

/** Files of one Salesforce org: ContentVersion by multipart and as raw bytes, never as base64. */
export function createFiles(session: Session): Pick<ChildSystem, 'open' | 'attach' | 'detach'> {
  const known = new Map<string, ByteHttp>();

  /** A renewed token may name another host. */
  function bytesAt(origin: string): ByteHttp {
    const http = known.get(origin) ?? createByteHttp(origin);
    known.set(origin, http);
    return http;
  }

  async function open(file: FileInfo, signal?: AbortSignal): Promise<{ body: Readable; size: number | null }> {
    const path = session.path(`/sobjects/ContentVersion/${idOf(file.versionId)}/VersionData`);
    const stop = signal === undefined ? {} : { signal };
    const { answer } = await session.transfer({ method: 'GET', path, ...stop }, (origin, accessToken) =>
      bytesAt(origin).download({
        path,
        headers: { Accept: '*/*', 'Accept-Encoding': 'identity', Authorization: `Bearer ${accessToken}` },
        isFile: (status, headers) => status === 200 && !isPage(headers),
        ...stop,
      }),
    );
    if (answer.body === null) {
      throw new ConnectorError('Unavailable', { side: 'salesforce', executed: 'no', cause: 'not-a-file' });
    }
    const length = answer.headers['content-length'] ?? '';
    const plain = answer.headers['content-encoding'] === undefined && /^\d+$/.test(length);
    return { body: answer.body, size: plain ? Number(length) : null };
  }

  async function attach(request: AttachRequest): Promise<AttachResult> {
    const versionId = (await publishedBefore(request)) ?? (await upload(request));
    const id = await linkFile(session, versionId, request);
    return { kind: 'attached', id, versionId, hash: null };
  }

  /**
   * What an earlier sending may have left: a version of ours that was stored and never linked. One that hangs on the ticket already
   * is not looked for here: the ticket's own list shows it.
   */
  async function publishedBefore(request: AttachRequest): Promise<string | null> {
    if (request.lostAt === undefined || request.channel === 'public') return null;
    return publishedAs(session, request, request.lostAt);
  }

  async function upload(request: AttachRequest): Promise<string> {
    const { signal } = request;
    const path = session.path('/sobjects/ContentVersion');
    const stop = signal === undefined ? {} : { signal };
    const fields = {
      Title: titleOf(request.name),
      PathOnClient: request.name,
      // Linked here, a file is shown to everybody who sees the case; an internal one is linked by itself, afterwards.
      ...(request.channel === 'public' ? { FirstPublishLocationId: idOf(request.recordId) } : {}),
    };
    const { body } = await session.transfer({ method: 'POST', path, ...stop }, async (origin, accessToken) => {
      const content = await request.open();
      const file = {
        field: 'VersionData',
        fileName: request.name,
        contentType: request.contentType,
        size: request.size,
        content,
      };
      const parts = multipart(fields, file, newBoundary());
      return bytesAt(origin).upload({
        path,
        headers: {
          Accept: 'application/json',
          Authorization: `Bearer ${accessToken}`,
          'Content-Type': parts.contentType,
        },
        size: parts.size,
        body: parts.body,
        ...stop,
      });
    });
    const id = normaliseId(understand(savedSchema, body, `POST ${path}`).id ?? '');
    if (id !== null) return id;
    throw new ConnectorError('Unavailable', { side: 'salesforce', executed: 'maybe', cause: 'unreadable-answer' });
  }

  return {
    open,
    attach: async (request) => {
      try {
        return await attach(request);
      } catch (error) {
        if (error instanceof ConnectorError) return { kind: 'failed', error };
        throw error;
      }
    },
    detach: (_object, file) => unlink(session, idOf(file.recordId), idOf(file.id)),
  };
}

/** Takes the file off the ticket. The document itself stays: it may hang elsewhere, and a person can put it back. */
async function unlink(session: Session, recordId: string, id: string): Promise<void> {
  const where = both(equals('LinkedEntityId', recordId), equals('ContentDocumentId', id));
  const [links = []] = await queryEach(session, [select({ object: 'ContentDocumentLink', fields: ['Id'], where })]);
  for (const link of links) {
    const url = session.path(`/sobjects/ContentDocumentLink/${idOf(link.Id)}`);
    const [answer] = await composite(session, [{ method: 'DELETE', url }]);
    const failure = answer === undefined ? null : partFailure(answer);
    if (failure !== null && failure.kind !== 'NotFound') throw failure;
  }
}

/** Salesforce shows the title and keeps the extension beside it. */
function titleOf(name: string): string {
  const bare = name.replace(/\.[^.]*$/, '');
  return (bare === '' ? name : bare).slice(0, 255);
}

/** A page of a proxy or a maintenance notice where bytes belong; a file comes as `application/octetstream`. */
function isPage(headers: Readonly<Record<string, string>>): boolean {
  return (headers['content-type'] ?? '').startsWith('text/html');
}

function idOf(text: string): string {
  const id = normaliseId(text);
  if (id !== null) return id;
  const answer = `no id: ${JSON.stringify(text.slice(0, 60))}`;
  throw new ConnectorError('Rejected', { side: 'salesforce', executed: 'no', cause: 'malformed-id', answer });
}
