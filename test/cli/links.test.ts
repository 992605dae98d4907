import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { aCaseId, anIncidentId, builtAt, conflictRow, historyRow, link, quarantineRow } from '../support/builders.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { type Cli, createCli } from './world.ts';

let store: MemoryStore;
let cli: Cli;

beforeEach(async () => {
  store = createMemoryStore({ clock: fakeClock(), ids: seededIds(1) });
  cli = createCli({ store, env: {} });
  await store.transaction(async (tx) => {
    await tx.insertLinks([
      link(),
      link({
        id: 'link-2',
        ids: { servicenow: 'b'.repeat(32), salesforce: '500000000000002AAA' },
        numbers: { servicenow: 'INC0010043', salesforce: null },
        status: 'quarantined',
      }),
    ]);
    await tx.noteConflicts([conflictRow()]);
    await tx.addHistory([historyRow()]);
    await tx.saveQuarantine([
      quarantineRow({ key: 'link:link-2', numbers: { servicenow: 'INC0010043', salesforce: null } }),
    ]);
  });
});

const statusOf = async (id: string): Promise<string | undefined> =>
  (await store.transaction((tx) => tx.linksById([id])))[0]?.status;
const waiting = async (): Promise<number> => (await store.queue.depth()).waiting;

describe('links', () => {
  it('are listed a line each, with the agreed names and nothing else on stdout', async () => {
    const { code, stdout, lines } = await cli.run('links', 'list', '--json');
    expect(code).toBe(0);
    expect(lines).toHaveLength(2);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(lines[0]).toEqual({
      id: 'link-1',
      pair: 'incident-case',
      servicenowId: anIncidentId,
      salesforceId: aCaseId,
      servicenowNumber: 'INC0010042',
      salesforceNumber: '00001007',
      status: 'synced',
      lastSyncedAt: builtAt,
    });
  });

  it('are listed as a table for people, with the count on stderr', async () => {
    const { stdout, stderr } = await cli.run('links', 'list', '--status', 'synced');
    expect(stdout).toContain('INC0010042  00001007    synced');
    expect(stdout).not.toContain('link-2');
    expect(stderr).toBe('1 link.\n');
  });

  it('are listed to the end, however many there are', async () => {
    const many = Array.from({ length: 1203 }, (_, n) => ({
      ...link({ id: `many-${String(n).padStart(5, '0')}` }),
      ids: { servicenow: String(n).padStart(32, '0'), salesforce: `501${String(n).padStart(15, '0')}` },
    }));
    await store.transaction((tx) => tx.insertLinks(many));
    expect((await cli.run('links', 'list', '--json')).lines).toHaveLength(1205);
  });

  it('show what both sides last agreed on, what waits, and what happened', async () => {
    const { code, stdout } = await cli.run('links', 'show', 'INC0010042');
    expect(code).toBe(0);
    expect(stdout).toContain('"Printer on fire"');
    expect(stdout).toContain('changed on both sides');
    expect(stdout).toContain('Subject Printer on fire → Printer out, from ServiceNow');
  });

  it.each(['link-1', 'INC0010042', '00001007', anIncidentId, aCaseId])('are found by %s', async (id) => {
    const { lines } = await cli.run('links', 'show', id, '--json');
    expect(lines).toMatchObject([{ id: 'link-1', history: [{ field: 'short_description' }] }]);
  });

  it('that are not there are wrong usage, told in a sentence', async () => {
    const { code, stdout, stderr } = await cli.run('links', 'show', 'INC9999999', '--json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('No link has "INC9999999"');
  });

  it('that are unlinked stay as detached rows until they are linked again, and are then compared', async () => {
    expect((await cli.run('links', 'unlink', 'INC0010042')).code).toBe(0);
    expect(await statusOf('link-1')).toBe('detached');
    expect(await waiting()).toBe(0);
    expect((await cli.run('links', 'unlink', 'INC0010042')).code).toBe(2);
    expect((await cli.run('links', 'relink', 'INC0010042')).code).toBe(0);
    expect(await statusOf('link-1')).toBe('pending');
    expect(await waiting()).toBe(1);
    expect((await cli.run('links', 'relink', 'INC0010042')).code).toBe(2);
  });

  it('that are forgotten need a yes, are empty rows from then on, and cannot be taken up or forgotten again', async () => {
    expect((await cli.run('links', 'forget', 'INC0010042')).code).toBe(1);
    expect(await store.transaction((tx) => tx.historyOf('link-1', 9))).toHaveLength(1);
    const { code, stdout } = await cli.run('links', 'forget', 'INC0010042', '--yes');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'Forgotten: 1 value of the history, 1 conflict, 0 rows about comments and files, 0 other rows. Backups made before keep theirs.\n',
    });
    expect((await cli.run('links', 'list', '--json', '--search', 'link-1')).lines).toMatchObject([
      { servicenowId: anIncidentId, salesforceId: aCaseId, servicenowNumber: null, status: 'detached' },
    ]);
    for (const act of ['relink', 'unlink', 'forget'])
      expect(await cli.run('links', act, 'link-1')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('was forgotten') as unknown,
      });
    expect(await store.admin?.recentAudit(9)).toMatchObject([
      { action: 'link.forget', target: 'link-1', detail: { pair: 'incident-case' } },
    ]);
  });

  it('that are forgotten wait for the worker that has them, for it would write down what it has read', async () => {
    const job = Promise.withResolvers<void>();
    await store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: 'link-1' }]));
    const taken = Promise.withResolvers<void>();
    await store.queue.work({ batchSize: 1 }, async (jobs) => {
      taken.resolve();
      await job.promise;
      await store.transaction(async (tx) => {
        await tx.addHistory([historyRow({ value: 'Printer smoulders' })]);
        await tx.completeJobs(jobs);
      });
    });
    await taken.promise;
    const forgetting = cli.run('links', 'forget', 'link-1', '--yes');
    await vi.waitFor(async () => expect(await statusOf('link-1')).toBe('detached'));
    expect(await store.transaction((tx) => tx.historyOf('link-1', 9))).toHaveLength(1);
    job.resolve();
    expect((await forgetting).stdout).toContain('Forgotten: 2 values of the history');
    expect(await store.transaction((tx) => tx.historyOf('link-1', 9))).toEqual([]);
    await store.queue.stop(1000);
  });

  it('of a status that does not exist are refused', async () => {
    expect((await cli.run('links', 'list', '--status', 'fine')).stderr).toContain('synced, pending, conflict');
  });
});

