import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from '../cli/real-desks.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { aCase, anIncident, caseOf, editIncident, incidentOf, people } from './support/desks.ts';

const defaults = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));
const mapping = `import { defaultPair } from ${defaults};
export default { pairs: [{ ...defaultPair, sync: { from: 'all' }, resolve: { closeCode: 'Solution provided', closeNotes: 'Closed.' } }] };
`;

function cliOn(desks: Desks, url: string): RealCli {
  return createRealCli({
    mapping,
    env: { ...settingsFor(desks), DATABASE_URL: url },
    world: { openDatabase: (settings, emit) => openDatabase(settings, { emit }) },
  });
}

async function ok(cli: RealCli, ...args: readonly string[]): Promise<readonly unknown[]> {
  const done = await cli.run(...args);
  expect(done.code, `${args.join(' ')}\n${done.stderr}`).toBe(0);
  return done.lines;
}

const commentsOn = (desks: Desks, caseId: string): number =>
  desks.salesforce.desk.rows('CaseComment').filter((row) => row.fields['ParentId'] === caseId).length;

/** Asked of the desks alone: as many Cases as incidents, and each incident with a Case of its own. */
function ticketsOn(desks: Desks): Readonly<Record<string, number>> {
  const incidents = desks.servicenow.desk.rows('incident');
  const twins = new Set(incidents.map(({ id }) => caseOf(desks, id)?.id));
  return { incidents: incidents.length, cases: desks.salesforce.desk.rows('Case').length, paired: twins.size };
}

describe('a backup', { timeout: 120_000 }, () => {
  it('brings a broken database back, and what happened since is caught up with, nothing twice', async () => {
    const desks = await startDesks();
    const [first, second] = [await newDatabase(), await newDatabase({ migrated: false })];
    const before = cliOn(desks, first.url);
    const incident = anIncident(desks, 'Printer on fire');
    const born = aCase(desks, 'No dial tone', { Origin: null });
    for (let n = 0; n < 20; n += 1) anIncident(desks, `Mouse ${n} squeaks`);
    await ok(before, 'sync', '--once', '--json');
    desks.servicenow.desk.comment('incident', incident.id, 'Looked at it.', 'internal', people.servicenow);
    await ok(before, 'sync', '--once', '--json');
    const file = join(before.folder, 'my links.backup');
    const [made] = await ok(before, 'db', 'backup', file, '--json');
    expect(made).toMatchObject({ links: 22 });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    // What the backup does not know: an edit, a comment and tickets on both sides, all carried by then.
    editIncident(desks, incident.id, { urgency: '1' });
    desks.servicenow.desk.comment('incident', incident.id, 'And put it out.', 'internal', people.servicenow);
    const late = anIncident(desks, 'Born after the backup');
    const lateCase = aCase(desks, 'Born after it, too');
    await ok(before, 'sync', '--once', '--json');
    const comments = commentsOn(desks, caseOf(desks, incident.id)?.id ?? '');
    await first.query('DROP TABLE links CASCADE');
    expect((await before.run('links', 'list', '--json')).code).not.toBe(0);

    const after = cliOn(desks, second.url);
    const [restored] = await ok(after, 'db', 'restore', file, '--json');
    expect(restored).toMatchObject({ links: 22, keys: 0 });
    expect(await ok(after, 'links', 'list', '--json')).toHaveLength(22);
    // And what nobody has carried yet.
    editIncident(desks, incidentOf(desks, born.id)?.id ?? '', { short_description: 'No dial tone at all' });
    await ok(after, 'sync', '--once', '--json');
    await ok(after, 'resync', '--json');

    expect(await ok(after, 'links', 'list', '--json')).toHaveLength(24);
    expect(ticketsOn(desks)).toEqual({ incidents: 24, cases: 24, paired: 24 });
    expect(desks.salesforce.desk.row('Case', born.id)?.fields['Subject']).toBe('No dial tone at all');
    expect(caseOf(desks, incident.id)?.fields['Priority']).toBe('High');
    expect(caseOf(desks, late.id)).not.toBeNull();
    expect(incidentOf(desks, lateCase.id)).not.toBeNull();
    expect(commentsOn(desks, caseOf(desks, incident.id)?.id ?? '')).toBe(comments);
  });

  it('holds what was queued, texts that Postgres cannot store, and empty values', async () => {
    const desks = await startDesks();
    const [first, second] = [await newDatabase(), await newDatabase({ migrated: false })];
    const before = cliOn(desks, first.url);
    const link = anIncident(desks, 'Tab\there', { description: null });
    await ok(before, 'sync', '--once', '--json');
    const [row] = (await ok(before, 'links', 'list', '--json')) as readonly { readonly id: string }[];
    const store = await storeOn(first);
    await store.transaction(async (tx) => {
      await tx.enqueue([{ kind: 'link', linkId: row?.id ?? '' }]);
      const [one] = await tx.linksById([row?.id ?? '']);
      if (one !== undefined)
        await tx.updateLinks([
          {
            ...one,
            bases: { ...one.bases, servicenow: { ...one.bases.servicenow, fields: { odd: 'a\u0000b \ud83d' } } },
          },
        ]);
    });
    await store.close();
    const file = join(before.folder, 'b');
    expect(await ok(before, 'db', 'backup', file, '--json')).toMatchObject([{ links: 1, keys: 1 }]);
    const after = cliOn(desks, second.url);
    expect(await ok(after, 'db', 'restore', file, '--json')).toMatchObject([{ links: 1, keys: 1 }]);
    const same = `SELECT md5(string_agg(t::text, '|' ORDER BY id)) AS all FROM`;
    for (const table of ['links', 'history']) {
      expect(await second.query(`${same} ${table} t`)).toEqual(await first.query(`${same} ${table} t`));
    }
    await ok(after, 'sync', '--once', '--json');
    expect(caseOf(desks, link.id)?.fields['Subject']).toBe('Tab\there');
  });

  it('is refused by a database that holds something, and where it is none, is cut short or is newer', async () => {
    const desks = await startDesks();
    const [first, second] = [await newDatabase(), await newDatabase()];
    const before = cliOn(desks, first.url);
    anIncident(desks, 'Printer on fire');
    await ok(before, 'sync', '--once', '--json');
    const file = join(before.folder, 'good');
    await ok(before, 'db', 'backup', file);
    const after = cliOn(desks, second.url);
    const refused = async (cli: RealCli, name: string, words: string): Promise<void> => {
      const done = await cli.run('db', 'restore', join(before.folder, name));
      expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as string });
    };
    await refused(before, 'good', 'holds links or cursors already');
    const lines = gunzipSync(readFileSync(file)).toString().split('\n');
    const other = (name: string, content: Uint8Array | string): void =>
      writeFileSync(join(before.folder, name), content);
    other('text', 'no backup at all');
    other('half', readFileSync(file).subarray(0, 400));
    other('short', gzipSync([...lines.slice(0, -2), ''].join('\n')));
    other(
      'newer',
      gzipSync(
        lines
          .join('\n')
          .replace('"migrations": [', '"migrations":[')
          .replace('"migrations":[', '"migrations":["29990101000000_flying_cars",'),
      ),
    );
    await refused(after, 'no/such/file', 'there is no such file or folder');
    await refused(after, 'text', 'is no backup of Casebridge');
    await refused(after, 'half', 'its last part is missing');
    await refused(after, 'short', 'its last part is missing');
    await refused(after, 'newer', 'newer Casebridge (it has "29990101000000_flying_cars")');
    expect(await second.query('SELECT id FROM links')).toEqual([]);
  });
});
