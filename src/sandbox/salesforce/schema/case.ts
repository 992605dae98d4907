import {
  auditFields,
  field,
  flag,
  idField,
  isDeleted,
  longText,
  moment,
  object,
  picklist,
  readOnly,
  reference,
  text,
} from './field.ts';
import type { ObjectSpec } from './field.ts';

/**
 * Case as an out-of-the-box org describes it (recording `describe-case-full`), with the two fields that Casebridge asks an
 * administrator to add.
 */
export const caseObject: ObjectSpec = object({
  name: 'Case',
  label: 'Case',
  keyPrefix: '500',
  mruEnabled: true,
  feedEnabled: true,
  fields: [
    idField('Case ID'),
    isDeleted,
    reference('MasterRecordId', 'Master Record ID', ['Case'], readOnly),
    text('CaseNumber', 'Case Number', 30, {
      ...readOnly,
      nillable: false,
      defaultedOnCreate: true,
      autoNumber: true,
      idLookup: true,
      nameField: true,
      groupable: false,
    }),
    reference('ContactId', 'Contact ID', ['Contact']),
    reference('AccountId', 'Account ID', ['Account']),
    reference('ParentId', 'Parent Case ID', ['Case']),
    // Only there in an org with record types of Case.
    reference('RecordTypeId', 'Record Type ID', ['RecordType']),
    text('SuppliedName', 'Name', 80),
    field('SuppliedEmail', 'Email Address', 'email', { length: 80 }),
    text('SuppliedPhone', 'Phone', 40),
    text('SuppliedCompany', 'Company', 80),
    picklist('Type', 'Case Type', ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other'], null),
    picklist('Status', 'Status', ['New', 'Working', 'Escalated', 'Closed'], 'New', { permissionable: false }),
    picklist(
      'Reason',
      'Case Reason',
      ['Installation', 'Equipment Complexity', 'Performance', 'Breakdown', 'Equipment Design', 'Feedback', 'Other'],
      null,
    ),
    picklist('Origin', 'Case Origin', ['Phone', 'Email', 'Web'], null),
    text('Subject', 'Subject', 255),
    picklist('Priority', 'Priority', ['High', 'Medium', 'Low'], 'Medium'),
    longText('Description', 'Description', 32_000),
    flag('IsClosed', 'Closed', readOnly),
    moment('ClosedDate', 'Closed Date', { ...readOnly, permissionable: true }),
    flag('IsEscalated', 'Escalated'),
    reference('OwnerId', 'Owner ID', ['Group', 'User'], { nillable: false, defaultedOnCreate: true }),
    ...auditFields(),
    field('ContactPhone', 'Contact Phone', 'phone', { ...readOnly, length: 40 }),
    field('ContactMobile', 'Contact Mobile', 'phone', { ...readOnly, length: 40 }),
    field('ContactEmail', 'Contact Email', 'email', { ...readOnly, length: 80 }),
    field('ContactFax', 'Contact Fax', 'phone', { ...readOnly, length: 40 }),
    longText('Comments', 'Internal Comments', 4000, {
      maxBytes: 4000,
      sortable: true,
      permissionable: false,
    }),
    moment('LastViewedDate', 'Last Viewed Date', readOnly),
    moment('LastReferencedDate', 'Last Referenced Date', readOnly),
    text('ServiceNow_Id__c', 'ServiceNow Id', 32, { custom: true, unique: true, externalId: true, idLookup: true }),
    text('ServiceNow_Number__c', 'ServiceNow Number', 40, { custom: true }),
  ],
  children: [
    { object: 'CaseComment', field: 'ParentId', relationshipName: 'CaseComments', cascadeDelete: true },
    { object: 'CaseHistory', field: 'CaseId', relationshipName: 'Histories', cascadeDelete: true },
    { object: 'Case', field: 'ParentId', relationshipName: 'Cases', cascadeDelete: false },
    { object: 'EmailMessage', field: 'ParentId', relationshipName: 'EmailMessages', cascadeDelete: true },
    { object: 'FeedItem', field: 'ParentId', relationshipName: 'Feeds', cascadeDelete: true },
    {
      object: 'ContentDocumentLink',
      field: 'LinkedEntityId',
      relationshipName: 'ContentDocumentLinks',
      cascadeDelete: true,
    },
  ],
});

/** 4,000 bytes, not characters (Object Reference, CaseComment). */
export const caseComment: ObjectSpec = object({
  name: 'CaseComment',
  label: 'Case Comment',
  keyPrefix: '00a',
  associate: { type: 'Comment', parent: 'Case' },
  fields: [
    idField('Case Comment ID'),
    reference('ParentId', 'Parent ID', ['Case'], { nillable: false, updateable: false }),
    flag('IsPublished', 'Published'),
    longText('CommentBody', 'Body', 4000, { maxBytes: 4000 }),
    ...auditFields(),
    isDeleted,
  ],
});

/** One row per changed value of a tracked field; it can be read only (recording `describe-global`). */
export const caseHistory: ObjectSpec = object({
  name: 'CaseHistory',
  label: 'Case History',
  labelPlural: 'Case History',
  keyPrefix: '017',
  associate: { type: 'History', parent: 'Case' },
  searchable: false,
  layoutable: false,
  showsPrefix: false,
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  fields: [
    idField('Case History ID'),
    isDeleted,
    reference('CaseId', 'Case ID', ['Case'], readOnly),
    reference('CreatedById', 'Created By ID', ['User'], readOnly),
    moment('CreatedDate', 'Created Date', readOnly),
    picklist('Field', 'Changed Field', [], null),
    longText('OldValue', 'Old Value', 255, readOnly),
    longText('NewValue', 'New Value', 255, readOnly),
  ],
});

export const caseStatus: ObjectSpec = object({
  name: 'CaseStatus',
  label: 'Case Status Value',
  labelPlural: 'Case Status Value',
  searchable: false,
  layoutable: false,
  keyPrefix: '01J',
  showsPrefix: false,
  createable: false,
  updateable: false,
  deletable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('Case Status Value ID'),
    text('MasterLabel', 'Master Label', 255, readOnly),
    text('ApiName', 'API Name', 255, readOnly),
    field('SortOrder', 'Sort Order', 'int', readOnly),
    flag('IsDefault', 'Is Default', readOnly),
    flag('IsClosed', 'Is Closed', readOnly),
    ...auditFields(),
  ],
});
