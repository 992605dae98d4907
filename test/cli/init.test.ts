import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { parseEnv } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillIn } from '../../src/cli/commands/init/mapping-file.ts';
import { openPrompt } from '../../src/cli/commands/init/prompt.ts';
import { openDatabase } from '../../src/database.ts';
import { newDatabase } from '../support/database.ts';
import { createRealCli, type Desks, type RealCli, startDesks } from './real-desks.ts';

const envOf = (cli: RealCli): Record<string, string | undefined> =>
  parseEnv(readFileSync(join(cli.folder, '.env'), 'utf8'));
const mappingOf = (cli: RealCli): string => readFileSync(join(cli.folder, 'casebridge.config.ts'), 'utf8');

function flagsFor({ servicenow, salesforce }: Desks): string[] {
  return [
    ['--servicenow-url', servicenow.url],
    ['--servicenow-client-id', servicenow.account.clientId],
    ['--servicenow-client-secret', servicenow.account.clientSecret],
    ['--salesforce-login-url', salesforce.url],
    ['--salesforce-client-id', salesforce.account.clientId],
    ['--salesforce-client-secret', salesforce.account.clientSecret],
  ].flat();
}

/** A folder with nothing in it, and a person who types these lines. */
function fromNothing(lines: readonly string[] = [], realDatabase = false): RealCli {
  const stdin = Readable.from(lines.map((line) => `${line}\n`));
  return createRealCli({
    mapping: null,
    world: { stdin, ...(realDatabase ? { openDatabase: (settings, emit) => openDatabase(settings, { emit }) } : {}) },
  });
}

/** An incident that is born now has its Case after one round. */
async function expectWorkingPair(cli: RealCli, desks: Desks): Promise<void> {
  const incident = desks.servicenow.desk.create('incident', { short_description: 'Printer on fire' }, 'beth.anglin');
  const ran = await cli.run('sync', '--once', '--json');
  expect(ran.lines).toMatchObject([{ created: { salesforce: 1 } }]);
  expect(ran.code).toBe(0);
  expect(desks.salesforce.desk.find('Case', 'ServiceNow_Id__c', incident.id)).not.toBeNull();
}

