import { describe, expect, it } from 'vitest';
import type { LintProblem } from '../../src/mapping/lint.ts';
import { createWorld, newCase, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createCli, goodSettings, type Ran } from './world.ts';

function setUp(
  options: {
    readonly problems?: readonly LintProblem[];
    readonly maxCreatesPerPoll?: number;
    readonly conflict?: 'manual';
  } = {},
) {
  const { problems = [], ...config } = options;
  const world = createWorld(config);
  // A port that nothing listens on: this machine may run a daemon of its own.
  const env = { ...goodSettings, CASEBRIDGE_ADMIN_PORT: '0' };
  const cli = createCli({ store: world.store, engine: world.engine, problems, env });
  const run = (...args: readonly string[]): Promise<Ran> => runToEnd(world.clock, cli.run(...args));
  return { world, cli, run };
}

describe('sync --once', () => {
  it('prints one JSON document with the agreed names', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    world.put('salesforce', newCase);
    const { code, lines } = await run('sync', '--once', '--json');
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        polled: { servicenow: 1, salesforce: 1 },
        created: { servicenow: 1, salesforce: 1 },
        updated: { servicenow: 0, salesforce: 0 },
        unchanged: expect.any(Number) as number,
        conflicts: 0,
        quarantined: 0,
        apiCalls: { servicenow: expect.any(Number) as number, salesforce: expect.any(Number) as number },
        durationMs: expect.any(Number) as number,
      },
    ]);
  });

  it('stops at too many new tickets, and says so', async () => {
    const { world, run } = setUp({ maxCreatesPerPoll: 1 });
    for (let n = 0; n < 3; n += 1) world.put('servicenow', newIncident);
    const { code, stderr } = await run('sync', '--once');
    expect(code).toBe(1);
    expect(stderr).toContain('stands still');
    expect(world.writes()).toBe(0);
  });

  it('goes on where it stopped with --yes, however many there are', async () => {
    const { world, run } = setUp({ maxCreatesPerPoll: 1 });
    for (let n = 0; n < 3; n += 1) world.put('servicenow', newIncident);
    await world.poll();
    expect(await world.store.transaction((tx) => tx.pauses())).toHaveLength(1);
    const { code, lines } = await run('sync', '--once', '--yes', '--json');
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ created: { salesforce: 3 } }]);
    expect(await world.store.transaction((tx) => tx.pauses())).toEqual([]);
  });

  it('ends with 5 and a cure when a side does not let us in', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    world.desks.salesforce.faults.add({
      method: 'create',
      whole: true,
      error: 'Unauthorized',
      cause: 'wrong-secret',
      times: 1,
    });
    const { code, stdout, stderr } = await run('sync', '--once', '--json');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('SALESFORCE_CLIENT_SECRET');
  });

  it('is not started on settings that are not in order', async () => {
    const { world } = setUp();
    const { SALESFORCE_CLIENT_SECRET: _left, ...env } = goodSettings;
    const cli = createCli({ store: world.store, engine: world.engine, env });
    const { code, stderr } = await cli.run('sync', '--once');
    expect(code).toBe(3);
    expect(stderr).toContain('SALESFORCE_CLIENT_SECRET is missing');
    expect(stderr).not.toContain('canary');
  });
});

describe('links show', () => {
  it('shows both sides as they are now beside what they last agreed on', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    await world.edit('salesforce', ids.salesforce, { Subject: 'Changed since' });
    const { code, stdout } = await run('links', 'show', ids.salesforce);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Subject\s+"Changed since"\s+"/);
    expect((await run('links', 'show', ids.salesforce, '--json')).lines).toMatchObject([
      { now: { salesforce: { Subject: 'Changed since' } } },
    ]);
  });
});

describe('plan', () => {
  it('shows what would be written, and writes nothing', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    const { code, stdout, stderr } = await run('plan');
    expect(code).toBe(0);
    expect(stdout).toContain('would be created in Salesforce: Subject');
    expect(stderr).toContain('Nothing was written.');
    expect(world.writes()).toBe(0);
    expect((await run('plan', '--json')).lines).toMatchObject([{ action: 'create', on: 'salesforce' }]);
  });

  it('names the values that would change', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    await world.edit('salesforce', ids.salesforce, { Priority: 'High' });
    expect((await run('plan')).stdout).toMatch(/ update +Urgency \S+ → High, from Salesforce/);
  });
});

describe('verify', () => {
  it('ends with 0 when both sides agree, and with 1 and each field when they do not', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    await world.sync();
    expect((await run('verify', '--json')).code).toBe(0);
    const { ids } = await world.link();
    await world.edit('salesforce', ids.salesforce, { Subject: 'Changed behind our back' });
    const { code, lines } = await run('verify', '--json');
    expect(code).toBe(1);
    expect(lines).toMatchObject([{ kind: 'field', field: 'short_description', salesforce: 'Changed behind our back' }]);
    expect(world.writes()).toBe(1);
  });

  it('counts fields that wait for a person apart from drift, instead of saying that all is well', async () => {
    const { world, run } = setUp({ conflict: 'manual' });
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    world.desks.servicenow.edit('incident', incident.id, { short_description: 'Printer burns' });
    world.desks.salesforce.edit('Case', ids.salesforce, { Subject: 'Printer smokes' });
    await world.sync();
    expect((await run('verify')).stderr).toContain('no drift, every comment has its counterpart. 1 field left alone');
  });
});

describe('resync', () => {
  it('repairs what no poll has seen', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    const { code, lines } = await run('resync', '--json');
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ created: { salesforce: 1 } }]);
  });

  it('with --dry-run writes nothing', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    expect((await run('resync', '--dry-run', '--json')).lines).toMatchObject([{ action: 'create' }]);
    expect(world.writes()).toBe(0);
  });

  it('refuses a time it cannot read', async () => {
    expect((await setUp().run('resync', '--since', 'yesterday')).code).toBe(2);
  });
});

describe('config check', () => {
  it('says what is wrong with the mapping, where, and what to do', async () => {
    const { run } = setUp({
      problems: [{ pair: 'incident-case', where: 'fields[2]', kind: 'resolve-missing', field: 'state' }],
    });
    const { code, stdout } = await run('config', 'check');
    expect(code).toBe(3);
    expect(stdout).toContain('incident-case fields[2]: a Case can close');
  });

  it('is content with what is in order', async () => {
    expect((await setUp().run('config', 'check', '--json')).lines).toEqual([{ ok: true, problems: [] }]);
  });
});

describe('status', () => {
  it('counts what waits, and ends with 1 if anything does', async () => {
    const { world, run } = setUp();
    world.put('servicenow', newIncident);
    await world.sync();
    const { code, lines } = await run('status', '--json');
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ running: false, links: { synced: 1 }, queue: { waiting: 0, active: 0 } }]);
  });
});

describe('any command', () => {
  it('calls wrong usage wrong usage, and says what there is', async () => {
    const { run } = setUp();
    expect(await run('links', 'lst')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Did you mean list?') as string,
    });
    expect((await run('sync', '--ones')).code).toBe(2);
  });

  it('prints examples and exit codes with --help', async () => {
    const { code, stdout } = await setUp().run('verify', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('1    done, and found something');
  });

  it('without a demo says how to start one', async () => {
    const { code, stderr } = await setUp().run('plan', '--demo');
    expect(code).toBe(2);
    expect(stderr).toContain('npm run demo');
  });
});
