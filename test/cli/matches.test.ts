import { describe, expect, it } from 'vitest';
import { createWorld, newCase, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createCli, type Ran } from './world.ts';

const alike = { title: 'Printer on the second floor is on fire', caller: 'rose@edge.example' };

function setUp() {
  const world = createWorld({
    match: {
      rules: [{ name: 'vendor', on: [{ servicenow: 'u_ref', salesforce: 'Ref__c' }] }],
      near: 'propose-and-wait',
    },
  });
  world.put('servicenow', { ...newIncident, short_description: alike.title, 'caller_id.email': alike.caller });
  world.put('salesforce', { ...newCase, Subject: `${alike.title}!`, ContactEmail: alike.caller });
  world.put('servicenow', { ...newIncident, u_ref: 'A-1' });
  world.put('salesforce', { ...newCase, Ref__c: 'A-1' });
  world.put('salesforce', { ...newCase, Subject: 'All alone' });
  const cli = createCli({ store: world.store, engine: world.engine });
  const run = (...args: readonly string[]): Promise<Ran> => runToEnd(world.clock, cli.run(...args));
  const proposed = async (): Promise<
    readonly { readonly id: string; readonly text: string; readonly status: string }[]
  > => (await run('matches', 'list', '--all', '--json')).lines as never;
  return { world, run, proposed };
}

describe('matches', () => {
  it('finds what would be paired, proposed and created, and touches neither desk', async () => {
    const { world, run } = setUp();
    const found = await run('matches', 'find', '--json');
    expect(found).toMatchObject({ code: 1, lines: [{ paired: { vendor: 1 }, proposed: 1, created: 1, proposals: 1 }] });
    expect(found.stderr).toContain(
      'Of tickets without a counterpart: 1 pair by vendor, 1 proposal for a person, 1 to be created across.',
    );
    const again = await run('matches', 'find');
    expect(again.stdout).toContain('titles 100 % alike, same caller');
    expect(world.writes()).toBe(0);

    const dry = await run('resync', '--dry-run');
    expect(dry.stderr).toContain('1 pair by vendor, 1 proposal for a person, 1 to be created across');
    expect(dry.stdout).toContain('would be paired, by the rule "vendor"');
    expect(dry.stdout).toContain('may be one ticket with');
    expect(world.writes()).toBe(0);
  });

  it.each([
    ['accept', 'accepted', 3],
    ['reject', 'rejected', 4],
  ])('%s is done by the next sync, once, and stays on record', async (verb, status, links) => {
    const { world, run, proposed } = setUp();
    await run('matches', 'find');
    const [row] = await proposed();
    const decided = await run('matches', verb, row?.id ?? '', '--json');
    expect(decided).toMatchObject({ code: 0, lines: [{ id: row?.id, status }] });
    expect(await run('matches', verb, row?.id ?? '')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`is ${status} already`) as string,
    });
    await world.sync();
    await world.sync();
    expect(await world.store.transaction((tx) => tx.findLinks({ limit: 10 }))).toHaveLength(links);
    expect((await proposed()).map((one) => one.status)).toEqual([status]);
    expect((await run('matches', 'list')).stderr).toContain('No tickets are proposed as one.');
  });

  it('counts what is open in status, and names what is not there', async () => {
    const { run } = setUp();
    await run('matches', 'find');
    expect((await run('status', '--json')).lines).toMatchObject([{ openProposals: 1 }]);
    expect((await run('status')).stdout).toContain('1 possible matches');
    expect(await run('matches', 'accept', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no proposal nobody') as string,
    });
  });
});
