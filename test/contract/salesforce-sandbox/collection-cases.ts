import { expect } from 'vitest';
import { asBody } from '../../sandbox/salesforce/bench.ts';
import type { Bench } from '../../sandbox/salesforce/bench.ts';
import { neverWas } from './case-table.ts';
import type { CaseTable } from './case-table.ts';
import { expectAlike, expectHead, expectSame, normal } from './compare.ts';

const account = { type: 'Account' };

function accounts(bench: Bench, count: number): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => bench.create('Account', { Name: `Account ${index}` })),
  );
}

function records(body: unknown): readonly Record<string, unknown>[] {
  const list = asBody(body)['records'];
  return Array.isArray(list) ? list.map(asBody) : [];
}

export const collectionCases: CaseTable = {
  'collections-create-200': async (bench, recording) =>
    expectSame(await bench.send('POST', 'composite/sobjects', { body: recording.request.body }), recording),
  'collections-create-400-empty': async (bench, recording) =>
    expectSame(await bench.send('POST', 'composite/sobjects', { body: recording.request.body }), recording),
  'collections-create-allornone-rolledback': async (bench, recording) => {
    bench.sandbox.settings.allOrNoneStatus = 400;
    expectSame(await bench.send('POST', 'composite/sobjects', { body: recording.request.body }), recording);
    expect(await bench.query("SELECT Id FROM Contact WHERE LastName = '(valid)'")).toEqual([]);
  },
  'collections-create-duplicates-row': async (bench, recording) => {
    // A validation rule stands for the duplicate rule: the row's code is another, its form is the same.
    bench.sandbox.validation.add({
      name: 'no',
      object: 'Account',
      message: 'Use one of these records?',
      refuses: () => true,
    });
    const body = {
      allOrNone: false,
      records: [
        { attributes: account, Name: 'example.com' },
        { attributes: { type: 'Contact' }, LastName: 'Johnson' },
      ],
    };
    const answer = await bench.send('POST', 'composite/sobjects', { body });
    expectAlike(answer, recording);
    expect(answer.body).toMatchObject([
      { success: false, errors: [{ message: 'Use one of these records?', fields: [] }] },
      { success: true, errors: [] },
    ]);
  },
  'collections-delete-200': async (bench, recording) => {
    const ids = await accounts(bench, 2);
    const answer = await bench.send(
      'DELETE',
      `composite/sobjects?ids=${ids.join(',')}&allOrNone=false&sObjectName=Account`,
    );
    expectSame(answer, recording);
    expect(answer.body).toMatchObject(ids.map((id) => ({ id })));
  },
  'collections-retrieve-200': async (bench, recording) => {
    const id = await bench.create('Account', { Name: 'Sample Account' });
    expectSame(await bench.send('GET', `composite/sobjects/Account?ids=${id}&fields=Name,Id`), recording);
  },
  'collections-update-200': async (bench, recording) => {
    const asked = records(recording.request.body);
    const ids = await accounts(bench, asked.length);
    const body = { allOrNone: false, records: asked.map((record, index) => ({ ...record, Id: ids[index] })) };
    const answer = await bench.send('PATCH', 'composite/sobjects', { body });
    expectSame(answer, recording);
    expect(answer.body).toMatchObject(ids.map((id) => ({ id })));
  },
  'collections-update-allornone-rolledback': async (bench, recording) => {
    const id = await bench.create('Contact', { LastName: 'Before' });
    const contact = { type: 'Contact' };
    const body = {
      allOrNone: true,
      records: [
        { attributes: contact, id, LastName: 'After' },
        { attributes: contact, id, unknownField_LastName: 'x' },
      ],
    };
    expectSame(await bench.send('PATCH', 'composite/sobjects', { body }), recording);
    expect((await bench.query(`SELECT LastName FROM Contact WHERE Id = '${id}'`))[0]?.['LastName']).toBe('Before');
  },
  'collections-update-invalid-id': async (bench, recording) => {
    const body = {
      allOrNone: false,
      records: [{ attributes: account, id: neverWas.account, Name: 'Updated Account Name' }],
    };
    expectSame(await bench.send('PATCH', 'composite/sobjects', { body }), recording);
  },
  'collections-update-missing-id': async (bench, recording) => {
    const body = {
      allOrNone: false,
      records: [
        { attributes: account, Name: 'a' },
        { attributes: account, Name: 'b' },
      ],
    };
    const answer = await bench.send('PATCH', 'composite/sobjects', { body });
    // Its status is one that sources dispute: a failed row alone was recorded with 200.
    expect(answer.status).toBe(200);
    expect(normal(answer.body)).toEqual(normal(recording.response.body));
  },
  'collections-upsert-id-null-creates': async (bench, recording) =>
    expectSame(await bench.send('PATCH', 'composite/sobjects/Account/Id', { body: recording.request.body }), recording),
  'collections-upsert-missing-attributes': async (bench, recording) =>
    expectSame(await bench.send('PATCH', 'composite/sobjects/Account/Id', { body: recording.request.body }), recording),
  'collections-upsert-updated-200': async (bench, recording) => {
    const [Id] = await accounts(bench, 1);
    const body = { allOrNone: false, records: [{ attributes: account, Name: 'Test Upsert', Id }] };
    const answer = await bench.send('PATCH', 'composite/sobjects/Account/Id', { body });
    expectHead(answer, recording);
    expectSame(answer, recording);
  },
};
