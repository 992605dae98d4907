import { caseComment, caseHistory, caseObject, caseStatus } from './case.ts';
import type { Field, ObjectSpec } from './field.ts';
import { contentDocument, contentDocumentLink, contentVersion, emailMessage, feedItem } from './files.ts';
import { account, contact, group, organization, queueSobject, user } from './people.ts';
import { permissionSet, permissionSetAssignment, userPermissionAccess } from './permissions.ts';
import { ticket } from './ticket.ts';

/** Every object of the org, in the order of describeGlobal. */
export const objects: readonly ObjectSpec[] = [
  account,
  caseObject,
  caseComment,
  caseHistory,
  caseStatus,
  contact,
  contentDocument,
  contentDocumentLink,
  contentVersion,
  emailMessage,
  feedItem,
  group,
  organization,
  permissionSet,
  permissionSetAssignment,
  queueSobject,
  ticket,
  user,
  userPermissionAccess,
];

const byName = new Map(objects.map((spec) => [spec.name.toLowerCase(), spec]));
const byPrefix = new Map(objects.map((spec) => [spec.keyPrefix, spec]));
const fieldsOf = new Map(
  objects.map((spec) => [spec.name, new Map(spec.fields.map((each) => [each.name.toLowerCase(), each]))]),
);

/** Object names are case-insensitive on input. */
export function findObject(name: string): ObjectSpec | null {
  return byName.get(name.toLowerCase()) ?? null;
}

/** The object whose records carry ids of this form. */
export function objectOfId(id: string): ObjectSpec | null {
  return byPrefix.get(id.slice(0, 3)) ?? null;
}

/** Field names are case-insensitive on input. */
export function findField(spec: ObjectSpec, name: string): Field | null {
  return fieldsOf.get(spec.name)?.get(name.toLowerCase()) ?? null;
}

/** The reference field behind a relationship name: `Owner` → `OwnerId`. */
export function findRelationship(spec: ObjectSpec, name: string): Field | null {
  const wanted = name.toLowerCase();
  return spec.fields.find((each) => each.relationshipName?.toLowerCase() === wanted) ?? null;
}
