import type { Desk, DeskRow } from '../sandbox.ts';
import type { Org } from './org/org.ts';
import { addUser } from './org/seed.ts';
import type { Row } from './org/table.ts';
import type { Actor } from './save/actor.ts';
import { createRow, deleteRow, rowForWrite, updateRow } from './save/save.ts';
import { filesAt } from './desk-files.ts';
import type { ObjectSpec } from './schema/field.ts';
import { caseComment } from './schema/case.ts';
import { user } from './schema/people.ts';
import { findField, findObject } from './schema/schema.ts';

function spec(object: string): ObjectSpec {
  const found = findObject(object);
  if (found === null) throw new Error(`this org has no object ${object}`);
  return found;
}

function deskRow(row: Row): DeskRow {
  return {
    id: row.id,
    number: String(row.values['CaseNumber'] ?? row.values['Name'] ?? ''),
    fields: { ...row.values },
  };
}

function alive(row: Row): boolean {
  return row.values['IsDeleted'] !== true;
}

/** The user of this id, user name (or what stands before its @), name or first name; somebody unknown is hired on the spot. */
export function userIdOf(org: Org, by: string): string {
  if (org.row(by)?.spec === user) return by;
  const wanted = by.toLowerCase();
  const field = findField(user, 'Username');
  const username = wanted.includes('@') ? wanted : `${wanted.replace(/[^a-z0-9]+/g, '.')}@sandbox.example`;
  const [known] = field === null ? [] : (org.table(user).find(field, username) ?? []);
  if (known !== undefined) return known.id;
  const namesake = [...org.table(user).rows.values()].find((row) =>
    [row.values['Name'], row.values['FirstName']].some((each) => String(each ?? '').toLowerCase() === wanted),
  );
  if (namesake !== undefined) return namesake.id;
  const names = (by.split('@')[0] ?? by).split(/[ ._]+/).map((part) => part.slice(0, 1).toUpperCase() + part.slice(1));
  const lastName = names.pop() ?? by;
  return org.transaction(() => addUser(org, names.length === 0 ? null : names.join(' '), lastName, username));
}

/**
 * How a person saves: no assignment rule, since the page's box for it is not ticked, and under `late-rows` in a transaction that
 * stays open for a while.
 */
export function personAt(org: Org, by: string): Actor {
  return {
    userId: userIdOf(org, by),
    as: 'person',
    autoAssign: false,
    hideMs: org.faults.lateRowsMs(),
    request: { method: 'POST', path: '/' },
  };
}

/** People at the desk: the platform's rules apply, the rights of the integration user don't. Refusals are thrown as ApiError. */
export function createDesk(org: Org): Desk {
  return {
    create: (object, fields, by) => deskRow(createRow(org, personAt(org, by), spec(object), fields)),
    edit: (object, id, fields, by) => {
      const person = personAt(org, by);
      const row = rowForWrite(org, person, spec(object), id);
      updateRow(org, person, row, fields);
      return deskRow(row);
    },
    comment: (_object, id, text, channel, by) => {
      createRow(org, personAt(org, by), caseComment, {
        ParentId: id,
        CommentBody: text,
        IsPublished: channel === 'public',
      });
    },
    ...filesAt(org, (by) => personAt(org, by)),
    remove: (object, id, by) => {
      const person = personAt(org, by);
      deleteRow(org, person, rowForWrite(org, person, spec(object), id));
    },
    rows: (object) => {
      const rows = [...org.table(spec(object)).rows.values()];
      return rows.filter(alive).map(deskRow);
    },
    row: (object, id) => {
      const row = org.row(id);
      return row === null || row.spec !== spec(object) || !alive(row) ? null : deskRow(row);
    },
    find: (object, name, value) => {
      const field = findField(spec(object), name);
      if (field === null) throw new Error(`${object} has no field ${name}`);
      const table = org.table(spec(object));
      const row = (table.find(field, value) ?? [...table.rows.values()]).find(
        (each) => alive(each) && String(each.values[field.name]) === value,
      );
      return row === undefined ? null : deskRow(row);
    },
  };
}
