import {
  auditFields,
  idField,
  isDeleted,
  longText,
  object,
  type ObjectSpec,
  picklist,
  reference,
  text,
} from './field.ts';

/** A custom object such as an administrator makes for requests that are no Cases: numbered by its Name, only there once installed. */
export const ticket: ObjectSpec = object({
  name: 'Ticket__c',
  label: 'Ticket',
  keyPrefix: 'a00',
  custom: true,
  fields: [
    idField('Record ID'),
    reference('OwnerId', 'Owner ID', ['Group', 'User'], { nillable: false, defaultedOnCreate: true }),
    isDeleted,
    text('Name', 'Ticket Number', 80, {
      createable: false,
      updateable: false,
      nillable: false,
      defaultedOnCreate: true,
      autoNumber: true,
      idLookup: true,
      nameField: true,
    }),
    ...auditFields(),
    text('Subject__c', 'Subject', 255, { custom: true }),
    longText('Details__c', 'Details', 32_000, { custom: true }),
    picklist('Status__c', 'Status', ['New', 'In Progress', 'Closed'], 'New', { custom: true }),
    picklist('Urgency__c', 'Urgency', ['High', 'Medium', 'Low'], null, { custom: true }),
    reference('Parent__c', 'Parent', ['Ticket__c'], { custom: true, relationshipName: 'Parent__r' }),
    text('ServiceNow_Id__c', 'ServiceNow Id', 32, { custom: true, unique: true, externalId: true, idLookup: true }),
    text('ServiceNow_Number__c', 'ServiceNow Number', 40, { custom: true }),
  ],
});
