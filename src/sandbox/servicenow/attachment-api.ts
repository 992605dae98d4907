import { contentOf } from '../content.ts';
import type { ApiAnswer, ApiRequest, Instance } from './api.ts';
import { json } from './api.ts';
import { fileRow, showAttachment, storeFile } from './attachments.ts';
import { listRows } from './listing.ts';
import { refusals } from './refusal.ts';
import { readJsonBody } from './request-body.ts';

interface Target {
  readonly version: string;
  readonly first: string | null;
  readonly second: string | null;
}

/** `/api/now[/v1]/attachment…`. Multipart uploads arrive here already taken apart, as raw ones. */
export function attachmentApi(instance: Instance, request: ApiRequest, target: Target): ApiAnswer {
  const { first, second } = target;
  const { method } = request;
  if (first === null) {
    if (method !== 'GET') throw refusals.method();
    return list(instance, request, target.version);
  }
  if (first === 'file' && second === null && method === 'POST') return upload(instance, request, target.version);
  if (second === 'file' && method === 'GET') return download(instance, request, first);
  if (second !== null) throw refusals.noResource();
  const row = fileRow(instance, request.user, first);
  if (method === 'GET') return json(200, { result: showAttachment(instance, row, target.version) });
  // Rename and delete: 204 without a body (attachment-patch-rename-doc, attachment-delete-doc).
  if (method === 'PATCH') {
    instance.records.update(
      'sys_attachment',
      row,
      { file_name: readJsonBody(request)['file_name'] },
      { userName: request.user, viaApi: true },
    );
    return { status: 204, headers: {}, body: null };
  }
  if (method !== 'DELETE') throw refusals.method();
  if (!instance.rights.may(request.user, 'delete', ['sys_attachment'])) throw refusals.acl('Delete');
  instance.records.remove('sys_attachment', row, { userName: request.user, viaApi: true });
  instance.files.delete(first);
  return { status: 204, headers: {}, body: null };
}

// The default limit of this list is 1000, not 10000 (c_AttachmentAPI).
function list(instance: Instance, request: ApiRequest, version: string): ApiAnswer {
  const found = listRows(instance, request, 'sys_attachment', 1000);
  return json(200, { result: found.rows.map((row) => showAttachment(instance, row, version)) }, found.headers);
}

function upload(instance: Instance, request: ApiRequest, version: string): ApiAnswer {
  const table = request.query.get('table_name') ?? '';
  const id = request.query.get('table_sys_id') ?? '';
  const name = request.query.get('file_name') ?? '';
  const type = request.headers['content-type'] ?? '';
  // Status documented (c_AttachmentAPI); the words are not.
  if (table === '' || id === '' || name === '' || type === '') throw refusals.missingParameter();
  const row = storeFile(instance, {
    table,
    id,
    name,
    type,
    content: request.content ?? contentOf(request.body),
    by: request.user,
    viaApi: true,
  });
  const location = `${instance.url()}/api/now/${version === '' ? '' : `${version}/`}attachment/${row['sys_id'] ?? ''}/file`;
  return json(201, { result: showAttachment(instance, row, version) }, { Location: location });
}

/** Raw bytes, with the row in a header and the name twice in another (attachment-download-rec). */
function download(instance: Instance, request: ApiRequest, id: string): ApiAnswer {
  const row = fileRow(instance, request.user, id);
  const { download_link: _, ...metadata } = showAttachment(instance, row, '');
  const name = row['file_name'] ?? '';
  const type = row['content_type'] ?? 'application/octet-stream';
  const isText = type.startsWith('text/') || type === 'application/json' || type === 'application/xml';
  return {
    status: 200,
    headers: {
      'Content-Type': isText ? `${type};charset=UTF-8` : type,
      'Content-Disposition': `attachment;filename="${asciiOnly(name)}";filename*=UTF-8''${encodeURIComponent(name)}`,
      'x-attachment-metadata': asciiOnly(JSON.stringify(metadata)),
    },
    body: instance.files.get(id) ?? null,
  };
}

function asciiOnly(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replaceAll('\\"', "'");
}