describe('conflicts', () => {
  it('are listed with both values in full', async () => {
    const { lines } = await cli.run('conflicts', 'list', '--json');
    expect(lines).toMatchObject([
      {
        id: 'conflict-1',
        servicenowNumber: 'INC0010042',
        field: 'short_description',
        base: { servicenow: 'Printer on fire', salesforce: 'Printer on fire' },
        servicenow: 'Printer burns',
        salesforce: 'Printer smokes',
        winner: null,
        rule: 'latest',
        status: 'open',
        at: builtAt,
      },
    ]);
  });

  it('that are decided are queued in the same breath', async () => {
    expect((await cli.run('conflicts', 'resolve', 'conflict-1', '--take', 'salesforce')).code).toBe(0);
    expect(await store.transaction((tx) => tx.conflictById('conflict-1'))).toMatchObject({
      status: 'decided',
      decision: { kind: 'take', side: 'salesforce' },
    });
    expect(await waiting()).toBe(1);
  });

  it('may be given a third value', async () => {
    await cli.run('conflicts', 'resolve', 'conflict-1', '--take', 'servicenow', '--value', 'Printer is fine');
    expect(await store.transaction((tx) => tx.conflictById('conflict-1'))).toMatchObject({
      decision: { kind: 'value', value: 'Printer is fine' },
    });
  });

  it.each([
    [['conflict-1'], /--take servicenow/],
    [['conflict-1', '--take', 'jira'], /not "jira"/],
    [['conflict-9', '--take', 'salesforce'], /no conflict conflict-9/],
  ])('cannot be resolved by %s', async (args, words) => {
    const { code, stderr } = await cli.run('conflicts', 'resolve', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    expect(await waiting()).toBe(0);
  });

  it('that are settled are shown with --all only, and cannot be decided again', async () => {
    await store.transaction((tx) => tx.settleConflicts(['conflict-1'], 'servicenow', builtAt));
    expect((await cli.run('conflicts', 'list', '--json')).lines).toHaveLength(0);
    expect((await cli.run('conflicts', 'list', '--all', '--json')).lines).toHaveLength(1);
    expect((await cli.run('conflicts', 'resolve', 'conflict-1', '--take', 'salesforce')).code).toBe(2);
  });
});

describe('quarantine', () => {
  it('lists why a record is set aside, in words and as data', async () => {
    expect((await cli.run('quarantine', 'list')).stdout).toContain('Salesforce refused the request of Subject');
    expect((await cli.run('quarantine', 'list', '--json')).lines).toMatchObject([
      { key: 'link:link-2', reason: { kind: 'connector', error: 'Rejected' }, attempts: 1 },
    ]);
  });

  it('tries a record again now', async () => {
    expect((await cli.run('quarantine', 'retry', 'INC0010043')).code).toBe(0);
    expect(await waiting()).toBe(1);
    expect(await store.transaction((tx) => tx.listQuarantine(9))).toMatchObject([
      { nextAt: '2026-03-02T00:00:00.000Z' },
    ]);
  });

  it('wants one record or all of them, not neither and not both', async () => {
    expect((await cli.run('quarantine', 'retry')).code).toBe(2);
    expect((await cli.run('quarantine', 'retry', 'INC0010043', '--all')).code).toBe(2);
    expect((await cli.run('quarantine', 'retry', '--all')).code).toBe(0);
  });

  it('forgets a record, and looks at it again when it changes', async () => {
    expect((await cli.run('quarantine', 'drop', 'link:link-2')).code).toBe(0);
    expect(await store.transaction((tx) => tx.listQuarantine(9))).toEqual([]);
    expect(await statusOf('link-2')).toBe('pending');
  });
});
