import { permissionSet, permissionSetAssignment } from '../schema/permissions.ts';
import type { Org } from './org.ts';

/** What a permission set gives, as the Metadata API writes it. */
export interface PermissionSetContent {
  readonly label: string;
  readonly objects: readonly { readonly object: string; readonly read: boolean; readonly write: boolean }[];
  readonly fields: readonly { readonly field: string; readonly readable: boolean; readonly editable: boolean }[];
  /** As it came, element by element, to be read back as it is. */
  readonly xml: string;
}

/** Makes or replaces a permission set. True where it is new. */
export function putPermissionSet(org: Org, name: string, content: PermissionSetContent): boolean {
  const isNew = !org.setUp.permissionSets.has(name);
  org.setUp.permissionSets.set(name, content);
  if (isNew) {
    org.transaction(() => {
      const stamps = { CreatedDate: org.stamp, LastModifiedDate: org.stamp, SystemModstamp: org.stamp };
      const values = { Id: org.nextId(permissionSet), Name: name, Label: content.label, IsOwnedByProfile: false };
      org.insert(permissionSet, { ...values, ...stamps, CreatedById: null, LastModifiedById: null });
    });
  }
  applyPermissionSets(org);
  return isNew;
}

/** Gives the integration user what its permission sets hold. Taking a set away takes nothing back here. */
export function applyPermissionSets(org: Org): void {
  for (const { values } of org.table(permissionSetAssignment).rows.values()) {
    if (values['AssigneeId'] !== org.known.integrationUser) continue;
    const set = org.row(String(values['PermissionSetId']))?.values['Name'];
    const content = org.setUp.permissionSets.get(String(set));
    for (const { object, read, write } of content?.objects ?? []) if (read) org.rights.grantObject(object, write);
    for (const { field, readable, editable } of content?.fields ?? [])
      if (readable) org.rights.grantField(field, editable);
  }
}
