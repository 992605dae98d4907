import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { type Desks, startDesks, stopDesks } from './support/desks.ts';
import {
  type Env,
  type Folder,
  freePort,
  newFolder,
  type Ran,
  run,
  settingsFor,
  startPage,
} from './support/program.ts';

const canary = 'canary-4b1f';

/** What was said to a person: standard error without the log's lines. */
function wordsOf(ran: Ran): readonly string[] {
  return ran.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
}

/** One sentence that says what is wrong and what to do, no stack, no secret, and this exit code. */
function expectSentence(ran: Ran | undefined, code: number, sentence: RegExp): void {
  if (ran === undefined) throw new Error('was not run');
  expect(ran.stderr).not.toMatch(/^\s+at .+:\d+/m);
  expect(ran.stderr + ran.stdout).not.toContain(canary);
  expect({ code: ran.code, words: wordsOf(ran) }).toEqual({ code, words: [expect.stringMatching(sentence)] });
  expect(ran.stdout).toBe('');
}

describe('settings that are not in order', () => {
  it('are told all at once, before anything is contacted', async () => {
    const ran = await run(['start'], {
      DATABASE_URL: `mysql://casebridge:${canary}@127.0.0.1/casebridge`,
      CASEBRIDGE_POLL: 'often',
      CASEBRIDGE_ADMIN_PORT: 'x',
      CASEBRIDGE_SECRET_KEY: canary,
      SERVICENOW_URL: 'http://dev12345.service-now.com',
      SERVICENOW_AUTH: 'magic',
      SERVICENOW_CLIENT_ID: 'id',
      SERVICENOW_CLIENT_SECRT: canary,
      SALESFORCE_LOGIN_URL: 'https://acme.lightning.force.com',
      SALESFORCE_AUTH: 'client_credentials',
      SALESFORCE_CLIENT_SECRET: canary,
    });
    expect(ran.code).toBe(3);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).not.toContain(canary);
    expect(wordsOf(ran).map((line) => line.trim())).toEqual([
      'These settings are not in order:',
      'SERVICENOW_CLIENT_SECRT is not a setting; did you mean SERVICENOW_CLIENT_SECRET?',
      'DATABASE_URL is not a Postgres address; write it like "postgresql://user@host:5432/name"',
      expect.stringMatching(/^CASEBRIDGE_SECRET_KEY is not 32 bytes in base64; "casebridge keygen" prints one/),
      expect.stringMatching(/^CASEBRIDGE_POLL is not a node-cron expression; write it like/),
      'CASEBRIDGE_ADMIN_PORT is not a whole number from 0 to 65535',
      'SERVICENOW_URL must begin with https: (http: is for this machine only)',
      expect.stringMatching(/^SERVICENOW_AUTH is none of client_credentials, /),
      expect.stringMatching(/^SERVICENOW_CLIENT_SECRET is missing/),
      expect.stringMatching(/^SALESFORCE_CLIENT_ID is missing/),
      expect.stringMatching(/^SALESFORCE_LOGIN_URL .*"https:\/\/acme\.my\.salesforce\.com"/),
      'Set them in .env or in the environment, or let "casebridge init" ask for them; docs/settings.md has them all.',
    ]);
  });

  it('are not looked for by a command that is misspelt', async () => {
    const ran = await run(['lnks', 'list'], {});
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Did you mean links?');
  });
});

