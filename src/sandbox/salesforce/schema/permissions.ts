import { auditFields, flag, idField, object, type ObjectSpec, readOnly, reference, text } from './field.ts';

/** Permission sets (Object reference); they are made by the Metadata API here. */
export const permissionSet: ObjectSpec = object({
  name: 'PermissionSet',
  label: 'Permission Set',
  keyPrefix: '0PS',
  searchable: false,
  layoutable: false,
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('Permission Set ID'),
    text('Name', 'Permission Set Name', 80, { ...readOnly, nameField: true }),
    text('Label', 'Permission Set Label', 80, readOnly),
    flag('IsOwnedByProfile', 'Is Owned By Profile', readOnly),
    ...auditFields(),
  ],
});

/** Who has which permission set (Object reference): one row each, made and deleted, never changed. */
export const permissionSetAssignment: ObjectSpec = object({
  name: 'PermissionSetAssignment',
  label: 'Permission Set Assignment',
  keyPrefix: '0Pa',
  searchable: false,
  layoutable: false,
  updateable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('PermissionSetAssignment ID'),
    reference('PermissionSetId', 'PermissionSet ID', ['PermissionSet'], { nillable: false, updateable: false }),
    reference('AssigneeId', 'Assignee ID', ['User'], { nillable: false, updateable: false }),
    flag('IsActive', 'Is Active', readOnly),
  ],
});

/** The rights of whoever asks: one row (Object reference, UserPermissionAccess). No recording shows it; clients of live orgs read it so. */
export const userPermissionAccess: ObjectSpec = object({
  name: 'UserPermissionAccess',
  label: 'User Permission Access',
  keyPrefix: '0J0',
  showsPrefix: false,
  searchable: false,
  layoutable: false,
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('User Permission Access ID'),
    flag('PermissionsModifyAllData', 'Modify All Data', readOnly),
    flag('PermissionsModifyMetadata', 'Modify Metadata Through Metadata API Functions', readOnly),
  ],
});
