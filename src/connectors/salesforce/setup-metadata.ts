import type { ApiSchemaTypes } from 'jsforce/lib/api/metadata/schema.js';
import { type Grants, permissionSetName, type SetupStep } from './setup-plan.ts';

type CustomField = Partial<ApiSchemaTypes['CustomField']>;
type PermissionSet = ApiSchemaTypes['PermissionSet'];

/** A custom field as the Metadata API takes it: `fullName` is `Case.ServiceNow_Id__c`. */
export function fieldMetadata(step: Extract<SetupStep, { kind: 'field' }>): CustomField {
  const key = step.key ? { caseSensitive: false, externalId: true } : {};
  return {
    fullName: `${step.object}.${step.field}`,
    ...key,
    label: step.label,
    length: step.length,
    type: 'Text',
    ...(step.key ? { unique: true } : {}),
  };
}

/** A component that is not there comes as an empty record. */
export function isThere(found: { readonly fullName?: string | null | undefined }): boolean {
  return (found.fullName ?? '') !== '';
}

export function grantsIn(set: PermissionSet): Grants {
  return {
    objects: set.objectPermissions.map((one) => ({
      object: one.object,
      write: one.allowRead && one.allowCreate && one.allowEdit,
      viewAll: one.viewAllRecords,
    })),
    fields: set.fieldPermissions
      .filter(({ readable }) => readable === true)
      .map(({ field, editable }) => ({ field, editable })),
  };
}

/** The set with `grants` in it, and with everything else that it holds already. It can be sent as it is. */
export function permissionSetMetadata(grants: Grants, before: PermissionSet): Partial<PermissionSet> {
  const had = isThere(before) ? before : null;
  const kept = Object.fromEntries(Object.entries(had ?? {}).filter(([, value]) => value !== null));
  const deletes = new Map(had?.objectPermissions.map((one) => [one.object, one]));
  return {
    label: permissionSetName,
    description: 'What Casebridge needs to keep tickets in step with ServiceNow.',
    hasActivationRequired: false,
    ...kept,
    fullName: permissionSetName,
    fieldPermissions: grants.fields.map(({ field, editable }) => ({ editable, field, readable: true })),
    objectPermissions: grants.objects.map(({ object, write, viewAll }) => ({
      allowCreate: write,
      allowDelete: deletes.get(object)?.allowDelete === true,
      allowEdit: write,
      allowRead: true,
      modifyAllRecords: deletes.get(object)?.modifyAllRecords === true,
      object,
      viewAllRecords: viewAll,
    })),
    userPermissions: [
      ...(had?.userPermissions.filter(({ name }) => name !== 'ApiEnabled') ?? []),
      { enabled: true, name: 'ApiEnabled' },
    ],
  };
}
