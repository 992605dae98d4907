import jsforce from 'jsforce';
import { describe, expect, it } from 'vitest';
import { type Bench, startBench } from './bench.ts';

async function asAdministrator(bench: Bench) {
  bench.sandbox.settings.integrationMayChangeSetUp = true;
  return new jsforce.Connection({ instanceUrl: bench.sandbox.url, accessToken: bench.token, version: '66.0' }).metadata;
}

const field = {
  fullName: 'Case.ServiceNow_Id__c',
  label: 'ServiceNow Id',
  length: 32,
  type: 'Text',
  unique: true,
  externalId: true,
} as const;

describe('the Metadata API of the local Salesforce, as jsforce speaks to it', () => {
  it('makes a field that nobody sees until a permission set shows it', async () => {
    await using bench = await startBench();
    const metadata = await asAdministrator(bench);
    bench.sandbox.setUp.removeField('Case', 'ServiceNow_Id__c');
    const [missing] = await metadata.read('CustomField', [field.fullName]);
    expect(missing?.fullName ?? '').toBe('');
    expect(await metadata.upsert('CustomField', field)).toMatchObject({ success: true, created: true });
    expect(await metadata.read('CustomField', field.fullName)).toMatchObject({ unique: true, externalId: true });
    const names = async (): Promise<unknown> =>
      ((await bench.get('sobjects/Case/describe'))['fields'] as { name: string }[]).map(({ name }) => name);
    expect(await names()).not.toContain('ServiceNow_Id__c');
    await metadata.upsert('PermissionSet', {
      fullName: 'Casebridge',
      label: 'Ours & theirs <1>',
      fieldPermissions: [{ field: field.fullName, readable: true, editable: true }],
      objectPermissions: [],
    });
    expect(await metadata.read('PermissionSet', 'Casebridge')).toMatchObject({ label: 'Ours & theirs <1>' });
    const [set] = await bench.query("SELECT Id FROM PermissionSet WHERE Name = 'Casebridge'");
    await bench.create('PermissionSetAssignment', {
      PermissionSetId: set?.['Id'],
      AssigneeId: bench.sandbox.known.integrationUser,
    });
    expect(await names()).toContain('ServiceNow_Id__c');
  });

  it('tells of a component that it does not take in the result, not as an error', async () => {
    await using bench = await startBench();
    const metadata = await asAdministrator(bench);
    const result = await metadata.upsert('CustomField', { ...field, fullName: 'Case.Gone__c' });
    expect(result).toMatchObject({ success: false, errors: [{ statusCode: 'FIELD_INTEGRITY_EXCEPTION' }] });
  });

  it('refuses a user without the right, and a session that is over, by faults', async () => {
    await using bench = await startBench();
    const metadata = await asAdministrator(bench);
    bench.sandbox.settings.integrationMayChangeSetUp = false;
    const refused = { errorCode: 'sf:INSUFFICIENT_ACCESS' };
    await expect(metadata.read('PermissionSet', 'Casebridge')).rejects.toMatchObject(refused);
    const stranger = new jsforce.Connection({ instanceUrl: bench.sandbox.url, accessToken: 'no', version: '66.0' });
    const over = { errorCode: 'sf:INVALID_SESSION_ID' };
    await expect(stranger.metadata.read('PermissionSet', 'Casebridge')).rejects.toMatchObject(over);
  });

  it('reads no message that holds a document type or ends midway', async () => {
    await using bench = await startBench();
    for (const body of ['<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', '<a><b></a>', '<a>']) {
      const answer = await fetch(`${bench.sandbox.url}/services/Soap/m/66.0`, { method: 'POST', body });
      expect(await answer.text()).toContain('the message could not be read');
    }
  });
});
