import { expect, it } from 'vitest';
import { createMemorySystem } from '../../../src/connectors/memory.ts';
import type { UpdateRequest } from '../../../src/connectors/ticket-system.ts';
import { withDerived } from '../../../src/connectors/with/derived.ts';
import { assignedField } from '../../../src/mapping/owner-rule.ts';
import { fakeClock } from '../../support/clock.ts';
import { seededIds } from '../../support/random.ts';

const field = assignedField('assigned_to', 'assignment_group');
const dana = 'd'.repeat(32);
const igor = '1'.repeat(32);
const network = 'e'.repeat(32);

function desk() {
  const memory = createMemorySystem({ side: 'servicenow', clock: fakeClock(), ids: seededIds(1) });
  const sent: UpdateRequest[] = [];
  const system = withDerived(
    {
      ...memory,
      update: (requests) => {
        sent.push(...requests);
        return memory.update(requests);
      },
    },
    [field],
  );
  const { id } = memory.put('incident', { assigned_to: dana, assignment_group: network });
  return { system, sent, id };
}

it('sends of an assignee and a group only the one that differs', async () => {
  const { system, sent, id } = desk();
  const [before] = await system.read('incident', [id], [field.name]);
  const held = before?.kind === 'found' ? before.record.fields : {};
  const fields = { [field.name]: `${igor}|${network}` };
  const [result] = await system.update([{ object: 'incident', id, fields, held, readBack: [field.name] }]);
  expect(sent.map((request) => request.fields)).toEqual([{ assigned_to: igor }]);
  expect(result?.kind === 'written' && result.record.fields[field.name]).toBe(`${igor}|${network}`);
});

it('sends both where it is not known what is held', async () => {
  const { system, sent, id } = desk();
  const fields = { [field.name]: `${igor}|${network}` };
  await system.update([{ object: 'incident', id, fields, readBack: [field.name] }]);
  expect(sent.map((request) => request.fields)).toEqual([{ assigned_to: igor, assignment_group: network }]);
});
