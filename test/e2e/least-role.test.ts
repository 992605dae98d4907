import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  aCase,
  anIncident,
  caseOf,
  editCase,
  incidentOf,
  inStep,
  people,
  startDesks,
  stopDesks,
} from './support/desks.ts';
import { endAllDaemons, newFolder, run, settingsFor, startDaemon } from './support/program.ts';

/** The database as two roles see it: one that makes and changes tables, one that only works with the rows. */
async function twoRoles(database: TestDatabase): Promise<Readonly<Record<'owner' | 'service', string>>> {
  const tail = randomBytes(4).toString('hex');
  const [owner, service] = [`owner_${tail}`, `service_${tail}`];
  const name = new URL(database.url).pathname.slice(1);
  for (const statement of [
    `CREATE ROLE ${owner} LOGIN PASSWORD 'owner'`,
    `CREATE ROLE ${service} LOGIN PASSWORD 'service'`,
    `GRANT CREATE ON DATABASE ${name} TO ${owner}`,
    `GRANT ALL ON SCHEMA public TO ${owner}`,
    // As docs/running.md says.
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT USAGE ON SCHEMAS TO ${service}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${service}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT USAGE ON SEQUENCES TO ${service}`,
  ])
    await database.query(statement);
  const as = (username: string, password: string): string =>
    Object.assign(new URL(database.url), { username, password }).href;
  return { owner: as(owner, 'owner'), service: as(service, 'service') };
}

async function codeOf(url: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
    return 'done';
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? '') : String(error);
  } finally {
    await client.end();
  }
}

describe('a role that may not change tables', { timeout: 120_000 }, () => {
  afterAll(endAllDaemons);

  it('is enough for the whole service: tickets, comments, commands; the tables are made by another', async () => {
    const [folder, desks, database] = await Promise.all([newFolder(), startDesks(), newDatabase({ migrated: false })]);
    const { owner, service } = await twoRoles(database);
    const env = settingsFor(desks, {
      DATABASE_URL: service,
      CASEBRIDGE_CONFIG: await folder.mapping('good'),
      CASEBRIDGE_MIGRATE: 'never',
    });
    const early = await run(['links', 'list', '--json'], env);
    expect(early.code).not.toBe(0);
    expect((await run(['migrate'], { ...env, DATABASE_MIGRATE_URL: owner })).code).toBe(0);

    const daemon = await startDaemon(env);
    const incident = anIncident(desks, 'Printer on fire');
    const born = aCase(desks, 'Invoice is wrong');
    await inStep(desks);
    desks.servicenow.desk.comment('incident', incident.id, 'It burns.', 'public', people.servicenow);
    editCase(desks, born.id, { Subject: 'Invoice is right' });
    await eventually(() => incidentOf(desks, born.id)?.fields['short_description'] === 'Invoice is right');
    const twin = caseOf(desks, incident.id)?.id ?? '';
    await eventually(() => desks.salesforce.desk.rows('CaseComment').some((row) => row.fields['ParentId'] === twin));
    expect((await run(['links', 'forget', incident.id, '--yes'], env)).code).toBe(0);
    expect((await run(['tokens', 'add', 'duty desk', '--role', 'viewer', '--json'], env)).code).toBe(0);
    expect(await daemon.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(daemon.said()).not.toMatch(/permission denied|must be owner/i);
    expect(daemon.events('store.lost')).toEqual([]);

    const denied = '42501';
    for (const statement of [
      'CREATE TABLE mine (id int)',
      'CREATE TABLE pgboss.mine (id int)',
      'CREATE SCHEMA mine',
      'ALTER TABLE links ADD COLUMN mine int',
      'DROP TABLE history',
      'TRUNCATE links',
      'DELETE FROM audit',
      "UPDATE audit SET actor = 'nobody'",
    ])
      expect([statement, await codeOf(service, statement)]).toEqual([statement, denied]);
    await stopDesks(desks);
    await database.drop();
    await folder.remove();
  });
});
