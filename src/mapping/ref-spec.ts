import type { RefSpec } from '../core/directory.ts';
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

/** How this field's people are recognised across. `rule` names the field in plans and reports; `object` is what queues own. */
export function refSpec(field: RefField, pair: string, rule: string, object: string): RefSpec {
  const objects = objectsOf(field);
  const by: readonly PersonKey[] = field.by ?? [field.kind === 'team' ? 'name' : 'email'];
  return {
    pair,
    field: rule,
    kind: field.kind,
    objects,
    keys: by.map((key) => bothSides((side) => nativeKey(key, side, objects[side]))),
    table: field.table ?? [],
    also: bothSides((side) => {
      const otherwise = otherwiseOn(field, side);
      return otherwise === 'keep' || otherwise === 'empty' ? [] : [otherwise];
    }),
    brings: bothSides((side) => (field.kind === 'person' ? Object.values(field.brings?.[side] ?? {}) : [])),
    owns: { servicenow: null, salesforce: field.kind === 'team' && objects.salesforce === 'Group' ? object : null },
  };
}

/** True for what is an id on that side, and not a key to find somebody by. */
export function isId(side: Side, who: string): boolean {
  return side === 'servicenow' ? /^[0-9a-f]{32}$/i.test(who) : /^0[0-9A-Za-z]{14}([0-9A-Z]{3})?$/i.test(who);
}

/** What two forms of one id have in common: letter case on ServiceNow, three check characters on Salesforce. */
export function idKey(side: Side, id: string): string {
  return side === 'servicenow' ? id.toLowerCase() : id.slice(0, 15);
}

/** A queue, where users are possible too. */
export function isQueueId(id: string): boolean {
  return id.startsWith('00G');
}

/** Every native key field of both sides, for the metadata check. */
export function keyFieldsOf(spec: RefSpec): Readonly<Record<Side, readonly string[]>> {
  return bothSides((side) => [...new Set(spec.keys.map((key) => key[side]))]);
}
