import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAdminWorld, tokenOf } from '../admin/support.ts';
import { peopleWorld } from '../engine/people-world.ts';
import { newIncident } from '../engine/world.ts';
import { createCli, goodSettings } from './world.ts';

/** An incident of two people, whose caller was changed on both sides since. */
async function disputed() {
  const world = peopleWorld(undefined, { conflict: 'manual' });
  const { caller, agent, stranger } = world.staff;
  world.put('servicenow', { ...newIncident, caller_id: caller.servicenow, assigned_to: agent.servicenow });
  await world.sync();
  const { ids } = await world.link();
  world.desks.servicenow.edit('incident', ids.servicenow, { caller_id: stranger.servicenow }, 'beth.anglin');
  world.desks.salesforce.edit('Case', ids.salesforce, { ContactId: null }, agent.salesforce);
  await world.sync();
  return world;
}

/** The line of a field in the first table that has it. */
const lineOf = (stdout: string, field: string): string | undefined =>
  stdout.split('\n').find((line) => line.trimStart().startsWith(`${field} `));

describe('the people of a link on the command line', () => {
  it('are shown by their names: now, as last agreed, in conflicts and in the history', async () => {
    const world = await disputed();
    const { stdout } = await createCli({ store: world.store, engine: world.engine }).run(
      'links',
      'show',
      (await world.link()).id,
    );
    expect(lineOf(stdout, 'caller_id')).toMatch(/Igor Silva +Rosa Lind$/);
    expect(stdout).toMatch(/Dana Okafor +the same$/m);
    expect(stdout).toContain('changed on both sides (ServiceNow "Igor Silva", Salesforce "(empty)")');
    expect(stdout).toContain('Caller id (empty) → Rosa Lind, from ServiceNow');
    expect(stdout).not.toContain(world.staff.caller.salesforce);
  });

  it('cost no look-up where the output is for machines, which has the ids', async () => {
    const world = await disputed();
    const finds: string[] = [];
    for (const side of ['servicenow', 'salesforce'] as const)
      world.desks[side].onCall((call) => {
        if (call.method === 'find') finds.push(side);
      });
    await world.clock.advance(24 * 60 * 60 * 1000);
    const cli = createCli({ store: world.store, engine: world.engine });
    const { lines } = await cli.run('links', 'show', (await world.link()).id, '--json');
    expect(lines).toMatchObject([{ now: { servicenow: { caller_id: world.staff.stranger.servicenow } } }]);
    expect(finds).toEqual([]);
  });

  it('are shown by their ids where the desks cannot be asked', async () => {
    const world = await disputed();
    const { stdout, stderr } = await createCli({ store: world.store }).run('links', 'show', (await world.link()).id);
    expect(lineOf(stdout, 'caller_id')).toContain(world.staff.caller.servicenow);
    expect(stderr).toContain('Neither side could be asked.');
  });
});

describe('the people in the list of conflicts', () => {
  async function beside(token: string | null) {
    const world = await disputed();
    const { admin } = await createAdminWorld({ world });
    const { port } = new URL(await admin.listen());
    const cli = createCli({ store: world.store, env: { ...goodSettings, CASEBRIDGE_ADMIN_PORT: port } });
    if (token !== null) {
      mkdirSync(join(cli.folder, '.casebridge'), { recursive: true });
      writeFileSync(join(cli.folder, '.casebridge', 'admin-token'), `${token}\n`);
    }
    return { world, cli };
  }

  it('are shown by the names that a running daemon gives them', async () => {
    const { cli } = await beside(tokenOf('viewer'));
    for (const more of [[], ['--all'], ['--pair', 'incident-case']]) {
      const { stdout, stderr } = await cli.run('conflicts', 'list', ...more);
      expect(stdout).toContain('(ServiceNow "Igor Silva", Salesforce "(empty)")');
      expect(stderr).toContain('1 conflict.');
    }
  });

  it('are shown by their ids where no daemon knows our token', async () => {
    const { world, cli } = await beside(null);
    const { stdout } = await cli.run('conflicts', 'list');
    expect(stdout).toContain(`(ServiceNow "${world.staff.stranger.servicenow}", Salesforce "(empty)")`);
  });

  it('keep their ids in the output for machines', async () => {
    const { world, cli } = await beside(tokenOf('viewer'));
    const { lines } = await cli.run('conflicts', 'list', '--json');
    expect(lines).toMatchObject([{ servicenow: world.staff.stranger.servicenow, salesforce: null }]);
  });
});
