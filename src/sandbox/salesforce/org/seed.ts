import { caseStatus } from '../schema/case.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { account, contact, group, organization, queueSobject, user } from '../schema/people.ts';
import type { Values } from '../values.ts';
import type { Org } from './org.ts';
import { userPermissionAccess } from '../schema/permissions.ts';

/** The user that Casebridge signs in as. */
export const integrationUsername = 'casebridge@sandbox.example';

function put(org: Org, spec: ObjectSpec, values: Values): string {
  const id = org.nextId(spec);
  const by = org.known.integrationUser === '' ? id : org.known.integrationUser;
  const audit: Values = {
    CreatedDate: org.stamp,
    CreatedById: by,
    LastModifiedDate: org.stamp,
    LastModifiedById: by,
    SystemModstamp: org.stamp,
    IsDeleted: false,
  };
  const row: Values = { Id: id };
  for (const field of spec.fields.slice(1))
    row[field.name] = values[field.name] ?? audit[field.name] ?? field.defaultValue;
  org.insert(spec, row);
  return id;
}

/** Adds a person who works at the desk and returns the user's id. */
export function addUser(org: Org, firstName: string | null, lastName: string, username: string): string {
  return put(org, user, {
    Username: username,
    FirstName: firstName,
    LastName: lastName,
    Name: [firstName, lastName].filter((part) => part !== null).join(' '),
    Alias: lastName.slice(0, 8).toLowerCase(),
    Email: username,
    IsActive: true,
    UserType: 'Standard',
    TimeZoneSidKey: 'GMT',
  });
}

/** What an org has on its first day: itself, its users, a queue, the Case statuses, a customer. */
export function seed(org: Org): void {
  org.transaction(() => {
    org.known.integrationUser = addUser(org, 'Casebridge', 'Integration', integrationUsername);
    org.known.organization = put(org, organization, {
      Name: 'Casebridge Sandbox',
      Country: 'US',
      TimeZoneSidKey: 'GMT',
      LanguageLocaleKey: 'en_US',
      OrganizationType: 'Enterprise Edition',
      InstanceName: 'SB0',
      IsSandbox: true,
    });
    put(org, userPermissionAccess, {});
    addUser(org, 'Ada', 'Okafor', 'ada@sandbox.example');
    addUser(org, 'Ben', 'Lindqvist', 'ben@sandbox.example');
    const queue = put(org, group, {
      Name: 'Support Queue',
      DeveloperName: 'Support_Queue',
      Type: 'Queue',
      OwnerId: org.known.organization,
      DoesSendEmailToMembers: false,
      DoesIncludeBosses: false,
    });
    org.known.defaultCaseOwner = queue;
    put(org, queueSobject, { QueueId: queue, SobjectType: 'Case' });
    for (const [index, status] of ['New', 'Working', 'Escalated', 'Closed'].entries()) {
      put(org, caseStatus, {
        MasterLabel: status,
        ApiName: status,
        SortOrder: index + 1,
        IsDefault: status === 'New',
        IsClosed: status === 'Closed',
      });
    }
    const customer = put(org, account, {
      Name: 'Edge Communications',
      BillingCity: 'Austin',
      OwnerId: org.known.integrationUser,
    });
    put(org, contact, {
      AccountId: customer,
      FirstName: 'Rose',
      LastName: 'Gonzalez',
      Name: 'Rose Gonzalez',
      Email: 'rose@edge.example',
      Phone: '(512) 757-6000',
      OwnerId: org.known.integrationUser,
    });
  });
}
