import type { Fields } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { normaliseId } from '../salesforce/ids.ts';
import type { MemoryDesk } from './desk.ts';

/** Somebody or something that tickets refer to: a user, a contact, a group, a queue, an account. */
export interface DirectoryEntry {
  readonly object: 'sys_user' | 'sys_user_group' | 'User' | 'Contact' | 'Group' | 'Account';
  readonly fields: Fields;
}

const prefixes: Readonly<Record<DirectoryEntry['object'], string>> = {
  sys_user: '',
  sys_user_group: '',
  User: '005',
  Contact: '003',
  Group: '00G',
  Account: '001',
};

/** Puts an entry into the directory of a desk and returns its id. A queue is set up for Cases, unless its fields say otherwise. */
export function addToDirectory(
  desk: MemoryDesk,
  side: Side,
  drawn: string,
  { object, fields }: DirectoryEntry,
): string {
  const { QueuedFor = 'Case', ...own } = fields;
  const id = side === 'servicenow' ? drawn : salesforceId(prefixes[object], drawn);
  const idField = side === 'servicenow' ? 'sys_id' : 'Id';
  desk.insert(object, { ...(object === 'Group' ? { Type: 'Queue' } : {}), ...own, [idField]: id }, 'admin', id);
  if (object === 'Group' && QueuedFor !== null) {
    const set = {
      QueueId: id,
      SobjectType: QueuedFor,
      'Queue.Name': own['Name'] ?? null,
      'Queue.Email': own['Email'] ?? null,
    };
    desk.insert('QueueSobject', set, 'admin', salesforceId('03g', drawn));
  }
  return id;
}

function salesforceId(prefix: string, drawn: string): string {
  const id15 = `${prefix}${drawn.slice(0, 12)}`;
  return normaliseId(id15) ?? id15;
}
