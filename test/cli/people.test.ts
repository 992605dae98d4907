import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import { builtAt, link } from '../support/builders.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { type Cli, createCli } from './world.ts';

let store: MemoryStore;
let cli: Cli;

const igor = {
  pair: 'incident-case',
  side: 'servicenow',
  field: 'caller_id',
  value: '5137153cc611227c000bbd1bd8cd2007',
  label: 'Igor Silva',
  why: 'ambiguous',
  times: 3,
  linkId: 'link-1',
  firstAt: builtAt,
  lastAt: builtAt,
} as const;

beforeEach(async () => {
  store = createMemoryStore({ clock: fakeClock(), ids: seededIds(1) });
  cli = createCli({ store, env: {} });
});

describe('people', () => {
  it('are listed with the reason and the cure, and end the command with 1', async () => {
    await store.transaction((tx) => tx.noteUnmatched([igor, { ...igor, value: 'x', label: null, why: 'gone' }]));
    const { code, stdout, stderr } = await cli.run('people');
    expect(code).toBe(1);
    expect(stdout).toContain('Igor Silva (5137153cc611227c000bbd1bd8cd2007)  ServiceNow');
    expect(stdout).toContain('several in Salesforce have the same key; leave one of them active in Salesforce');
    expect(stderr).toContain('2 without a counterpart.');
    const { lines } = await cli.run('people', '--json');
    expect(lines[0]).toMatchObject({ ...igor, cure: expect.stringContaining('table') as string });
    expect((await cli.run('status', '--json')).lines).toMatchObject([{ unmatched: 2 }]);
  });

  it('are all known where nobody is listed', async () => {
    await store.transaction((tx) => tx.noteUnmatched([igor]));
    const { code, stderr } = await cli.run('people', '--pair', 'another');
    expect(code).toBe(0);
    expect(stderr).toContain('Everybody has a counterpart.');
  });

  it('are looked for again in the tickets that wait for them, and in no other', async () => {
    const held = (value: string, field: string) =>
      [{ field, reason: { kind: 'no-counterpart', side: 'servicenow', value } }] as const;
    await store.transaction(async (tx) => {
      await tx.noteUnmatched([igor]);
      await tx.insertLinks([
        link({ holds: held(igor.value, 'caller_id') }),
        link({
          id: 'link-2',
          ids: { servicenow: 'b'.repeat(32), salesforce: '500000000000002AAA' },
          holds: held('walk-in', 'contact_type'),
        }),
      ]);
    });
    expect((await cli.run('people', '--again', '--json')).lines).toEqual([{ queued: 1 }]);
    expect((await store.queue.depth()).waiting).toBe(1);
  });
});