describe('init', () => {
  it('leads from nothing to a working pair by prompts alone', async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    const { servicenow, salesforce } = desks;
    const cli = fromNothing(
      [
        'dev12345',
        servicenow.url,
        '',
        servicenow.account.clientId,
        servicenow.account.clientSecret,
        salesforce.url,
        'by carrier pigeon',
        'client_credentials',
        salesforce.account.clientId,
        salesforce.account.clientSecret,
        database.url,
        'something else',
        '',
        '99',
        '2',
        '',
        'yesterday',
        '',
        'no',
      ],
      true,
    );
    const { code, stdout, stderr } = await cli.run('init');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('is not an address');
    expect(stderr).toContain('is none of client_credentials');
    expect(stderr).toContain('That is none of them. incident-case, csm-case');
    expect(stderr).toContain(' 2  ');
    expect(stderr).toContain('That is no time');
    expect(stdout).toMatch(/ok +ServiceNow +login/);
    for (const secret of [servicenow.account.clientSecret, salesforce.account.clientSecret])
      expect(`${stdout}${stderr}`).not.toContain(secret);
    await expectWorkingPair(cli, desks);
  });

  it('leads from nothing to a working pair by flags alone', async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    const cli = fromNothing([], true);
    const more = ['--database-url', database.url, '--close-code', 'Solution provided'];
    const { code, stderr, lines } = await cli.run('init', '--yes', ...flagsFor(desks), ...more, '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(lines[0]).toEqual({ written: ['.env', 'casebridge.config.ts'] });
    expect(lines).toContainEqual(expect.objectContaining({ check: 'mapping', state: 'ok' }));
    await expectWorkingPair(cli, desks);
  });

  it('makes what Salesforce lacks on the way, where it is told to', async () => {
    const desks = await startDesks();
    const database = await newDatabase();
    onTestFinished(() => database.drop());
    desks.salesforce.setUp.removeField('Case', 'ServiceNow_Id__c');
    desks.salesforce.setUp.removeField('Case', 'ServiceNow_Number__c');
    desks.salesforce.settings.integrationMayChangeSetUp = true;
    const cli = fromNothing([], true);
    const more = ['--database-url', database.url, '--close-code', 'Solution provided', '--fix'];
    const { code, stderr, stdout } = await cli.run('init', '--yes', ...flagsFor(desks), ...more);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('done  Salesforce  give the permission set Casebridge to our user.');
    await expectWorkingPair(cli, desks);
  });

  it('writes a ready-made mapping of another kind of pair, which works as it is', async () => {
    const desks = await startDesks();
    const cli = fromNothing();
    const flags = [...flagsFor(desks), '--kind', 'csm-case', '--from', 'all'];
    const { code, stderr } = await cli.run('init', '--yes', ...flags);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(mappingOf(cli)).toContain("name: 'csm-case',\n      sync: { from: 'all' },");
    expect((await cli.run('config', 'check')).stdout).toContain('No problems found.');
    const wrong = await fromNothing().run('init', '--yes', ...flagsFor(desks), '--kind', 'pigeon');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('incident-case, csm-case') as string });
  });

  it('writes .env for its owner alone, with a key to encrypt with', async () => {
    const desks = await startDesks();
    const cli = fromNothing();
    await cli.run('init', '--yes', ...flagsFor(desks), '--close-code', 'Solution provided');
    expect(statSync(join(cli.folder, '.env')).mode & 0o777).toBe(0o600);
    const env = envOf(cli);
    expect(Buffer.from(env['CASEBRIDGE_SECRET_KEY'] ?? '', 'base64')).toHaveLength(32);
    expect(env).toMatchObject({ SERVICENOW_AUTH: 'client_credentials', SERVICENOW_URL: desks.servicenow.url });
  });

  it('never overwrites a .env without --force, and asks nothing before it says so', async () => {
    const desks = await startDesks();
    const cli = fromNothing();
    const file = join(cli.folder, '.env');
    writeFileSync(file, 'SERVICENOW_KEY_ID=mine\n', { mode: 0o644 });
    const refused = await cli.run('init');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') as string });
    expect(readFileSync(file, 'utf8')).toBe('SERVICENOW_KEY_ID=mine\n');
    await cli.run('init', '--yes', '--force', ...flagsFor(desks));
    expect(envOf(cli)).not.toHaveProperty('SERVICENOW_KEY_ID');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['#hash and space', `it's "quoted"`, 'back\\nslash', '`tick` $HOME', ' '])(
    'keeps a secret like %j as it is',
    async (secret) => {
      const desks = await startDesks();
      const cli = fromNothing();
      await cli.run('init', '--yes', ...flagsFor(desks), '--servicenow-client-secret', `x${secret}x`);
      expect(envOf(cli)['SERVICENOW_CLIENT_SECRET']).toBe(`x${secret}x`);
    },
  );

  it('takes secrets from files, whose paths it keeps', async () => {
    const desks = await startDesks();
    const cli = fromNothing();
    writeFileSync(join(cli.folder, 'sn.txt'), `${desks.servicenow.account.clientSecret}\n`);
    const flags = flagsFor(desks).map((flag) => (flag === '--servicenow-client-secret' ? `${flag}-file` : flag));
    const at = flags.indexOf('--servicenow-client-secret-file');
    const code = (await cli.run('init', '--yes', ...flags.with(at + 1, 'sn.txt'), '--close-code', 'Solution provided'))
      .code;
    expect(code).toBe(0);
    expect(envOf(cli)).toMatchObject({ SERVICENOW_CLIENT_SECRET_FILE: join(cli.folder, 'sn.txt') });
    expect(envOf(cli)).not.toHaveProperty('SERVICENOW_CLIENT_SECRET');
  });

  it('says with --yes what is still needed, and writes nothing', async () => {
    const cli = fromNothing();
    const { code, stderr } = await cli.run('init', '--yes', '--servicenow-url', 'https://dev1.service-now.com');
    expect(code).toBe(2);
    expect(stderr).toContain('--servicenow-client-id');
    expect(stderr).toContain('--salesforce-login-url');
    expect(stderr).not.toContain('--servicenow-url');
    expect(existsSync(join(cli.folder, '.env'))).toBe(false);
  });

  it('says when the input ends before every question was answered, and writes nothing', async () => {
    const cli = fromNothing(['https://dev1.service-now.com']);
    const { code, stderr } = await cli.run('init');
    expect(code).toBe(2);
    expect(stderr).toContain('The input ended');
    expect(existsSync(join(cli.folder, '.env'))).toBe(false);
  });

  it.each([
    [['--from', 'yesterday'], 2, /--from is "now"/],
    [['--close-code', 'Magic'], 2, /"Magic" is no close code of this instance; it has: /],
    [['--servicenow-url', 'http://dev1.service-now.com'], 2, /--servicenow-url must begin with https/],
    [['--salesforce-login-url', 'https://acme.lightning.force.com'], 3, /acme.my.salesforce.com/],
  ])('refuses %j before anything is written', async (flags, code, words) => {
    const cli = fromNothing();
    const ran = await cli.run('init', '--yes', ...flagsFor(await startDesks()), ...flags);
    expect(ran.stderr).toMatch(words);
    expect(ran.code).toBe(code);
    expect(existsSync(join(cli.folder, '.env'))).toBe(false);
  });

  it('asks what a login by a signed assertion needs, and nothing that it does not', async () => {
    const desks = await startDesks();
    const { servicenow, salesforce } = desks;
    const cli = fromNothing([
      servicenow.url,
      'jwt_bearer',
      servicenow.account.clientId,
      servicenow.account.clientSecret,
      'sn.pem',
      servicenow.account.keyId,
      'casebridge',
      salesforce.url,
      'jwt_bearer',
      salesforce.account.clientId,
      salesforce.account.username,
      'sf.pem',
      '',
      'incident-case',
      'Solution provided',
      '',
      'all',
      '',
    ]);
    writeFileSync(join(cli.folder, 'sn.pem'), servicenow.account.privateKey);
    writeFileSync(join(cli.folder, 'sf.pem'), salesforce.account.privateKey);
    const { code, stderr } = await cli.run('init');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(mappingOf(cli)).toContain(`sync: { from: 'all' },`);
  });

  it('points to the browser login, which it cannot do for a person', async () => {
    const desks = await startDesks();
    const flags = ['--servicenow-auth', 'authorization_code', '--close-code', 'Solution provided'];
    const { code, stderr, stdout } = await fromNothing().run('init', '--yes', ...flagsFor(desks), ...flags);
    expect(code).toBe(5);
    expect(`${stdout}${stderr}`).toContain('casebridge auth servicenow');
  });

  it('fills in the two commented lines of the mapping file that comes with Casebridge', () => {
    const shipped = readFileSync(join(import.meta.dirname, '../../casebridge.config.ts'), 'utf8');
    const filled = fillIn(shipped, {
      from: '2026-03-01T00:00:00.000Z',
      resolve: { closeCode: "Caller's choice", closeNotes: 'Done.' },
    });
    expect(filled).toContain(`\n      sync: { from: '2026-03-01T00:00:00.000Z' },\n`);
    expect(filled).toContain(`\n      resolve: { closeCode: "Caller's choice", closeNotes: 'Done.' },\n`);
    expect(filled?.split('\n')).toHaveLength(shipped.split('\n').length);
    expect(fillIn(filled ?? '', { from: 'all', resolve: null })).toBeNull();
  });

  it('leaves a mapping file alone that a person has written', async () => {
    const desks = await startDesks();
    const cli = createRealCli();
    const before = mappingOf(cli);
    const { code, stderr } = await cli.run('init', '--yes', ...flagsFor(desks), '--close-code', 'Solution provided');
    expect(code).toBe(0);
    expect(mappingOf(cli)).toBe(before);
    expect(stderr).toContain('was left as it is');
  });
});

describe('a question on a terminal', () => {
  it('shows what is typed, unless it is a secret', async () => {
    const input = new PassThrough();
    let shown = '';
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        shown += chunk.toString();
        done();
      },
    });
    const prompt = openPrompt({
      input,
      output,
      terminal: true,
      signal: new AbortController().signal,
      onInterrupt: () => undefined,
    });
    const name = prompt.ask('Client id');
    input.write('visible-id\r');
    expect(await name).toBe('visible-id');
    const secret = prompt.ask('Client secret', { hidden: true });
    input.write('hush-hush\r');
    expect(await secret).toBe('hush-hush');
    prompt.close();
    expect(shown).toContain('visible-id');
    expect(shown).toContain('Client secret');
    expect(shown).not.toContain('hush');
  });
});
