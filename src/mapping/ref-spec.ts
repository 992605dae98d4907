import type { RefSpec, Register } from '../core/directory.ts';
import { bothSides, type Side } from '../core/side.ts';
import { otherwiseOn } from './choices-rule.ts';
import type { PersonField, PersonKey, TeamField } from './field-kinds.ts';

export type RefField = (PersonField | TeamField) & { readonly name?: string };

/** The Salesforce field that holds a user or a queue. */
export const ownerField = 'OwnerId';

/** What the usual keys are called in the tables where people and teams live. Unknown tables: as in a table of users. */
const keyNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sys_user: { email: 'email', userName: 'user_name', name: 'name', employeeNumber: 'employee_number' },
  sys_user_group: { email: 'email', userName: 'name', name: 'name', employeeNumber: 'name' },
  User: { email: 'Email', userName: 'Username', name: 'Name', employeeNumber: 'EmployeeNumber' },
  Contact: { email: 'Email', userName: 'Email', name: 'Name', employeeNumber: 'Email' },
  Group: { email: 'Email', userName: 'DeveloperName', name: 'Name', employeeNumber: 'DeveloperName' },
};

const usual: Readonly<Record<Side, string>> = { servicenow: 'sys_user', salesforce: 'User' };

/** Where the field's people or teams live. */
export function objectsOf(field: RefField): Readonly<Record<Side, string>> {
  const salesforce = field.kind === 'team' ? 'Group' : field.salesforce === 'ContactId' ? 'Contact' : 'User';
  return {
    servicenow: field.in?.servicenow ?? (field.kind === 'team' ? 'sys_user_group' : 'sys_user'),
    salesforce: field.in?.salesforce ?? salesforce,
  };
}

function nativeKey(key: PersonKey, side: Side, object: string): string {
  if (typeof key !== 'string') return key[side];
  return (keyNames[object] ?? keyNames[usual[side]])?.[key] ?? key;
}

/** Where somebody of this kind is read by id. Columns that an object lacks are asked for on Salesforce's own people only. */
function register(side: Side, object: string): Register {
  const plain = { object, id: side === 'servicenow' ? 'sys_id' : 'Id', prefix: '', only: [], active: null };
  if (side === 'servicenow') return { ...plain, active: 'active' };
  if (object === 'User') return { ...plain, active: 'IsActive' };
  return object === 'Group' ? { ...plain, only: [['Type', 'Queue']] } : plain;
}

/**
 * Where they are found by a key. A queue may own only the objects that it was set up for, each a row of QueueSobject: a queue for
 * Leads would refuse a Case.
 */
function searched(side: Side, object: string, owned: string): Register {
  if (side === 'servicenow' || object !== 'Group') return register(side, object);
  return { object: 'QueueSobject', id: 'QueueId', prefix: 'Queue.', only: [['SobjectType', owned]], active: null };
}

/** How this field's people are recognised across. `rule` names the field in plans and reports; `owned` is what queues get. */
export function refSpec(field: RefField, pair: string, rule: string, owned: string): RefSpec {
  const objects = objectsOf(field);
  const by: readonly PersonKey[] = field.by ?? [field.kind === 'team' ? 'name' : 'email'];
  return {
    pair,
    field: rule,
    kind: field.kind,
    byId: bothSides((side) => register(side, objects[side])),
    byKey: bothSides((side) => searched(side, objects[side], owned)),
    keys: by.map((key) => bothSides((side) => nativeKey(key, side, objects[side]))),
    label: bothSides((side) => nativeKey('name', side, objects[side])),
    table: field.table ?? [],
    also: bothSides((side) => {
      const otherwise = otherwiseOn(field, side);
      return otherwise === 'keep' || otherwise === 'empty' ? [] : [otherwise];
    }),
    brings: bothSides((side) => (field.kind === 'person' ? Object.values(field.brings?.[side] ?? {}) : [])),
  };
}

/** A queue, where users are possible too. */
export function isQueueId(id: string): boolean {
  return id.startsWith('00G');
}
