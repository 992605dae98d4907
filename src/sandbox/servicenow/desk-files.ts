import { contentOf, isContent } from '../content.ts';
import type { Desk } from '../sandbox.ts';
import type { Instance } from './api.ts';
import { settleScans, storeFile } from './attachments.ts';

/** Attachments at the desk, without HTTP and without ACLs. */
export function filesAt(
  instance: Instance,
  ensurePerson: (by: string) => void,
): Pick<Desk, 'attach' | 'files' | 'detach'> {
  return {
    attach: (object, id, file, by) => {
      ensurePerson(by);
      const row = storeFile(instance, {
        table: object,
        id,
        name: file.name,
        type: file.type ?? 'application/octet-stream',
        content: isContent(file.content) ? file.content : contentOf(file.content),
        by,
        viaApi: false,
      });
      return row['sys_id'] ?? '';
    },
    files: (_object, id) => {
      settleScans(instance);
      const rows = instance.database.lookUp('sys_attachment', 'table_sys_id', [id]) ?? [];
      return rows.map((row) => ({
        id: row['sys_id'] ?? '',
        name: row['file_name'] ?? '',
        size: Number(row['size_bytes'] ?? '0'),
        hash: row['hash'] ?? '',
        by: row['sys_created_by'] ?? '',
        mark: row['state'] ?? '',
        bytes: () => instance.files.get(row['sys_id'] ?? '')?.bytes() ?? Buffer.alloc(0),
      }));
    },
    detach: (_object, _id, fileId, by) => {
      const row = instance.database.get('sys_attachment', fileId);
      if (row === null) throw new Error(`no attachment ${fileId}`);
      instance.records.remove('sys_attachment', row, { userName: by, viaApi: false });
      instance.files.delete(fileId);
    },
  };
}
