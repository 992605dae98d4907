import type { Org } from '../org/org.ts';
import { applyPermissionSets } from '../org/permission-sets.ts';
import type { Row } from '../org/table.ts';
import type { ObjectSpec } from '../schema/field.ts';
import type { Values } from '../values.ts';
import type { Actor } from './actor.ts';
import { afterCaseSave, beforeCaseSave, touchCase } from './case-rules.ts';
import { afterFileCreate, afterFileUpdate, beforeFileCreate } from './file-rules.ts';
import { recordCreated, recordHistory } from './history.ts';

/** Values that the platform itself sets on a save. `before` is null on create. */
export function beforeSave(org: Org, actor: Actor, spec: ObjectSpec, values: Values, before: Values | null): Values {
  switch (spec.name) {
    case 'Case':
      return beforeCaseSave(org, actor, values, before);
    case 'Ticket__c':
      return {
        ...owner(actor, spec, values),
        ...(before === null ? { Name: `T-${String(org.nextSerial('Ticket__c.Name')).padStart(5, '0')}` } : {}),
      };
    case 'ContentVersion':
      return before === null ? beforeFileCreate(org, actor, values) : {};
    case 'ContentDocumentLink':
      return { SystemModstamp: org.stamp };
    case 'Contact':
    case 'User':
      return {
        Name: [values['FirstName'], values['LastName']].filter((part) => part !== null).join(' '),
        ...owner(actor, spec, values),
      };
    default:
      return owner(actor, spec, values);
  }
}

function owner(actor: Actor, spec: ObjectSpec, values: Values): Values {
  const owned = spec.fields.some((field) => field.name === 'OwnerId' && field.createable);
  return owned && values['OwnerId'] === null ? { OwnerId: actor.userId } : {};
}

/** What follows from a new row. */
export function afterCreate(org: Org, actor: Actor, row: Row, given: Values): void {
  switch (row.spec.name) {
    case 'Case':
      recordCreated(org, actor, row);
      afterCaseSave(org, actor, row, given);
      break;
    case 'PermissionSetAssignment':
      applyPermissionSets(org);
      break;
    case 'CaseComment':
      touchCase(org, String(row.values['ParentId']));
      break;
    case 'ContentVersion':
      afterFileCreate(org, actor, row);
      break;
    default:
  }
}

/** What follows from a changed row. */
export function afterUpdate(org: Org, actor: Actor, row: Row, before: Values): void {
  switch (row.spec.name) {
    case 'Case':
      recordHistory(org, actor, row, before);
      afterCaseSave(org, actor, row, row.values['Comments'] === before['Comments'] ? {} : row.values);
      break;
    case 'CaseComment':
      touchCase(org, String(row.values['ParentId']));
      break;
    case 'ContentVersion':
    case 'ContentDocument':
      afterFileUpdate(org, row);
      break;
    default:
  }
}
