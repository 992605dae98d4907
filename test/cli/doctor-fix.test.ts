import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from './real-desks.ts';
import type { Ran } from './world.ts';

/** Two desks of which Salesforce has not been prepared: no field of ours, no permission set. */
async function unprepared(): Promise<Desks> {
  const desks = await startDesks();
  desks.salesforce.setUp.removeField('Case', 'ServiceNow_Id__c');
  desks.salesforce.setUp.removeField('Case', 'ServiceNow_Number__c');
  desks.salesforce.desk.create('Case', { Subject: 'Printer smokes' }, 'dana.support');
  return desks;
}

const cliFor = (desks: Desks, lines: readonly string[] = []): RealCli =>
  createRealCli({
    env: settingsFor(desks),
    world: { stdin: Readable.from(lines.map((line) => `${line}\n`)) },
  });

const saysOfMapping = ({ lines }: Ran): unknown =>
  lines.find((line) => (line as Record<string, unknown>)['check'] === 'mapping');

describe('doctor --fix', () => {
  it('shows what Salesforce lacks, makes it when told to, and finds everything there afterwards', async () => {
    const desks = await unprepared();
    desks.salesforce.settings.integrationMayChangeSetUp = true;
    const before = await cliFor(desks).run('doctor');
    expect(before.stdout).toContain('Case has no field `ServiceNow_Id__c`');
    const ran = await cliFor(desks, ['yes']).run('doctor', '--fix');
    expect(ran.stdout).toContain(
      'plan  Salesforce  add the field Case.ServiceNow_Id__c: Text(32), Unique, External ID.',
    );
    expect(ran.stdout).toContain('done  Salesforce  add the field Case.ServiceNow_Number__c: Text(40).');
    expect(ran.stdout).toMatch(
      /done {2}Salesforce {2}make the permission set Casebridge: Case \(read, create, edit, view all\)/,
    );
    expect(ran.stdout).toContain('done  Salesforce  give the permission set Casebridge to our user.');
    expect(ran.stdout).not.toContain('has no field `ServiceNow_Id__c`');
    expect(ran.code).toBe(0);
    const again = await cliFor(desks).run('doctor', '--fix');
    expect(again.stderr).toContain('Salesforce lacks nothing');
  });

  it('changes nothing when nobody agrees', async () => {
    const desks = await unprepared();
    desks.salesforce.settings.integrationMayChangeSetUp = true;
    const ran = await cliFor(desks, ['no']).run('doctor', '--fix');
    expect(ran.stderr).toContain('Nothing was changed');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('Case has no field `ServiceNow_Id__c`');
    const silent = await cliFor(desks).run('doctor', '--fix');
    expect(silent.stderr).toContain('--yes agrees to it');
    expect(silent.code).toBe(2);
  });

  it('leaves alone what the permission set holds already', async () => {
    const desks = await unprepared();
    desks.salesforce.settings.integrationMayChangeSetUp = true;
    await cliFor(desks).run('doctor', '--fix', '--yes');
    const { permissionSets } = desks.salesforce.setUp;
    const made = permissionSets.get('Casebridge');
    if (made === undefined) throw new Error('no permission set was made');
    const theirs =
      '<fieldPermissions><editable>true</editable><field>Case.Reason</field><readable>true</readable></fieldPermissions>';
    const kept = made.xml.replace(
      /<fieldPermissions>(?:(?!<\/fieldPermissions>).)*Case\.Subject.*?<\/fieldPermissions>/,
      theirs,
    );
    expect(kept).not.toBe(made.xml);
    permissionSets.set('Casebridge', { ...made, xml: `<description>Ours</description>${kept}` });
    const ran = await cliFor(desks).run('doctor', '--fix', '--yes');
    expect(ran.stdout).toContain('add to the permission set Casebridge: 1 field: Case.Subject.');
    expect(permissionSets.get('Casebridge')?.xml).toContain('Case.Reason');
    expect(permissionSets.get('Casebridge')?.xml).toContain('Case.Subject');
  });

  it('says who can do it when our own user may not, and does it as an administrator who logs in', async () => {
    const desks = await unprepared();
    const refused = await cliFor(desks).run('doctor', '--fix', '--yes');
    expect(refused.stderr).toContain('--fix --admin');
    expect(refused.code).toBe(1);
    const cli = cliFor(desks);
    const ended = cli.run('doctor', '--fix', '--yes', '--admin', '--port', String(await freePort()), '--json');
    const { stderr, lines, code } = await asAdministrator(cli, ended);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(saysOfMapping({ lines } as Ran)).toMatchObject({ state: 'ok' });
    expect(JSON.stringify(lines) + stderr).not.toContain('Bearer');
    // The administrator's token is not ours: what is used from now on is our own login.
    expect(await cli.store.tokens.load('salesforce')).toBeNull();
  });

  it('prints a script for ServiceNow that holds what anybody wrote as text, and runs none', async () => {
    const desks = await unprepared();
    desks.servicenow.forgetCalls();
    const cli = createRealCli({
      env: {
        ...settingsFor(desks),
        SERVICENOW_AUTH: 'password',
        SERVICENOW_USERNAME: `x'; gs.eval("1"); //</script>`,
        SERVICENOW_PASSWORD: 'no',
      },
    });
    await cli.run('doctor', '--servicenow-script', 'roles.js');
    const script = readFileSync(join(cli.folder, 'roles.js'), 'utf8');
    expect(script).toContain('var userName = "x\'; gs.eval(\\"1\\"); //\\u003c/script\\u003e";');
    expect(() => new Script(script)).not.toThrow();
    for (const grant of ['sys_journal_field', 'sys_audit_delete', 'sys_choice'])
      expect(script).toContain(`"acl":"${grant}","operation":"read"`);
    const alone = await cli.run('doctor', '--servicenow-script');
    expect({ stdout: alone.stdout, code: alone.code }).toEqual({ stdout: `${script}\n`, code: 0 });
    expect(script).toContain('sn_incident_write');
    expect(script).not.toContain('oauth_credential');
    expect(desks.servicenow.calls().filter(({ method, path }) => method !== 'GET' && !path.includes('oauth'))).toEqual(
      [],
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What an administrator does in the browser that the command opens. */
async function asAdministrator(cli: RealCli, ended: Promise<Ran>): Promise<Ran> {
  let over = false;
  void ended.finally(() => (over = true));
  const address = (): string | undefined => /http[^\s"]+authorize[^\s"]+/.exec(cli.printed())?.[0];
  while (!over && address() === undefined) await delay(10);
  const url = new URL(address() ?? 'http://127.0.0.1:9');
  const form = new URLSearchParams([
    ...url.searchParams,
    ['username', 'dana.support@sandbox.example'],
    ['decision', 'allow'],
  ]);
  const back = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  await fetch(back.headers.get('location') ?? '');
  return ended;
}
