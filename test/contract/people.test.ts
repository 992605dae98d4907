import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { createGate } from '../../src/connectors/gate.ts';
import { createServiceNow } from '../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Counterpart, Ref } from '../../src/core/directory.ts';
import type { Side } from '../../src/core/side.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createPeopleCache } from '../../src/engine/people/cache.ts';
import { resolve } from '../../src/engine/people/resolve.ts';
import type { FieldConfig } from '../../src/mapping/define-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { type SalesforceSandbox, startSalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';
import { memoryVault } from '../connectors/servicenow/support.ts';
import { realClock } from '../support/clock.ts';
import { clientOf } from '../support/salesforce-replay.ts';
import { aRecord } from '../mapping/records.ts';

// The directory queries, over HTTP, against both local desks.

let servicenow: ServiceNowSandbox;
let salesforce: SalesforceSandbox;
let systems: Readonly<Record<Side, TicketSystem>>;

beforeAll(async () => {
  [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(), startSalesforceSandbox()]);
  const clock = realClock();
  const { clientId, username, privateKey } = salesforce.account;
  const ours = servicenow.account;
  systems = {
    servicenow: createServiceNow({
      settings: {
        url: servicenow.url,
        auth: { kind: 'client_credentials', clientId: ours.clientId, clientSecret: new Secret(ours.clientSecret) },
        maxConcurrency: 2,
      },
      vault: memoryVault(),
      clock,
      gate: createGate({ concurrency: 2, clock }),
    }),
    salesforce: clientOf(salesforce.url, {
      auth: { kind: 'jwt_bearer', clientId, username, privateKey: new Secret(privateKey) },
    }),
  };
});
afterAll(async () => {
  await Promise.all([servicenow.stop(), salesforce.stop()]);
});

function engine(over: Partial<Record<Side, TicketSystem>> = {}): Engine {
  const clock = realClock();
  return { systems: { ...systems, ...over }, people: createPeopleCache({ clock }), clock } as unknown as Engine;
}

const pairOf = (...fields: FieldConfig[]) =>
  buildPairRules(
    { name: 'p', servicenow: { table: 'incident' }, salesforce: { object: 'Case' }, fields },
    { startedAt: '2026-03-01T00:00:00.000Z' },
  );

/** Who somebody named in this field is across. */
async function across(field: FieldConfig, side: Side, id: string, on = engine()): Promise<Counterpart> {
  const pair = pairOf(field);
  const name = field.kind === 'template' || field.kind === 'constant' ? field.field : field[side];
  const refs: readonly Ref[] = pair.refs?.({ [side]: aRecord(side, { [name]: id }) }) ?? [];
  const [ref] = refs;
  if (ref === undefined) throw new Error(`${id} is no reference`);
  return (await resolve(on, refs, [pair])).counterpart(ref.spec, side, id);
}

const user = (name: string, email: string, more: Readonly<Record<string, string>> = {}): string =>
  servicenow.desk.create('sys_user', { user_name: email, name, email, ...more }, 'admin').id;
const contact = (LastName: string, Email: string): string =>
  salesforce.desk.create('Contact', { LastName, Email }, 'ada').id;
const owner = (LastName: string, Email: string, Username = Email): string =>
  salesforce.desk.create('User', { LastName, Email, Username }, 'ada').id;
const queueFor = (Name: string, ...objects: readonly string[]): string => {
  const { id } = salesforce.desk.create(
    'Group',
    { Name, Type: 'Queue', DeveloperName: Name.replaceAll(/\W/g, '_') },
    'ada',
  );
  for (const SobjectType of objects) salesforce.desk.create('QueueSobject', { QueueId: id, SobjectType }, 'ada');
  return id;
};

