import { createHash } from 'node:crypto';
import type { Properties } from './api.ts';
import type { Database } from './database.ts';
import type { Records } from './records.ts';
import { rightsOf } from './rights.ts';
import type { Rights, UserRights } from './rights.ts';

interface Person {
  readonly id: string;
  readonly userName: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly rights: UserRights;
  /** Zone, date format; empty for the instance's own. */
  readonly zone?: string;
  readonly dateFormat?: string;
}

/** sys_ids of the first two are those of every demo instance. */
export const people: readonly Person[] = [
  {
    id: '6816f79cc0a8016401c5a33be04be441',
    userName: 'admin',
    name: 'System Administrator',
    email: 'admin@example.com',
    password: 'admin-password',
    rights: rightsOf.admin,
  },
  {
    id: '681b365ec0a80164000fb0b05854a0cd',
    userName: 'itil',
    name: 'ITIL User',
    email: 'itil@example.com',
    password: 'itil-password',
    rights: rightsOf.itil,
  },
  // A zone and a format that are neither UTC nor ISO, so that a client that reads display values is found out.
  {
    id: 'ca5eb41d6e0000000000000000000001',
    userName: 'casebridge',
    name: 'Casebridge Integration',
    email: 'casebridge@example.com',
    password: 'casebridge-password',
    rights: rightsOf.integration,
    zone: 'America/Los_Angeles',
    dateFormat: 'dd/MM/yyyy',
  },
  {
    id: '46d44a23a9fe19810012d100cca80666',
    userName: 'beth.anglin',
    name: 'Beth Anglin',
    email: 'beth.anglin@example.com',
    password: 'beth-password',
    rights: rightsOf.itil,
    zone: 'Europe/Berlin',
  },
  {
    id: '5137153cc611227c000bbd1bd8cd2007',
    userName: 'david.loo',
    name: 'David Loo',
    email: 'david.loo@example.com',
    password: 'david-password',
    rights: rightsOf.itil,
  },
  {
    id: '681ccaf9c0a8016400b98a06818d57c7',
    userName: 'employee',
    name: 'Joe Employee',
    email: 'employee@example.com',
    password: 'employee-password',
    rights: rightsOf.none,
  },
];

const groups = [
  ['287ebd7da9fe198100f92cc8d1d2154e', 'Network'],
  ['8a5055c9c61122780043563ef53438e3', 'Hardware'],
  ['8a4dde73c6112278017a6a4baf547aa7', 'Software'],
  ['d625dccec0a8016700a222a0f7900d06', 'Service Desk'],
] as const;

/** Fills a new instance: people, groups and the rows that describe its own tables. */
export function seed(database: Database, records: Records): void {
  for (const person of people) {
    const [first = '', ...last] = person.name.split(' ');
    records.platform(
      'sys_user',
      {
        sys_id: person.id,
        user_name: person.userName,
        name: person.name,
        first_name: first,
        last_name: last.join(' '),
        email: person.email,
        time_zone: person.zone ?? '',
        date_format: person.dateFormat ?? '',
        active: 'true',
      },
      'system',
    );
  }
  for (const [id, name] of groups) records.platform('sys_user_group', { sys_id: id, name, active: 'true' }, 'admin');
  records.platform(
    'cmdb_ci',
    { sys_id: '109562a3c611227500a7b7ff98cc0dc7', name: 'Storage Area Network 001', sys_class_name: 'cmdb_ci' },
    'admin',
  );
  describeTables(database, records);
}

/** Gives everybody their rights; done at every start. */
export function grantRights(rights: Rights): void {
  for (const person of people) rights.change(person.userName, person.rights);
}

/** sys_db_object, sys_dictionary (own columns only: syncrona, P3) and sys_choice rows of every table. */
function describeTables(database: Database, records: Records): void {
  const { schema } = database;
  for (const spec of schema.tables()) {
    records.platform(
      'sys_db_object',
      {
        sys_id: stableId(`table ${spec.name}`),
        name: spec.name,
        label: spec.label,
        super_class: spec.extends === undefined ? '' : stableId(`table ${spec.extends}`),
      },
      'system',
    );
    records.platform(
      'sys_dictionary',
      {
        sys_id: stableId(`collection ${spec.name}`),
        name: spec.name,
        element: '',
        column_label: spec.label,
        internal_type: 'collection',
      },
      'system',
    );
    for (const column of spec.columns) {
      records.platform(
        'sys_dictionary',
        {
          sys_id: stableId(`column ${spec.name}.${column.name}`),
          name: spec.name,
          element: column.name,
          column_label: column.label,
          internal_type: column.type,
          max_length: String(column.length),
          mandatory: String(column.mandatory === true),
          read_only: String(column.readOnly === true),
          unique: String(column.unique === true),
          display: String(spec.display === column.name),
          choice: column.choices === undefined ? '' : '1',
          default_value: column.initial ?? '',
          reference: column.reference ?? '',
        },
        'system',
      );
      for (const [at, choice] of (column.choices ?? []).entries()) {
        records.platform(
          'sys_choice',
          {
            sys_id: stableId(`choice ${spec.name}.${column.name}=${choice.value}`),
            name: spec.name,
            element: column.name,
            value: choice.value,
            label: choice.label,
            sequence: String(at),
          },
          'system',
        );
      }
    }
  }
}

/** `sys_properties` rows that say who answers. */
export function describeInstance(records: Records, properties: Properties): void {
  const values = {
    instance_id: properties.instanceId,
    instance_name: 'casebridge-sandbox',
    'glide.buildname': 'Australia',
    'glide.war': 'glide-australia-sandbox.zip',
  };
  for (const [name, value] of Object.entries(values))
    records.platform('sys_properties', { sys_id: stableId(`property ${name}`), name, value }, 'system');
}

/** A sys_id that is the same at every start. */
function stableId(name: string): string {
  return createHash('md5').update(name).digest('hex');
}