describe('a world that is not as it should be', { timeout: 60_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  let env: Env;

  beforeAll(async () => {
    folder = await newFolder();
    [desks, database] = await Promise.all([startDesks(), newDatabase()]);
    env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: await folder.mapping('good') });
  });
  afterEach(() => {
    desks.servicenow.rights.change('casebridge', { active: true, itil: true, journal: true, denied: {} });
    desks.salesforce.rights.restore();
  });
  afterAll(async () => {
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  it('tells a wrong secret (5), an unreachable host (4), a sleeping instance and a page instead of data (4) apart', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const asleep = await startPage('<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head></html>');
    const proxy = await startPage('<html><head><title>Sign in to the proxy</title></head></html>');
    const cases: readonly (readonly [readonly string[], Env, number, RegExp])[] = [
      [['start'], { SERVICENOW_CLIENT_SECRET: canary }, 5, /^ServiceNow refused our client id and secret; check SERV/],
      [['sync', '--json'], { SALESFORCE_CLIENT_SECRET: canary }, 5, /^Salesforce refused our client id and secret; /],
      [['plan'], { SERVICENOW_URL: nowhere }, 4, /^ServiceNow cannot be reached .*; check the network and SERVICENOW/],
      [['start'], { SALESFORCE_LOGIN_URL: nowhere }, 4, /^Salesforce cannot be reached .*; check the network and SALE/],
      [['start'], { SERVICENOW_URL: asleep.url }, 4, /^The ServiceNow instance is asleep; wake it up on developer\./],
      [['start'], { SALESFORCE_LOGIN_URL: proxy.url }, 4, /^Salesforce answered with a web page instead of data; /],
    ];
    const ran = await Promise.all(cases.map(([args, wrong]) => run(args, { ...env, ...wrong })));
    for (const [index, [, , code, sentence]] of cases.entries()) expectSentence(ran[index], code, sentence);
    await Promise.all([asleep.stop(), proxy.stop()]);
  });

  it('tells a user without rights what is missing', async () => {
    desks.servicenow.rights.change('casebridge', { active: false });
    expectSentence(await run(['start'], env), 5, /^ServiceNow does not let us in .*; check the credentials/);
    desks.servicenow.rights.change('casebridge', { active: true, itil: false });
    const blind = await run(['start'], env);
    expect(blind.code).toBe(3);
    expect(blind.stderr).toContain('ServiceNow has no field `short_description` on incident, or hides it from this');
    desks.servicenow.rights.change('casebridge', { itil: true });
    desks.salesforce.rights.hideObject('Case');
    expectSentence(await run(['start'], env), 3, /^Salesforce has no such object, or hides it .*; correct its name in/);
  });

  it('does without the journal, which it does not read', async () => {
    desks.servicenow.rights.change('casebridge', { journal: false });
    expect(await run(['config', 'check'], env)).toMatchObject({ code: 0, stdout: 'No problems found.\n' });
  });

  it('refuses a mapping to fields and choices that do not exist, with 3 and the nearest names', async () => {
    const parts = `fields: [...defaultFields,
      { kind: 'text', servicenow: 'work_notes_lst', salesforce: 'Subjct', limits: { servicenow: 9, salesforce: 9 } },
      { kind: 'classes', servicenow: 'impact', salesforce: 'Type', classes: [{ servicenow: ['9'], salesforce: ['A'] }] }]`;
    const wrong = { ...env, CASEBRIDGE_CONFIG: await folder.mapping('wrong', parts) };
    const problems = [
      /fields\[6\]\.servicenow: ServiceNow has no field `work_notes_lst` .*did you mean `work_notes_list`\?/,
      /fields\[6\]\.salesforce: Salesforce has no field `Subjct` .*did you mean `Subject`\?/,
      /fields\[7\]\.classes\[0\]\.servicenow: `9` is no choice of `impact` on ServiceNow.* It has `1`, `2`, `3`\./,
    ];
    const [checked, started] = await Promise.all([run(['config', 'check'], wrong), run(['start'], wrong)]);
    expect(checked.code).toBe(3);
    expect(started.code).toBe(3);
    for (const problem of problems) {
      expect(checked.stdout).toMatch(problem);
      expect(started.stderr).toMatch(problem);
    }
    expect(started.stdout).toBe('');
    expect(desks.servicenow.desk.rows('incident')).toEqual([]);
  });

  it('says that the mapping file is not there, and where it looked', async () => {
    const ran = await run(['start'], { ...env, CASEBRIDGE_CONFIG: '/nowhere/my.config.ts' });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/\/nowhere\/my\.config\.ts is not in order:\n {2}the file is not there; /);
  });

  it('says what is wrong with the database', async () => {
    const { port } = new URL(database.url);
    const at = (parts: Partial<URL>): string => Object.assign(new URL(database.url), parts).href;
    const [down, password, name] = await Promise.all([
      run(['start'], { ...env, DATABASE_URL: at({ port: String(await freePort()), password: canary }) }),
      run(['start'], { ...env, DATABASE_URL: at({ password: canary }) }),
      run(['links', 'list'], { ...env, DATABASE_URL: at({ pathname: '/nosuch', port }) }),
    ]);
    expectSentence(down, 4, /^The database cannot be reached .*; check DATABASE_URL and that Postgres runs\.$/);
    expectSentence(password, 5, /^The database refuses our role or its password; check DATABASE_URL/);
    expectSentence(name, 4, /^There is no database of that name; make it with "createdb", or correct DATABASE_URL\.$/);
  });
});
