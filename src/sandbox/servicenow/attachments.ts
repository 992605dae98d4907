import { gzipSync } from 'node:zlib';
import type { Content } from '../content.ts';
import type { Instance } from './api.ts';
import { glideTime, parseGlideTime } from './clock-text.ts';
import type { Row } from './database.ts';
import { refusals } from './refusal.ts';

export interface NewFile {
  readonly table: string;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly content: Content;
  readonly by: string;
  readonly viaApi: boolean;
}

/** Stores a file on a record, `pending` at first. Throws a Refusal. */
export function storeFile(instance: Instance, file: NewFile): Row {
  const { schema } = instance.database;
  if (schema.table(file.table) === undefined) throw refusals.invalidTable(file.table);
  const parent = instance.database.find(file.table, file.id);
  if (parent === null) throw refusals.noRecord();
  if (file.viaApi) {
    const tables = schema.ancestors(parent.table);
    if (!instance.rights.sees(file.by, tables, parent.row)) throw refusals.noRecord();
    const allowed =
      instance.rights.may(file.by, 'write', tables) && instance.rights.may(file.by, 'create', ['sys_attachment']);
    if (!allowed) throw refusals.acl('Insert');
  }
  // No recording shows this answer; it is an error of the 4xx kind.
  if (file.content.size > instance.properties.attachmentMaxBytes) throw refusals.fileRefused('size');
  if (instance.properties.forbiddenExtensions.some((ending) => file.name.toLowerCase().endsWith(`.${ending}`)))
    throw refusals.fileRefused('extension');
  const row = instance.records.platform(
    'sys_attachment',
    {
      file_name: file.name,
      content_type: file.type,
      size_bytes: String(file.content.size),
      size_compressed: String(packedSize(file.content)),
      table_name: parent.table,
      table_sys_id: file.id,
      hash: file.content.sha256,
      state: 'pending',
    },
    file.by,
  );
  instance.files.set(row['sys_id'] ?? '', file.content);
  return row;
}

/** What packing would bring is not worth reading a large file for. */
function packedSize(content: Content): number {
  return content.size > 1024 * 1024 ? content.size : gzipSync(content.bytes()).length;
}

/** An attachment row the caller may read. Throws 404 otherwise. */
export function fileRow(instance: Instance, user: string, id: string): Row {
  settleScans(instance);
  const row = instance.database.get('sys_attachment', id);
  if (row === null || !instance.rights.sees(user, ['sys_attachment'], row)) throw refusals.noRecord();
  return row;
}

/**
 * Files become available about a second after the upload, by `system`, with one more on the counter (attachment-post-file-rec,
 * then attachment-list-rec). Done when somebody looks.
 */
export function settleScans(instance: Instance): void {
  for (const row of instance.database.lookUp('sys_attachment', 'state', ['pending']) ?? []) {
    const created = parseGlideTime(row['sys_created_on'] ?? '') ?? 0;
    if (created + instance.properties.attachmentScanMs > instance.now()) continue;
    const settled = {
      ...row,
      state: 'available',
      sys_updated_by: 'system',
      sys_updated_on: glideTime(created + instance.properties.attachmentScanMs),
      sys_mod_count: '1',
    };
    instance.database.put('sys_attachment', settled, instance.now());
  }
}

/** An attachment as this API shows it: every value text, with a link that keeps the version of the request (PySNC). */
export function showAttachment(instance: Instance, row: Row, version: string): Record<string, string> {
  return {
    ...row,
    download_link: `${instance.url()}/api/now/${version === '' ? '' : `${version}/`}attachment/${row['sys_id'] ?? ''}/file`,
  };
}
