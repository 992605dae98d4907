import { withDerived } from '../../src/connectors/with/derived.ts';
import type { Fields } from '../../src/core/record.ts';
import { bothSides } from '../../src/core/side.ts';
import type { MemorySystemOptions } from '../../src/connectors/memory.ts';
import { createPeopleCache } from '../../src/engine/people/cache.ts';
import { defaultFields } from '../../src/mapping/default-config.ts';
import type { FieldConfig, PairConfig } from '../../src/mapping/define-config.ts';
import { createWorld, type World } from './world.ts';

/** Who works at both desks, by their ids. */
export interface Staff {
  readonly caller: { readonly servicenow: string; readonly salesforce: string };
  readonly agent: { readonly servicenow: string; readonly salesforce: string };
  readonly network: { readonly servicenow: string; readonly salesforce: string };
  /** Nobody across has their e-mail. */
  readonly stranger: { readonly servicenow: string; readonly salesforce: string };
  readonly account: string;
}

export const people: readonly FieldConfig[] = [
  {
    kind: 'person',
    servicenow: 'caller_id',
    salesforce: 'ContactId',
    brings: { salesforce: { AccountId: 'AccountId' } },
  },
  { kind: 'person', servicenow: 'assigned_to', salesforce: 'OwnerId' },
  { kind: 'team', servicenow: 'assignment_group', salesforce: 'OwnerId' },
];

/** The usual two desks, with a directory on each. */
export function peopleWorld(
  fields: readonly FieldConfig[] = people,
  config: Partial<PairConfig> = {},
  desk: Partial<MemorySystemOptions> = {},
): World & { readonly staff: Staff } {
  const world = createWorld({ fields: [...defaultFields, ...fields], ...config }, desk);
  const [pair] = world.engine.pairs;
  Object.assign(world.engine, {
    systems: bothSides((side) => withDerived(world.desks[side], pair?.derived?.[side] ?? [])),
    people: createPeopleCache({ clock: world.clock }),
  });
  return { ...world, staff: staffOf(world) };
}

function staffOf({ desks }: World): Staff {
  const user = (name: string, email: string, more: Fields = {}): string =>
    desks.servicenow.enrol({
      object: 'sys_user',
      fields: { name, email, user_name: email.split('@')[0] ?? '', active: 'true', ...more },
    });
  const owner = (Name: string, Email: string, more: Fields = {}): string =>
    desks.salesforce.enrol({ object: 'User', fields: { Name, Email, Username: Email, IsActive: true, ...more } });
  const account = desks.salesforce.enrol({ object: 'Account', fields: { Name: 'Volvo IT' } });
  const contact = (Name: string, Email: string): string =>
    desks.salesforce.enrol({ object: 'Contact', fields: { Name, Email, AccountId: account } });
  return {
    account,
    caller: {
      servicenow: user('Rosa Lind', 'rosa.lind@volvo.example'),
      salesforce: contact('Rosa Lind', 'Rosa.Lind@volvo.example'),
    },
    agent: {
      servicenow: user('Dana Okafor', 'dana@desk.example'),
      salesforce: owner('Dana Okafor', 'dana@desk.example'),
    },
    stranger: {
      servicenow: user('Igor Silva', 'igor@desk.example'),
      salesforce: owner('Ada Berg', 'ada@desk.example'),
    },
    network: {
      servicenow: desks.servicenow.enrol({ object: 'sys_user_group', fields: { name: 'Network', active: 'true' } }),
      salesforce: desks.salesforce.enrol({ object: 'Group', fields: { Name: 'Network' } }),
    },
  };
}
