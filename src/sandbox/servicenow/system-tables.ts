import { flag, list, ref, systemColumns, text, time, whole } from './columns.ts';
import type { Column, TableSpec } from './schema.ts';
import { changeRequest, customerCase, incident, problem, request, requestedItem, task } from './task-tables.ts';

const user: TableSpec = {
  name: 'sys_user',
  label: 'User',
  display: 'name',
  indexed: ['user_name', 'name', 'email'],
  columns: [
    text('user_name', 'User ID'),
    text('name', 'Name', 151),
    text('first_name', 'First name', 50),
    text('last_name', 'Last name', 50),
    text('email', 'Email', 100),
    text('time_zone', 'Time zone'),
    text('date_format', 'Date format'),
    text('time_format', 'Time format'),
    text('preferred_language', 'Language', 3),
    flag('active', 'Active', 'true'),
    flag('locked_out', 'Locked out'),
    flag('web_service_access_only', 'Web service access only'),
    { name: 'user_password', label: 'Password', type: 'password2', length: 255, readOnly: true },
    ref('company', 'Company', 'core_company'),
    ref('department', 'Department', 'cmn_department'),
    ref('location', 'Location', 'cmn_location'),
    ref('manager', 'Manager', 'sys_user'),
    text('title', 'Title', 60),
    text('phone', 'Business phone'),
  ],
};

const named = (name: string, label: string, ...columns: readonly Column[]): TableSpec => ({
  name,
  label,
  display: 'name',
  indexed: ['name'],
  columns: [text('name', 'Name', 255), ...columns],
});

/** Rows are written once: recorded rows (journal-rows-incident-rec) have no update columns. */
const journalField: TableSpec = {
  name: 'sys_journal_field',
  label: 'Journal Entry',
  display: 'sys_id',
  indexed: ['element_id'],
  columns: [
    text('name', 'Name', 80),
    text('element', 'Element', 80),
    text('element_id', 'Element ID', 32),
    text('value', 'Value', 1_000_000),
  ],
};

const audit: TableSpec = {
  name: 'sys_audit',
  label: 'Audit',
  display: 'sys_id',
  indexed: ['documentkey'],
  columns: [
    text('tablename', 'Table name', 80),
    text('documentkey', 'Document key', 32),
    text('fieldname', 'Field name', 80),
    text('oldvalue', 'Old value', 4000),
    text('newvalue', 'New value', 4000),
    text('user', 'User'),
    text('reason', 'Reason'),
    whole('record_checkpoint', 'Update count'),
  ],
};

const auditDelete: TableSpec = {
  name: 'sys_audit_delete',
  label: 'Audit Deleted Record',
  display: 'display_value',
  indexed: ['documentkey'],
  columns: [
    text('tablename', 'Table name', 80),
    text('documentkey', 'Document key', 32),
    text('display_value', 'Display value', 255),
    text('user', 'User'),
  ],
};

const attachment: TableSpec = {
  name: 'sys_attachment',
  label: 'Attachment',
  display: 'file_name',
  indexed: ['table_sys_id', 'state'],
  columns: [
    text('file_name', 'File name', 100),
    text('content_type', 'Content type', 100),
    text('size_bytes', 'Size bytes'),
    text('size_compressed', 'Size compressed'),
    text('compressed', 'Compressed', 40, { initial: 'true' }),
    text('table_name', 'Table name', 80),
    text('table_sys_id', 'Table sys ID', 32),
    text('hash', 'SHA256 hash', 64),
    text('state', 'State'),
    text('chunk_size_bytes', 'Chunk size bytes', 40, { initial: '700000' }),
    text('image_width', 'Image width'),
    text('image_height', 'Image height'),
    text('average_image_color', 'Average image color'),
  ],
};

const dictionary: TableSpec = {
  name: 'sys_dictionary',
  label: 'Dictionary Entry',
  display: 'column_label',
  indexed: ['name', 'element'],
  columns: [
    text('name', 'Table', 80),
    text('element', 'Column name', 80),
    text('column_label', 'Column label', 80),
    ref('internal_type', 'Type', 'sys_glide_object'),
    whole('max_length', 'Max length'),
    flag('mandatory', 'Mandatory'),
    flag('read_only', 'Read only'),
    flag('unique', 'Unique'),
    flag('display', 'Display'),
    flag('active', 'Active', 'true'),
    whole('choice', 'Choice'),
    text('default_value', 'Default value', 512),
    ref('reference', 'Reference', 'sys_db_object'),
  ],
};

const choice: TableSpec = {
  name: 'sys_choice',
  label: 'Choice',
  display: 'label',
  indexed: ['name', 'element'],
  columns: [
    text('name', 'Table', 80),
    text('element', 'Element', 80),
    text('value', 'Value', 100),
    text('label', 'Label', 100),
    text('language', 'Language', 3, { initial: 'en' }),
    flag('inactive', 'Inactive'),
    whole('sequence', 'Sequence'),
  ],
};

const system: readonly TableSpec[] = [
  user,
  named(
    'sys_user_group',
    'Group',
    text('description', 'Description', 1000),
    ref('manager', 'Manager', 'sys_user'),
    text('email', 'Group email', 100),
    flag('active', 'Active', 'true'),
  ),
  {
    name: 'sys_user_grmember',
    label: 'Group Member',
    display: 'user',
    indexed: ['group', 'user'],
    columns: [ref('group', 'Group', 'sys_user_group'), ref('user', 'User', 'sys_user')],
  },
  named('sys_user_role', 'Role', text('description', 'Description', 1000)),
  {
    name: 'sys_user_has_role',
    label: 'User Role',
    display: 'user',
    columns: [ref('user', 'User', 'sys_user'), ref('role', 'Role', 'sys_user_role')],
  },
  journalField,
  audit,
  auditDelete,
  attachment,
  dictionary,
  choice,
  named('sys_db_object', 'Table', text('label', 'Label', 80), ref('super_class', 'Extends table', 'sys_db_object')),
  named('sys_properties', 'System Property', text('value', 'Value', 4000), text('description', 'Description', 4000)),
  named('core_company', 'Company'),
  named('cmn_department', 'Department'),
  named('cmn_location', 'Location', text('city', 'City')),
  named(
    'cmdb_ci',
    'Configuration Item',
    text('sys_class_name', 'Class', 80, { readOnly: true }),
    list('watch', 'Watch', 'sys_user'),
    time('install_date', 'Installed'),
  ),
  { name: 'cmdb_ci_service', label: 'Service', extends: 'cmdb_ci', display: 'name', columns: [] },
  named('sys_scope', 'Application', text('scope', 'Scope', 18)),
];

/** Every table of the instance; system columns are at the root of each hierarchy. `absent` takes tables out again: a plugin that is not there. */
export function allTables(absent: readonly string[]): readonly TableSpec[] {
  return [task, incident, problem, changeRequest, request, requestedItem, customerCase, ...system]
    .filter((spec) => !absent.includes(spec.name))
    .map((spec) => {
      if (spec.extends !== undefined) return spec;
      return { ...spec, columns: [...systemColumns, ...spec.columns] };
    });
}