const caller: FieldConfig = { kind: 'person', servicenow: 'caller_id', salesforce: 'ContactId' };
const assignee: FieldConfig = { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' };
const group: FieldConfig = { kind: 'team', servicenow: 'assignment_group', salesforce: 'OwnerId' };

describe('people', () => {
  it('are found by e-mail, whatever its letter case, in both directions', async () => {
    const here = user('Rosa Lind', 'Rosa.Lind@volvo.example');
    const there = contact('Lind', 'rosa.lind@VOLVO.example');
    expect(await across(caller, 'servicenow', here)).toMatchObject({ kind: 'found', id: there });
    expect(await across(caller, 'salesforce', there)).toMatchObject({ kind: 'found', id: here });
  });

  it.each(["o'neill+it@volvo.example", 'a,b@volvo.example', '"quoted^caret"@volvo.example', 'ümlaut@größe.example'])(
    'are found by %s, which no query may take for its own syntax',
    async (email) => {
      const here = user('Odd', email);
      const there = contact('Odd', email);
      expect(await across(caller, 'servicenow', here)).toMatchObject({ kind: 'found', id: there });
      expect(await across(caller, 'salesforce', there)).toMatchObject({ kind: 'found', id: here });
    },
  );

  it('that have left are not found, and two of one e-mail are nobody', async () => {
    const left = user('Left', 'left@desk.example', { active: 'false' });
    const owned = owner('Left', 'left@desk.example');
    expect(await across(assignee, 'salesforce', owned)).toEqual({ kind: 'none', why: 'inactive' });
    // Who left may still be named on a ticket: they are who they were.
    expect(await across(assignee, 'servicenow', left)).toMatchObject({ kind: 'found', id: owned });
    const two = user('Two', 'two@desk.example');
    owner('Two', 'two@desk.example', 'two-1@desk.example');
    owner('Two', 'two@desk.example', 'two-2@desk.example');
    expect(await across(assignee, 'servicenow', two)).toEqual({ kind: 'none', why: 'ambiguous' });
    expect(await across(assignee, 'servicenow', 'f'.repeat(32))).toEqual({ kind: 'none', why: 'gone' });
    expect(await across(assignee, 'servicenow', user('Nobody', 'nobody@desk.example'))).toEqual({
      kind: 'none',
      why: 'nobody',
    });
  });

  it('may be known by another key, or by hand', async () => {
    const here = user('By Name', 'here@desk.example', { user_name: 'byname@desk.example' });
    const there = owner('Elsewhere', 'there@desk.example', 'byname@desk.example');
    const byName: FieldConfig = {
      kind: 'person',
      servicenow: 'assigned_to',
      salesforce: 'Reviewer__c',
      by: ['email', 'userName'],
    };
    expect(await across(byName, 'servicenow', here)).toMatchObject({ kind: 'found', id: there });
    const byHand = {
      ...caller,
      table: [{ servicenow: 'here@desk.example', salesforce: contact('Hand', 'hand@volvo.example') }],
    };
    expect(await across(byHand, 'servicenow', here)).toMatchObject({ kind: 'found', id: byHand.table[0]?.salesforce });
  });
});

describe('groups', () => {
  it('are queues of the same name that may own Cases, and no other group', async () => {
    const { id } = servicenow.desk.create('sys_user_group', { name: 'Storage, EMEA' }, 'admin');
    queueFor('storage, emea', 'Lead');
    expect(await across(group, 'servicenow', id)).toEqual({ kind: 'none', why: 'nobody' });
    const queue = queueFor('Storage, EMEA', 'Lead', 'Case');
    expect(await across(group, 'servicenow', id)).toMatchObject({ kind: 'found', id: queue });
    expect(await across(group, 'salesforce', queue)).toMatchObject({ kind: 'found', id });
  });
});

describe('the cost', () => {
  it('of three hundred callers is one call a side, and none for those who are remembered', async () => {
    const ids = Array.from({ length: 300 }, (_, n) => {
      contact(`Many ${n}`, `many-${n}@volvo.example`);
      return user(`Many ${n}`, `many-${n}@volvo.example`);
    });
    const pair = pairOf(caller);
    const refs = ids.flatMap((id) => pair.refs?.({ servicenow: aRecord('servicenow', { caller_id: id }) }) ?? []);
    const on = engine();
    const before = { servicenow: systems.servicenow.calls(), salesforce: systems.salesforce.calls() };
    const people = await resolve(on, refs, [pair]);
    expect(refs.filter(({ spec, side, id }) => people.counterpart(spec, side, id).kind === 'found')).toHaveLength(300);
    expect(systems.servicenow.calls() - before.servicenow).toBe(1);
    expect(systems.salesforce.calls() - before.salesforce).toBe(1);
    await resolve(on, refs, [pair]);
    expect(systems.servicenow.calls() - before.servicenow).toBe(1);
  });
});

describe('a directory without rights', () => {
  it('is unreadable, not empty: a hidden object, and a table that answers with nothing', async () => {
    const here = user('Rights', 'rights@volvo.example');
    const there = contact('Rights', 'rights@volvo.example');
    servicenow.rights.change('casebridge', { denied: { sys_user: ['read'] } });
    expect(await across(caller, 'servicenow', here)).toEqual({ kind: 'unreadable', side: 'servicenow' });
    expect(await across(caller, 'salesforce', there)).toEqual({ kind: 'unreadable', side: 'servicenow' });
    servicenow.rights.change('casebridge', { denied: {} });
    expect(await systems.salesforce.sees?.(['Contact', 'NoSuchThing__c'])).toEqual([true, false]);
    expect(await systems.servicenow.sees?.(['sys_user', 'u_no_such_table'])).toEqual([true, false]);
  });

  it('that is away rejects, so that nothing is decided without it', async () => {
    const here = user('Away', 'away@volvo.example');
    salesforce.faults.add({ kind: 'unavailable', times: 1 });
    await expect(across(caller, 'servicenow', here)).rejects.toMatchObject({ kind: 'Unavailable' });
  });
});

describe('what Salesforce really answers about groups', () => {
  it('has the fields that we ask for', () => {
    const file = new URL('recordings/salesforce/query-group-200.json', import.meta.url);
    const recording = JSON.parse(readFileSync(file, 'utf8')) as { response: { body: { records: object[] } } };
    const [row] = recording.response.body.records;
    const [spec] = pairOf(group).refSpecs ?? [];
    const asked = [
      spec?.byId.salesforce.id,
      spec?.label.salesforce,
      ...(spec?.byId.salesforce.only.map(([name]) => name) ?? []),
    ];
    for (const name of asked) expect(row).toHaveProperty(name ?? '');
  });
});
