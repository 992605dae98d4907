import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/store/store.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { createRealCli, type Desks, settingsFor, startDesks } from './real-desks.ts';
import type { Ran } from './world.ts';

const user = 'casebridge';

/** Both desks with a ticket and a comment each, so that nothing is silent for want of rows. */
async function lived(): Promise<Desks> {
  const desks = await startDesks();
  const incident = desks.servicenow.desk.create('incident', { short_description: 'Printer on fire' }, 'beth.anglin');
  desks.servicenow.desk.comment('incident', incident.id, 'It burns.', 'public', 'beth.anglin');
  const twin = desks.salesforce.desk.create('Case', { Subject: 'Printer smokes' }, 'dana.support');
  desks.salesforce.desk.comment('Case', twin.id, 'It smokes.', 'public', 'dana.support');
  return desks;
}

/** The state of one check, by side and name. */
function stateOf({ lines }: Ran, where: string, check: string): readonly unknown[] {
  return lines.flatMap((line) => {
    const one = line as Record<string, unknown>;
    return one['where'] === where && one['check'] === check ? [one['state']] : [];
  });
}

const wrongIn = ({ lines }: Ran): readonly unknown[] =>
  lines.filter((line) => (line as Record<string, unknown>)['state'] === 'wrong');

describe('doctor', () => {
  it('finds nothing wrong with two desks that are set up as the manual says', async () => {
    const desks = await lived();
    const cli = createRealCli({ env: settingsFor(desks) });
    const ran = await cli.run('doctor', '--json');
    expect(wrongIn(ran)).toEqual([]);
    expect(ran.code).toBe(0);
    for (const side of ['servicenow', 'salesforce']) {
      for (const check of ['login', 'clock', 'identity', 'rights', 'comments', 'api-calls'])
        expect([side, check, stateOf(ran, side, check)]).toEqual([side, check, ['ok']]);
    }
    expect(stateOf(ran, 'casebridge', 'database')).toEqual(['ok']);
    expect(stateOf(ran, 'casebridge', 'mapping')).toEqual(['ok']);
  });

  it('says it in a line each for people, and writes no ticket', async () => {
    const desks = await lived();
    const before = JSON.stringify([desks.servicenow.desk.rows('incident'), desks.salesforce.desk.rows('Case')]);
    const { stdout, stderr } = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(stdout).toContain('ok    ServiceNow  login');
    expect(stdout).toMatch(/token good for (29|30) min/);
    expect(stdout).toContain('Sforce-Auto-Assign: FALSE');
    expect(stderr).toContain('Nothing is wrong');
    expect(stdout).not.toContain(desks.servicenow.account.clientSecret);
    expect(JSON.stringify([desks.servicenow.desk.rows('incident'), desks.salesforce.desk.rows('Case')])).toBe(before);
  });

  it('never calls an empty answer fine', async () => {
    const ran = await createRealCli({ env: settingsFor(await startDesks()) }).run('doctor', '--json');
    for (const side of ['servicenow', 'salesforce']) {
      expect(stateOf(ran, side, 'rights')).toEqual(['unknown']);
      expect(stateOf(ran, side, 'comments')).toEqual(['unknown']);
    }
    expect(ran.code).toBe(0);
  });

  it('tells journal rows that are hidden from journals that are empty', async () => {
    const desks = await lived();
    desks.servicenow.rights.change(user, { journal: false, history: false });
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(ran, 'servicenow', 'comments')).toEqual(['note']);
    expect(JSON.stringify(ran.lines)).toContain('sys_journal_field has rows and shows us none');
  });

  it('tells which way journals are read', async () => {
    const desks = await lived();
    const line = async (): Promise<string> => {
      const { stdout } = await createRealCli({ env: settingsFor(desks) }).run('doctor');
      return stdout.split('\n').find((text) => text.includes('journal:')) ?? '';
    };
    expect(await line()).toContain('journal: rows');
    desks.servicenow.rights.change(user, { journal: false });
    expect(await line()).toMatch(/journal: rendered stream.*add a read ACL on sys_journal_field/);
    desks.servicenow.rights.change(user, { hiddenFields: { task: ['comments', 'work_notes'] } });
    expect(await line()).toMatch(/journal: not readable.*add a read ACL on sys_journal_field/);
  });

  it('says that the Batch API is forbidden, and what that costs', async () => {
    const desks = await lived();
    desks.servicenow.rights.change(user, { batch: false });
    const { stdout, code } = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(stdout).toContain('every record costs a call of its own');
    expect(code).toBe(0);
  });

  it('numbers its lines, for people and for scripts', async () => {
    const cli = createRealCli({ env: settingsFor(await lived()) });
    const { lines } = await cli.run('doctor', '--json');
    expect(lines.map((line) => (line as Record<string, unknown>)['number'])).toEqual(lines.map((_line, at) => at + 1));
    expect((await cli.run('doctor')).stdout).toMatch(/^ 1 {2}ok/);
  });

  it('looks at every object of several pairs, and at the people that the mapping names', async () => {
    const desks = await lived();
    desks.salesforce.setUp.install('Ticket__c');
    desks.salesforce.rights.hideObject('Contact');
    const cli = createRealCli({ env: settingsFor(desks), mapping: twoPairs });
    const ran = await cli.run('doctor', '--json');
    const texts = ran.lines.map((line) => JSON.stringify(line));
    expect(texts.filter((text) => text.includes('the field history of')).length).toBe(2);
    expect(texts.filter((text) => text.includes('sys_audit_delete')).length).toBe(1);
    expect(stateOf(ran, 'servicenow', 'people')).toEqual(['ok']);
    expect(stateOf(ran, 'salesforce', 'people')).toEqual(['wrong']);
    expect(stateOf(ran, 'casebridge', 'parents')).toEqual(['ok']);
    expect(ran.code).toBe(1);
  });

  it('tells what may be created in Salesforce, and that only a try tells it of ServiceNow', async () => {
    const desks = await lived();
    desks.salesforce.rights.readOnlyObject('ContentVersion');
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(ran, 'salesforce', 'create')).toEqual(['ok', 'ok', 'wrong']);
    expect(stateOf(ran, 'servicenow', 'create')).toEqual(['unknown']);
  });

  it('warns of a ServiceNow user that is an administrator', async () => {
    const desks = await lived();
    const { desk } = desks.servicenow;
    const quiet = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(quiet, 'servicenow', 'surplus')).toEqual([]);
    const role = desk.create('sys_user_role', { name: 'admin' }, 'admin');
    const us = desk.find('sys_user', 'user_name', user);
    desk.create('sys_user_has_role', { user: us?.id ?? '', role: role.id }, 'admin');
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(ran, 'servicenow', 'surplus')).toEqual(['note']);
    expect(ran.code).toBe(0);
  });

  it('warns of a Salesforce user that may modify everything', async () => {
    const desks = await lived();
    desks.salesforce.settings.integrationModifiesAllData = true;
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(ran, 'salesforce', 'surplus')).toEqual(['note']);
  });

  it('says what a 504 at the token endpoint means', async () => {
    const desks = await lived();
    desks.servicenow.faults.add({ kind: 'gateway-html', path: '/oauth_token.do' });
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(ran.stdout).toMatch(/BAD +ServiceNow +login.*504 Gateway Time-out.*oauth_credential/);
    expect(ran.code).toBe(4);
  });

  it('says that a client is securely scoped, and how to open it', async () => {
    const desks = await lived();
    desks.servicenow.rights.scope([]);
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(ran.stdout).toMatch(/BAD +ServiceNow +login.*Securely scoped.*Broadly scoped/);
    desks.servicenow.rights.scope(['GET table', 'GET attachment', 'POST table']);
    const narrow = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(narrow.stdout).toMatch(/note +ServiceNow +batch.*snc_platform_rest_api_access.*auth scope/);
  });

  it('ends with 1 and names the field that one side hides and the one it does not let us write', async () => {
    const desks = await lived();
    desks.servicenow.rights.change(user, { hiddenFields: { incident: ['urgency'] } });
    desks.salesforce.rights.readOnlyField('Case', 'Subject');
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/BAD +ServiceNow +rights +incident hides `urgency`/);
    expect(ran.stdout).toMatch(/`Subject` on Salesforce cannot be written/);
  });

  it('wants the external id, and choices for everything that the mapping names', async () => {
    const desks = await lived();
    desks.salesforce.rights.hideField('Case', 'ServiceNow_Id__c');
    desks.salesforce.settings.restrictedPicklists.add('Case.Status');
    const cli = createRealCli({ env: settingsFor(desks), mapping: mappingWith("salesforce: ['Gone']") });
    const { code, stdout } = await cli.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain('Case has no field `ServiceNow_Id__c`');
    expect(stdout).toContain('`Gone` is no choice of `Status`');
  });

  it('does not judge what ServiceNow does not show of its dictionary', async () => {
    const desks = await lived();
    desks.servicenow.rights.change(user, { metadata: false });
    const ran = await createRealCli({ env: settingsFor(desks) }).run('doctor', '--json');
    expect(stateOf(ran, 'servicenow', 'metadata')).toEqual(['unknown']);
    expect(stateOf(ran, 'casebridge', 'mapping')).toEqual(['unknown']);
  });

  it('notices that the links were made with another instance', async () => {
    const desks = await lived();
    const cli = createRealCli({ env: settingsFor(desks) });
    await cli.store.transaction((tx) => tx.saveIdentity('salesforce', '00D000000000001EAA'));
    const ran = await cli.run('doctor', '--json');
    expect(stateOf(ran, 'salesforce', 'identity')).toEqual(['wrong']);
    expect(ran.code).toBe(1);
  });

  it('ends with 5 when a side does not let us in, and still looks at the other', async () => {
    const desks = await lived();
    const ran = await createRealCli({
      env: { ...settingsFor(desks), SERVICENOW_CLIENT_SECRET: 'not-the-secret' },
    }).run('doctor', '--json');
    expect(ran.code).toBe(5);
    expect(stateOf(ran, 'servicenow', 'login')).toEqual(['wrong']);
    expect(stateOf(ran, 'salesforce', 'login')).toEqual(['ok']);
    expect(stateOf(ran, 'casebridge', 'mapping')).toEqual(['unknown']);
  });

  it('ends with 4 when a side cannot be reached', async () => {
    const desks = await lived();
    const env = { ...settingsFor(desks), SALESFORCE_LOGIN_URL: 'http://127.0.0.1:9' };
    const ran = await createRealCli({ env }).run('doctor', '--json');
    expect(ran.code).toBe(4);
    expect(stateOf(ran, 'salesforce', 'login')).toEqual(['wrong']);
  });

  it('ends with 4 when the database is gone, and looks at both sides all the same', async () => {
    const desks = await lived();
    const openDatabase = async () => Promise.reject(new StoreUnavailable('connection refused'));
    const ran = await createRealCli({ env: settingsFor(desks), world: { openDatabase } }).run('doctor', '--json');
    expect(ran.code).toBe(4);
    expect(stateOf(ran, 'casebridge', 'database')).toEqual(['wrong']);
    expect(stateOf(ran, 'salesforce', 'login')).toEqual(['ok']);
  });

  it('says that titles are searched slowly where the database could not index them, and how to mend it', async () => {
    const desks = await lived();
    const database = await newDatabase();
    const store = await storeOn(database);
    const cli = createRealCli({ env: settingsFor(desks), store });
    expect(stateOf(await cli.run('doctor', '--json'), 'casebridge', 'search')).toEqual([]);
    await database.query('DROP EXTENSION pg_trgm CASCADE');
    const ran = await cli.run('doctor', '--json');
    expect(stateOf(ran, 'casebridge', 'search')).toEqual(['note']);
    expect(ran.code).toBe(0);
    const [said] = ran.lines.filter((line) => (line as Record<string, unknown>)['check'] === 'search');
    const { what, cure } = said as Readonly<Record<'what' | 'cure', string>>;
    expect(what).toContain('pg_trgm');
    await database.query(cure.slice(cure.indexOf('CREATE EXTENSION')));
    expect(stateOf(await cli.run('doctor', '--json'), 'casebridge', 'search')).toEqual([]);
    await store.close();
    await database.drop();
  });

  it('says by how much our clock differs, and that jwt_bearer cannot bear it', async () => {
    const desks = await startDesks({ now: () => Date.now() - 240_000 });
    const { SERVICENOW_CLIENT_SECRET, ...env } = settingsFor(desks);
    const jwt = {
      SERVICENOW_CLIENT_SECRET: SERVICENOW_CLIENT_SECRET ?? '',
      SERVICENOW_AUTH: 'jwt_bearer',
      SERVICENOW_PRIVATE_KEY: desks.servicenow.account.privateKey,
      SERVICENOW_KEY_ID: desks.servicenow.account.keyId,
      SERVICENOW_SUBJECT: user,
    };
    const ran = await createRealCli({ env: { ...env, ...jwt } }).run('doctor', '--json');
    expect(stateOf(ran, 'servicenow', 'clock')).toEqual(['wrong']);
    expect(JSON.stringify(ran.lines)).toMatch(/our clock is 2[34]\d s ahead/);
  });

  it('reports settings that are not in order with 3, before anything is asked', async () => {
    const { code, stderr } = await createRealCli({ env: {} }).run('doctor');
    expect(code).toBe(3);
    expect(stderr).toContain('SERVICENOW_URL is missing');
  });
});

/** The default pair with one more class of the state, whose Salesforce values are given. */
function mappingWith(values: string): string {
  const file = JSON.stringify(new URL('../../src/mapping/default-config.ts', import.meta.url).href);
  return `import { defaultPair } from ${file};
const fields = defaultPair.fields.map((field) =>
  field.servicenow === 'state' ? { ...field, classes: [...field.classes, { servicenow: ['99'], ${values} }] } : field,
);
export default { pairs: [{ ...defaultPair, fields, resolve: { closeCode: 'Solution provided', closeNotes: 'Closed.' } }] };
`;
}

const example = (name: string): string =>
  JSON.stringify(new URL(`../../examples/${name}.config.ts`, import.meta.url).href);

/** Incidents with Cases, with their callers and parents, and problems with a custom object. */
const twoPairs = `import incidents from ${example('incident-case')};
import tickets from ${example('custom-object')};
const [custom] = tickets.pairs;
export default { pairs: [...incidents.pairs, { ...custom, servicenow: { table: 'problem' }, fields: custom.fields.filter((field) => field.kind === 'shown' || field.kind === 'text') }] };
`;
