import { refuse } from '../errors.ts';
import type { Org } from '../org/org.ts';
import type { Row } from '../org/table.ts';
import { caseComment, caseStatus } from '../schema/case.ts';
import type { Values } from '../values.ts';
import type { Actor } from './actor.ts';

/** Statuses whose "closed" flag is set: IsClosed follows from it (object CaseStatus). */
function closedStatuses(org: Org): ReadonlySet<string> {
  const rows = [...org.table(caseStatus).rows.values()];
  return new Set(rows.filter((row) => row.values['IsClosed'] === true).map((row) => String(row.values['ApiName'])));
}

/** What the platform sets on every save of a Case. */
export function beforeCaseSave(org: Org, actor: Actor, values: Values, before: Values | null): Values {
  const set: Values = {};
  if (before === null) set['CaseNumber'] = String(1000 + org.nextSerial('CaseNumber')).padStart(8, '0');
  const closed = closedStatuses(org).has(String(values['Status']));
  set['IsClosed'] = closed;
  if (closed && before?.['IsClosed'] !== true) set['ClosedDate'] = values['ClosedDate'] ?? org.stamp;
  if (!closed) set['ClosedDate'] = null;
  // With the default TRUE the Case goes to the Default Case Owner even when no rule is active (help article 000395506).
  if (actor.autoAssign) set['OwnerId'] = org.known.defaultCaseOwner;
  else if (values['OwnerId'] === null) set['OwnerId'] = actor.userId;
  return { ...set, ...recordType(org, values, before), ...fromContact(org, values) };
}

/** A type that is not there or not active is refused (recording `write-record-type-invalid`); a new Case without one gets the default. */
function recordType(org: Org, values: Values, before: Values | null): Values {
  const types = org.setUp.recordTypes('Case').filter((type) => type.active);
  const given = values['RecordTypeId'] ?? null;
  if (given === null) {
    const usual = before === null ? types.find((type) => type.isDefault) : undefined;
    return usual === undefined ? {} : { RecordTypeId: usual.id };
  }
  if (given === before?.['RecordTypeId'] || types.some((type) => type.id === given)) return {};
  throw refuse(
    400,
    'INVALID_CROSS_REFERENCE_KEY',
    `Record Type ID: this ID value isn't valid for the user: ${String(given)}`,
    ['RecordTypeId'],
  );
}

function fromContact(org: Org, values: Values): Values {
  const contact = values['ContactId'] === null ? null : org.row(String(values['ContactId']));
  if (contact === null) return { ContactEmail: null, ContactPhone: null };
  return {
    ContactEmail: contact.values['Email'] ?? null,
    ContactPhone: contact.values['Phone'] ?? null,
    AccountId: values['AccountId'] ?? contact.values['AccountId'] ?? null,
  };
}

/** `Comments` is the page's "internal comments" box: what is written there becomes an unpublished CaseComment. */
export function afterCaseSave(org: Org, actor: Actor, row: Row, given: Values): void {
  const body = given['Comments'] ?? null;
  if (body === null) return;
  org.insert(caseComment, {
    Id: org.nextId(caseComment),
    ParentId: row.id,
    IsPublished: false,
    CommentBody: body,
    CreatedDate: org.stamp,
    CreatedById: actor.userId,
    LastModifiedDate: org.stamp,
    LastModifiedById: actor.userId,
    SystemModstamp: org.stamp,
    IsDeleted: false,
  });
  org.change(row, { Comments: null });
}

/** Whether a comment moves its Case's stamp is a switch: see OrgSettings.commentTouchesCase. */
export function touchCase(org: Org, caseId: string): void {
  const parent = org.row(caseId);
  if (org.settings.commentTouchesCase && parent !== null) org.change(parent, { SystemModstamp: org.stamp });
}
