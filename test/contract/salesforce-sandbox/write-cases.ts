import { expect } from 'vitest';
import { asBodies } from '../../sandbox/salesforce/bench.ts';
import type { CaseTable } from './case-table.ts';
import { neverWas } from './case-table.ts';
import { expectHead, expectSame, normal } from './compare.ts';

export const writeCases: CaseTable = {
  'create-400-duplicate-value': async (bench, recording) => {
    await bench.create('User', { Username: 'twin@sandbox.example', LastName: 'a', Email: 'a@example.com' });
    const body = { Username: 'twin@sandbox.example', LastName: 'b', Email: 'b@example.com' };
    const answer = await bench.send('POST', 'sobjects/User', { body });
    expectHead(answer, recording);
    // The recorded object has words of its own; code and members are the same.
    const [mine] = asBodies(answer.body);
    expect(Object.keys(mine ?? {}).toSorted()).toEqual(['errorCode', 'fields', 'message']);
    expect(mine).toMatchObject({ errorCode: 'DUPLICATE_VALUE', fields: ['Username'] });
  },
  'write-400-invalid-email': async (bench, recording) =>
    expectSame(await bench.send('POST', 'sobjects/Contact', { body: recording.request.body }), recording),
  'write-400-invalid-field-for-insert-update': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    expectSame(await bench.send('PATCH', `sobjects/Account/${id}`, { body: { MasterRecordId: id } }), recording);
  },
  'write-400-invalid-field': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'a' });
    expectSame(await bench.send('PATCH', `sobjects/Account/${id}`, { body: { AccountNumer: '1' } }), recording);
  },
  'write-400-multiple-validation-errors': async (bench, recording) => {
    const { validation } = bench.sandbox;
    validation.add({
      name: 'name',
      object: 'Account',
      message: "no 'ACME' accounts",
      refuses: (row) => row['Name'] === 'ACME',
    });
    validation.add({
      name: 'phone',
      object: 'Account',
      message: "no '123' phone",
      refuses: (row) => row['Phone'] === '123',
    });
    expectSame(await bench.send('POST', 'sobjects/Account', { body: recording.request.body }), recording);
  },
  'write-400-restricted-picklist': async (bench, recording) => {
    bench.sandbox.settings.restrictedPicklists.add('Case.Origin');
    const id = await bench.create('Case', {});
    const answer = await bench.send('PATCH', `sobjects/Case/${id}`, { body: { Origin: "Smith's" } });
    expectHead(answer, recording);
    expect(answer.body).toEqual([
      {
        message: 'Case Origin: bad value for restricted picklist field: Smith&#39;s',
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        fields: ['Origin'],
      },
    ]);
  },
  'write-record-type-invalid': async (bench, recording) => {
    bench.sandbox.setUp.addRecordType('Case', 'Incident');
    // The source does not state the status; the code, the words and the field are what is recorded.
    const answer = await bench.send('POST', 'sobjects/Case', { body: recording.request.body });
    expect(answer).toMatchObject({ status: 400, body: recording.response.body });
  },
  'write-400-string-too-long': async (bench, recording) => {
    const long = 'N'.repeat(41);
    const answer = await bench.send('POST', 'sobjects/Case', { body: { SuppliedPhone: long } });
    expectHead(answer, recording);
    expect(answer.body).toEqual([
      {
        message: `Phone: data value too large: ${long} (max length=40)`,
        errorCode: 'STRING_TOO_LONG',
        fields: ['SuppliedPhone'],
      },
    ]);
  },
  'write-400-unable-to-lock-row': async (bench, recording) => {
    const id = await bench.create('Contact', { LastName: 'a' });
    bench.sandbox.faults.add({ kind: 'locked-row', id, times: 1 });
    const answer = await bench.send('PATCH', `sobjects/Contact/${id}`, { body: { LastName: 'b' } });
    expectHead(answer, recording);
    const text = JSON.stringify(recording.response.body).replace('0035cFAKESFIDAAI', id);
    expect(answer.body).toEqual(JSON.parse(text));
    expect((await bench.send('PATCH', `sobjects/Contact/${id}`, { body: { LastName: 'b' } })).status).toBe(204);
  },
  'write-duplicate-value-external-id': async (bench, recording) => {
    const id = await bench.create('Case', { ServiceNow_Id__c: 'abc' });
    const answer = await bench.send('POST', 'sobjects/Case', { body: { ServiceNow_Id__c: 'ABC' } });
    expect(answer.status).toBe(400);
    const message = `duplicate value found: ServiceNow_Id__c duplicates value on record with id: ${id.slice(0, 15)}`;
    const [theirs] = asBodies(recording.response.body);
    expect(answer.body).toEqual([{ message, errorCode: theirs?.['errorCode'], fields: ['ServiceNow_Id__c'] }]);
    expect(normal(message.replace('ServiceNow_Id__c', 'AffirmId__c'))).toBe(normal(theirs?.['message']));
  },
  'write-insufficient-cross-reference': async (bench, recording) => {
    const answer = await bench.send('POST', 'sobjects/Case', { body: { AccountId: neverWas.account } });
    expectSame(answer, recording);
    expect(answer.text).toContain(`id: ${neverWas.account.slice(0, 15)}"`);
  },
  'write-required-field-missing': async (bench, recording) => {
    const answer = await bench.send('POST', 'sobjects/Account', { body: {} });
    expectSame(answer, recording);
    expect(answer.status).toBe(400);
  },
};

const noBus = 'the local Salesforce has no event bus: Casebridge finds changes by polling';

/** Recorded cases that the local Salesforce has no part for, each with the reason. */
export const casesLeftOut: CaseTable = {
  'cdc-event-account-create': { notApplicable: noBus },
  'cdc-event-contact-update': { notApplicable: noBus },
  'cdc-event-user-update': { notApplicable: noBus },
  'cometd-handshake-denied': { notApplicable: noBus },
  'create-duplicates-detected': {
    notApplicable: 'the local Salesforce has no duplicate rules, and Cases have none by default',
  },
};
