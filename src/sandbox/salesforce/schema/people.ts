import { auditFields, field, flag, idField, isDeleted, longText, object, readOnly, reference, text } from './field.ts';
import type { ObjectSpec } from './field.ts';

/** Who answers: a refreshed sandbox or another org shows itself here (recording `sobject-row-organization`). */
export const organization: ObjectSpec = object({
  name: 'Organization',
  label: 'Organization',
  keyPrefix: '00D',
  searchable: false,
  layoutable: false,
  createable: false,
  deletable: false,
  undeletable: false,
  fields: [
    idField('Organization ID'),
    text('Name', 'Name', 80, { nameField: true }),
    text('Country', 'Country', 80),
    text('TimeZoneSidKey', 'Time Zone', 40),
    text('LanguageLocaleKey', 'Language', 40),
    text('OrganizationType', 'Edition', 40, readOnly),
    text('NamespacePrefix', 'Namespace Prefix', 15, readOnly),
    text('InstanceName', 'Instance Name', 5, readOnly),
    flag('IsSandbox', 'Is Sandbox', readOnly),
    ...auditFields(),
  ],
});

export const user: ObjectSpec = object({
  name: 'User',
  label: 'User',
  keyPrefix: '005',
  mruEnabled: true,
  feedEnabled: true,
  deletable: false,
  undeletable: false,
  fields: [
    idField('User ID'),
    text('Username', 'Username', 80, { nillable: false, unique: true, idLookup: true }),
    text('LastName', 'Last Name', 80, { nillable: false }),
    text('FirstName', 'First Name', 40),
    text('Name', 'Full Name', 121, { ...readOnly, nameField: true, nillable: false }),
    text('Alias', 'Alias', 8),
    field('Email', 'Email', 'email', { length: 128, nillable: false }),
    flag('IsActive', 'Active', { defaultValue: true }),
    text('UserType', 'User Type', 40, readOnly),
    text('TimeZoneSidKey', 'Time Zone', 40),
    ...auditFields(),
  ],
});

/** Queues are Groups of Type `Queue` (recording `query-group-200`). */
export const group: ObjectSpec = object({
  name: 'Group',
  label: 'Group',
  keyPrefix: '00G',
  labelPlural: 'Group',
  triggerable: false,
  layoutable: false,
  undeletable: false,
  fields: [
    idField('Group ID'),
    text('Name', 'Name', 40, { nameField: true }),
    text('DeveloperName', 'Developer Name', 80),
    reference('RelatedId', 'Related ID', ['User'], readOnly),
    text('Type', 'Type', 40, { updateable: false }),
    field('Email', 'Email', 'email', { length: 255 }),
    reference('OwnerId', 'Owner ID', ['Organization', 'User'], readOnly),
    flag('DoesSendEmailToMembers', 'Send Email to Members'),
    flag('DoesIncludeBosses', 'Include Bosses'),
    ...auditFields(),
  ],
});

export const queueSobject: ObjectSpec = object({
  name: 'QueueSobject',
  label: 'Queue sObject',
  keyPrefix: '03g',
  triggerable: false,
  searchable: false,
  layoutable: false,
  updateable: false,
  undeletable: false,
  fields: [
    idField('Queue Sobject ID'),
    reference('QueueId', 'Group ID', ['Group'], { nillable: false }),
    text('SobjectType', 'Sobject Type', 40),
    ...auditFields(),
  ],
});

export const account: ObjectSpec = object({
  name: 'Account',
  label: 'Account',
  keyPrefix: '001',
  mruEnabled: true,
  feedEnabled: true,
  fields: [
    idField('Account ID'),
    isDeleted,
    reference('MasterRecordId', 'Master Record ID', ['Account'], readOnly),
    text('Name', 'Account Name', 255, { nillable: false, nameField: true }),
    text('Type', 'Account Type', 255),
    reference('ParentId', 'Parent Account ID', ['Account']),
    text('BillingStreet', 'Billing Street', 255),
    text('BillingCity', 'Billing City', 40),
    text('BillingState', 'Billing State/Province', 80),
    text('BillingCountry', 'Billing Country', 80),
    field('Phone', 'Account Phone', 'phone', { length: 40 }),
    field('Website', 'Website', 'url', { length: 255 }),
    text('AccountNumber', 'Account Number', 40),
    text('Industry', 'Industry', 255),
    field('NumberOfEmployees', 'Employees', 'int'),
    longText('Description', 'Account Description', 32_000),
    reference('OwnerId', 'Owner ID', ['User'], { nillable: false, defaultedOnCreate: true }),
    ...auditFields(),
  ],
  children: [
    { object: 'Account', field: 'ParentId', relationshipName: 'ChildAccounts', cascadeDelete: false },
    { object: 'Contact', field: 'AccountId', relationshipName: 'Contacts', cascadeDelete: true },
    { object: 'Case', field: 'AccountId', relationshipName: 'Cases', cascadeDelete: true },
  ],
});

export const contact: ObjectSpec = object({
  name: 'Contact',
  label: 'Contact',
  keyPrefix: '003',
  mruEnabled: true,
  feedEnabled: true,
  fields: [
    idField('Contact ID'),
    isDeleted,
    reference('MasterRecordId', 'Master Record ID', ['Contact'], readOnly),
    reference('AccountId', 'Account ID', ['Account']),
    text('LastName', 'Last Name', 80, { nillable: false }),
    text('FirstName', 'First Name', 40),
    text('Name', 'Full Name', 121, { ...readOnly, nameField: true, nillable: false }),
    field('Phone', 'Business Phone', 'phone', { length: 40 }),
    // idLookup without being unique: the upsert key of recording `upsert-external-id-created-201`.
    field('Email', 'Email', 'email', { length: 80, idLookup: true }),
    text('Title', 'Title', 128),
    reference('OwnerId', 'Owner ID', ['User'], { nillable: false, defaultedOnCreate: true }),
    ...auditFields(),
  ],
  children: [{ object: 'Case', field: 'ContactId', relationshipName: 'Cases', cascadeDelete: false }],
});
