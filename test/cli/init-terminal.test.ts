import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { newDatabase } from '../support/database.ts';
import { startDesks } from './real-desks.ts';
import { hasTerminal, onTerminal, program } from './terminal.ts';

const exec = promisify(execFile);

it.skipIf(!hasTerminal)(
  'init leads from nothing to a working pair by prompts on a real terminal',
  async () => {
    const desks = await startDesks();
    const { servicenow, salesforce } = desks;
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    desks.salesforce.setUp.removeField('Case', 'ServiceNow_Number__c');
    desks.salesforce.settings.integrationMayChangeSetUp = true;

    const typed = onTerminal(['init']);
    await typed.answer('Address of the ServiceNow instance', servicenow.url);
    await typed.answer('How to log in to ServiceNow', '');
    await typed.answer('ServiceNow client id', servicenow.account.clientId);
    await typed.answer('ServiceNow client secret', servicenow.account.clientSecret);
    await typed.answer('Address of the Salesforce org', salesforce.url);
    await typed.answer('How to log in to Salesforce', '');
    await typed.answer('Salesforce consumer key', salesforce.account.clientId);
    await typed.answer('Salesforce consumer secret', salesforce.account.clientSecret);
    await typed.answer('Address of a Postgres', database.url);
    await typed.answer('incident-case', '');
    await typed.answer('Close code for incidents', '2');
    await typed.answer('Close notes', '');
    await typed.answer('Tickets from when on', '');
    await typed.answer('that Salesforce lacks', 'yes');
    await typed.answer('Do this in Salesforce', 'yes');
    expect({ code: await typed.ended(), screen: typed.screen() }).toMatchObject({ code: 0 });
    expect(typed.screen()).toMatch(/ok +ServiceNow +login/);
    for (const secret of [servicenow.account.clientSecret, salesforce.account.clientSecret, database.url])
      expect(typed.screen()).not.toContain(secret);
    expect(existsSync(join(typed.folder, '.env'))).toBe(true);
    expect(readFileSync(join(typed.folder, 'casebridge.config.ts'), 'utf8')).toContain('resolve');

    const incident = servicenow.desk.create('incident', { short_description: 'Printer on fire' }, 'beth.anglin');
    const round = await exec(process.execPath, [program(typed.folder), 'sync', '--once', '--json']);
    expect(JSON.parse(round.stdout)).toMatchObject({ created: { salesforce: 1 } });
    expect(salesforce.desk.find('Case', 'ServiceNow_Id__c', incident.id)).not.toBeNull();
  },
  120_000,
);

it.skipIf(!hasTerminal)('init that is interrupted on a terminal leaves nothing behind', async () => {
  const typed = onTerminal(['init']);
  await typed.answer('Address of the ServiceNow instance', '\u0003');
  expect(await typed.ended()).toBe(130);
  expect(existsSync(join(typed.folder, '.env'))).toBe(false);
});
