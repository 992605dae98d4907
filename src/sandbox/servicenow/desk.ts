import type { Desk, DeskRow } from '../sandbox.ts';
import type { Instance } from './api.ts';
import { filesAt } from './desk-files.ts';
import { glideTime } from './clock-text.ts';
import type { Row } from './database.ts';

/** People at the desk: the same rules as the API, without HTTP, without ACLs. Throws where a rule refuses or the row is not there. */
export function createDesk(instance: Instance): Desk {
  const { database, records } = instance;
  const actor = (by: string): { userName: string; viaApi: false } => ({ userName: by, viaApi: false });
  const found = (object: string, id: string): { table: string; row: Row } => {
    const row = database.find(object, id);
    if (row === null) throw new Error(`no ${object} ${id}`);
    return row;
  };
  return {
    create: (object, fields, by) => {
      ensurePerson(instance, by);
      return deskRow(records.insert(object, checked(instance, object, fields), actor(by)));
    },
    edit: (object, id, fields, by) => {
      ensurePerson(instance, by);
      const { table, row } = found(object, id);
      return deskRow(records.update(table, row, checked(instance, table, fields), actor(by)));
    },
    comment: (object, id, text, channel, by) => {
      ensurePerson(instance, by);
      const { table, row } = found(object, id);
      records.update(table, row, { [channel === 'public' ? 'comments' : 'work_notes']: text }, actor(by));
    },
    ...filesAt(instance, (by) => ensurePerson(instance, by)),
    remove: (object, id, by) => {
      const { table, row } = found(object, id);
      records.remove(table, row, actor(by));
    },
    rows: (object) => [...database.rows(object)].map(deskRow),
    row: (object, id) => {
      const row = database.get(object, id);
      return row === null ? null : deskRow(row);
    },
    find: (object, field, value) => {
      const indexed = database.lookUp(object, field, [value]);
      const row = indexed === null ? [...database.rows(object)].find((each) => each[field] === value) : indexed[0];
      return row === undefined ? null : deskRow(row);
    },
  };
}

function deskRow(row: Row): DeskRow {
  return { id: row['sys_id'] ?? '', number: row['number'] ?? '', fields: row };
}

/** A form offers only what is on the list: what the API would drop in silence is a mistake here. */
function checked(
  instance: Instance,
  table: string,
  fields: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  for (const [name, value] of Object.entries(fields)) {
    const column = instance.database.schema.column(table, name);
    if (column === undefined) throw new Error(`${table} has no column ${name}`);
    if (
      column.choices !== undefined &&
      value !== null &&
      value !== '' &&
      !column.choices.some((choice) => choice.value === value)
    )
      throw new Error(`${value} is not a choice of ${table}.${name}`);
  }
  return fields;
}

/** A name nobody has met gets a user row, so that journals and references can name its author. */
function ensurePerson(instance: Instance, userName: string): void {
  if (userName === 'system' || instance.users.byName(userName) !== null) return;
  const name = userName
    .split(/[.\s_]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join(' ');
  instance.records.platform(
    'sys_user',
    { user_name: userName, name, active: 'true', sys_created_on: glideTime(instance.now()) },
    'system',
  );
}
