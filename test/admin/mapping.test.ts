import { describe, expect, it } from 'vitest';
import type { Mapping, MappingPlan } from '../../src/admin/schemas/pairs.ts';
import type { ObjectDescription } from '../../src/connectors/ticket-system.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import { newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createAdminWorld } from './support.ts';

const pair = defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' });

/** What the desks say of the fields that the pair maps. */
const fields: Readonly<Record<Side, Readonly<Record<string, readonly string[] | number>>>> = {
  servicenow: {
    short_description: 160,
    description: 4000,
    state: ['1', '2', '3', '6', '7', '8'],
    urgency: ['1', '2', '3'],
    contact_type: ['phone', 'email', 'self-service'],
    number: 40,
    close_code: ['Solution provided'],
    close_notes: 4000,
  },
  salesforce: {
    Subject: 255,
    Description: 32_000,
    Status: ['New', 'Working', 'Escalated', 'Closed'],
    Priority: ['High', 'Medium', 'Low'],
    Origin: ['Phone', 'Email', 'Web'],
    ServiceNow_Number__c: 40,
    ServiceNow_Id__c: 32,
  },
};

function described(side: Side, object: string): ObjectDescription {
  return {
    object,
    fields: Object.entries(fields[side]).map(([name, of]) => ({
      name,
      label: name,
      type: 'string',
      length: typeof of === 'number' ? of : 40,
      required: false,
      writable: true,
      unique: name === 'ServiceNow_Id__c',
      externalId: name === 'ServiceNow_Id__c',
      choices: typeof of === 'number' ? null : of,
    })),
  };
}

async function withOneLink() {
  const admin = await createAdminWorld();
  for (const side of sides) admin.world.desks[side].describe = async (object) => described(side, object);
  admin.world.put('servicenow', newIncident);
  await admin.world.sync();
  return admin;
}

describe('the mapping', () => {
  it('is told as data to draw, which the trial takes as it is', async () => {
    const { ask } = await withOneLink();
    const mapping = (await ask('GET', '/api/mapping')).json as unknown as Mapping;
    expect(mapping).toMatchObject({ file: 'casebridge.config.ts', editable: true });
    expect(mapping.pairs[0]?.fields.find(({ name }) => name === 'state')).toMatchObject({
      kind: 'classes',
      servicenow: 'state',
      salesforce: 'Status',
      labels: { servicenow: 'State', salesforce: 'Status' },
      settings: { classes: expect.any(Array) as unknown },
    });
    const plan = (await ask('POST', '/api/mapping/plan', { body: { config: mapping.config } }))
      .json as unknown as MappingPlan;
    expect(plan).toMatchObject({ ok: true, looked: 1, wouldChange: 0, wouldStay: 1 });
  });

  it('that is tried shows what would change, and writes nothing', async () => {
    const { ask, world } = await withOneLink();
    const { ids } = await world.link();
    await world.edit('salesforce', ids.salesforce, { Subject: 'Changed in Salesforce' });
    const before = world.writes();
    const said = await ask('POST', '/api/mapping/plan', { body: { config: { pairs: [pair] } } });
    expect(said.json).toMatchObject({
      ok: true,
      wouldChange: 1,
      byField: { short_description: 1 },
      samples: [
        {
          action: 'update',
          fields: [{ field: 'short_description', to: 'servicenow', value: 'Changed in Salesforce' }],
        },
      ],
    });
    expect(world.writes()).toBe(before);
    expect(await world.store.transaction((tx) => tx.pendingOf([]))).toEqual([]);
    expect((await world.store.queue.depth()).waiting).toBe(0);
  });

  it('that is not in order is told by place, and nothing is read', async () => {
    const { ask, world } = await withOneLink();
    const before = world.desks.servicenow.calls();
    const broken = { pairs: [{ ...pair, conflict: 'loudest', feilds: [] }] };
    const plan = (await ask('POST', '/api/mapping/plan', { body: { config: broken } })).json as unknown as MappingPlan;
    expect(plan.ok).toBe(false);
    expect(plan.problems.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['pairs[0].conflict', 'pairs[0].feilds']),
    );
    expect(world.desks.servicenow.calls()).toBe(before);
  });

  it.each([
    ['no mapping at all', 'export default {}'],
    ['a number', 7],
    ['nothing', null],
    [
      'code as text',
      {
        pairs: [
          {
            ...pair,
            fields: [{ kind: 'computed', servicenow: 'x', salesforce: 'y', compute: '() => process.exit()' }],
          },
        ],
      },
    ],
  ])('is never code: %s comes back as a problem', async (_what, config) => {
    const { ask } = await withOneLink();
    expect((await ask('POST', '/api/mapping/plan', { body: { config } })).json).toMatchObject({ ok: false });
  });

  it('is tried on no more links than the limit', async () => {
    const { ask } = await withOneLink();
    const said = await ask('POST', '/api/mapping/plan', { body: { config: { pairs: [pair] }, links: 5000 } });
    expect(said).toMatchObject({ status: 400, json: { issues: [{ where: 'links' }] } });
  });

  it('is tried one at a time', async () => {
    const { ask, world } = await withOneLink();
    world.desks.salesforce.describe = async (object) => {
      await world.clock.sleep(1000);
      return described('salesforce', object);
    };
    const body = { config: { pairs: [pair] } };
    const asked = Promise.all([1, 2].map(() => ask('POST', '/api/mapping/plan', { body })));
    const tries = await runToEnd(world.clock, asked);
    expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });
});
