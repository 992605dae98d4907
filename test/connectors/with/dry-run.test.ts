import { describe, expect, it } from 'vitest';
import { createMemorySystem } from '../../../src/connectors/memory.ts';
import { withDryRun } from '../../../src/connectors/with/dry-run.ts';
import { fakeClock } from '../../support/clock.ts';
import { seededIds } from '../../support/random.ts';

describe('dry run', () => {
  const memory = createMemorySystem({ side: 'servicenow', clock: fakeClock(), ids: seededIds() });
  const system = withDryRun(memory);
  const id = memory.put('incident', { state: '1' }).id;

  it('reads as before', async () => {
    expect((await system.read('incident', [id], ['state']))[0]).toMatchObject({
      kind: 'found',
      record: { fields: { state: '1' } },
    });
    expect(
      (await system.changes({ object: 'incident', fields: [], after: { stamp: '', id: '' }, limit: 5 })).records,
    ).toHaveLength(1);
  });

  it('refuses every write before it leaves, and says that it was certainly not executed', async () => {
    const create = {
      object: 'incident',
      fields: {},
      readBack: [],
      partnerId: '500000000000001AAA',
      drawnId: 'a'.repeat(32),
    };
    const refused = { kind: 'Unavailable', data: { executed: 'no', cause: 'dry-run' } };
    const before = memory.calls();
    await expect(system.create([create])).rejects.toMatchObject(refused);
    await expect(
      system.update([{ object: 'incident', id, fields: { state: '2' }, readBack: [] }]),
    ).rejects.toMatchObject(refused);
    expect(memory.calls()).toBe(before);
    expect(memory.rows('incident').map((row) => row.fields['state'])).toEqual(['1']);
  });

  it('has nothing against writing nothing', async () => {
    expect(await system.create([])).toEqual([]);
    expect(await system.update([])).toEqual([]);
  });
});
