import {
  auditFields,
  field,
  flag,
  idField,
  isDeleted,
  longText,
  moment,
  object,
  readOnly,
  reference,
  text,
} from './field.ts';
import type { ObjectSpec } from './field.ts';

const linkTargets = ['Account', 'Case', 'Contact', 'User', 'Group', 'Organization'];

/** Flags of the three file objects: recording `describe-global`. None is replicateable. */
export const contentVersion: ObjectSpec = object({
  name: 'ContentVersion',
  label: 'Content Version',
  keyPrefix: '068',
  deletable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('ContentVersion ID'),
    reference('ContentDocumentId', 'ContentDocument ID', ['ContentDocument'], {
      nillable: false,
      defaultedOnCreate: true,
      updateable: false,
    }),
    flag('IsLatest', 'Is Latest', readOnly),
    text('VersionNumber', 'Version Number', 20, readOnly),
    text('Title', 'Title', 255, { nillable: false, defaultedOnCreate: true, nameField: true }),
    longText('Description', 'Description', 1000),
    text('ReasonForChange', 'Reason For Change', 1000),
    text('PathOnClient', 'Path On Client', 500, { updateable: false }),
    text('FileType', 'File Type', 20, readOnly),
    text('FileExtension', 'File Extension', 40, readOnly),
    field('ContentSize', 'Size', 'int', readOnly),
    text('Checksum', 'Checksum', 50, readOnly),
    field('VersionData', 'Version Data', 'base64', { filterable: false, sortable: false, groupable: false }),
    text('Origin', 'Content Origin', 1, { updateable: false }),
    text('ContentLocation', 'Content Location', 1, { updateable: false }),
    reference('FirstPublishLocationId', 'First Publish Location ID', linkTargets, { updateable: false }),
    reference('OwnerId', 'Owner ID', ['User'], { nillable: false, defaultedOnCreate: true }),
    isDeleted,
    ...auditFields(),
    moment('ContentModifiedDate', 'Content Modified Date', readOnly),
  ],
});

export const contentDocument: ObjectSpec = object({
  name: 'ContentDocument',
  label: 'Content Document',
  keyPrefix: '069',
  triggerable: true,
  mruEnabled: true,
  feedEnabled: true,
  createable: false,
  replicateable: false,
  fields: [
    idField('ContentDocument ID'),
    text('Title', 'Title', 255, { nillable: false, nameField: true, createable: false }),
    text('FileType', 'File Type', 20, readOnly),
    text('FileExtension', 'File Extension', 40, readOnly),
    field('ContentSize', 'Size', 'int', readOnly),
    reference('LatestPublishedVersionId', 'Latest Published Version ID', ['ContentVersion'], readOnly),
    reference('OwnerId', 'Owner ID', ['User'], { createable: false }),
    isDeleted,
    ...auditFields(),
  ],
  children: [
    { object: 'ContentVersion', field: 'ContentDocumentId', relationshipName: 'ContentVersions', cascadeDelete: true },
    {
      object: 'ContentDocumentLink',
      field: 'ContentDocumentId',
      relationshipName: 'ContentDocumentLinks',
      cascadeDelete: true,
    },
  ],
});

export const contentDocumentLink: ObjectSpec = object({
  name: 'ContentDocumentLink',
  label: 'Content Document Link',
  keyPrefix: '06A',
  labelPlural: 'Content Document Link',
  searchable: false,
  undeletable: false,
  replicateable: false,
  fields: [
    idField('ContentDocumentLink ID'),
    reference('LinkedEntityId', 'Linked Entity ID', linkTargets, { nillable: false, updateable: false }),
    reference('ContentDocumentId', 'ContentDocument ID', ['ContentDocument'], { nillable: false, updateable: false }),
    isDeleted,
    moment('SystemModstamp', 'System Modstamp', readOnly),
    field('ShareType', 'Share Type', 'picklist', {
      length: 40,
      picklist: ['V', 'C', 'I'],
      defaultValue: 'V',
      defaultedOnCreate: true,
    }),
    field('Visibility', 'Visibility', 'picklist', {
      length: 40,
      picklist: ['AllUsers', 'InternalUsers', 'SharedUsers'],
      defaultValue: 'AllUsers',
      defaultedOnCreate: true,
    }),
  ],
});

/** Read through the API alone: people fill them at the desk. */
export const feedItem: ObjectSpec = object({
  name: 'FeedItem',
  label: 'Feed Item',
  keyPrefix: '0D5',
  undeletable: false,
  fields: [
    idField('Feed Item ID'),
    reference('ParentId', 'Parent ID', ['Case', 'Account', 'Contact', 'User'], { nillable: false, updateable: false }),
    text('Type', 'Feed Item Type', 40, { updateable: false }),
    longText('Body', 'Body', 10_000),
    text('Title', 'Title', 255),
    text('Visibility', 'Visibility', 40, { defaultValue: 'InternalUsers' }),
    isDeleted,
    ...auditFields(),
  ],
});

export const emailMessage: ObjectSpec = object({
  name: 'EmailMessage',
  label: 'Email Message',
  keyPrefix: '02s',
  fields: [
    idField('Email Message ID'),
    reference('ParentId', 'Case ID', ['Case'], { updateable: false }),
    text('Subject', 'Subject', 3000),
    longText('TextBody', 'Text Body', 131_072),
    longText('HtmlBody', 'HTML Body', 131_072),
    text('FromName', 'From Name', 1000),
    field('FromAddress', 'From Address', 'email', { length: 1000 }),
    text('ToAddress', 'To Address', 4000),
    flag('Incoming', 'Is Incoming'),
    flag('IsExternallyVisible', 'Is Externally Visible'),
    text('Status', 'Status', 40),
    moment('MessageDate', 'Message Date'),
    isDeleted,
    ...auditFields(),
  ],
});
