import { describe, expect, it } from 'vitest';
import type { QuarantineGroups } from '../../src/admin/schemas/quarantine.ts';
import { allowedByPerson } from '../../src/engine/life/brake.ts';
import { link, quarantineRow } from '../support/builders.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

async function withSetAside(): Promise<AdminWorld> {
  const admin = await createAdminWorld();
  const row = (n: number, code: string) =>
    quarantineRow({
      key: `link:link-${n}`,
      numbers: { servicenow: `INC${n}`, salesforce: null },
      reason: { kind: 'connector', error: 'Rejected', data: { side: 'salesforce', executed: 'no', status: 400, code } },
      firstAt: `2026-03-02T08:00:0${n}.000Z`,
    });
  await admin.world.store.transaction(async (tx) => {
    await tx.insertLinks([
      link({ id: 'link-1', status: 'quarantined' }),
      link({
        id: 'link-2',
        status: 'quarantined',
        ids: { servicenow: 'c'.repeat(32), salesforce: '500000000000002AAA' },
      }),
    ]);
    await tx.saveQuarantine([
      row(1, 'REQUIRED_FIELD_MISSING'),
      row(2, 'STRING_TOO_LONG'),
      row(3, 'REQUIRED_FIELD_MISSING'),
      row(4, 'REQUIRED_FIELD_MISSING'),
    ]);
  });
  return admin;
}

describe('records set aside', () => {
  it('are grouped by what went wrong, the largest group first', async () => {
    const { ask } = await withSetAside();
    const { total, groups } = (await ask('GET', '/api/quarantine/groups')).json as unknown as QuarantineGroups;
    expect(total).toBe(4);
    expect(groups.map(({ count }) => count)).toEqual([3, 1]);
    expect(groups[0]).toMatchObject({
      cause: 'connector:salesforce:Rejected:REQUIRED_FIELD_MISSING',
      firstAt: '2026-03-02T08:00:01.000Z',
      sample: [{ servicenowNumber: 'INC1' }, { servicenowNumber: 'INC3' }, { servicenowNumber: 'INC4' }],
    });
  });

  it('come by pages, of one cause where asked', async () => {
    const { ask } = await withSetAside();
    const first = await ask('GET', '/api/quarantine?limit=3');
    expect(first.json).toMatchObject({ total: 4, items: [{ linkId: 'link-1' }, {}, {}] });
    const next = encodeURIComponent(String(first.json['next']));
    expect((await ask('GET', `/api/quarantine?limit=3&after=${next}`)).json).toMatchObject({
      items: [{ key: 'link:link-4' }],
      next: null,
    });
    const cause = encodeURIComponent('connector:salesforce:Rejected:STRING_TOO_LONG');
    expect((await ask('GET', `/api/quarantine?cause=${cause}`)).json).toMatchObject({ total: 1 });
  });

  it('are tried again one by one, by cause, or all', async () => {
    const { ask, world } = await withSetAside();
    const retry = async (body: object): Promise<unknown> =>
      (await ask('POST', '/api/quarantine/retry', { body })).json['count'];
    expect(await retry({ keys: ['link:link-1'] })).toBe(1);
    expect(await retry({ cause: 'connector:salesforce:Rejected:REQUIRED_FIELD_MISSING' })).toBe(3);
    expect(await retry({ all: true })).toBe(4);
    expect((await world.store.queue.depth()).waiting).toBe(4);
    expect(
      (await world.store.transaction((tx) => tx.listQuarantine(9))).every(
        ({ nextAt }) => nextAt <= '2026-03-02T00:00:00.000Z',
      ),
    ).toBe(true);
  });

  it('are created on a person’s word that they are not there across: by name, after a login of late, on record', async () => {
    const { ask, login, world, records } = await withSetAside();
    const key = `new:incident-case:servicenow:${'d'.repeat(32)}`;
    const reason = { kind: 'plan', why: 'probe-unknown' } as const;
    await world.store.transaction((tx) => tx.saveQuarantine([quarantineRow({ key, reason })]));
    const { cookie, csrf } = await login(tokenOf('operator'));
    const retry = async (body: object) =>
      ask('POST', '/api/quarantine/retry', { as: null, body, headers: { cookie, 'x-csrf-token': csrf } });
    const whyOf = async () => (await world.store.transaction((tx) => tx.quarantined([key])))[0]?.reason;

    expect((await retry({ all: true, unseen: true })).status).toBe(400);
    expect((await retry({ keys: [key] })).status).toBe(200);
    expect(await whyOf()).toEqual(reason);
    expect(
      (await ask('POST', '/api/quarantine/retry', { as: tokenOf('viewer'), body: { keys: [key], unseen: true } }))
        .status,
    ).toBe(403);
    await world.clock.advance(16 * 60_000);
    expect((await retry({ keys: [key], unseen: true })).status).toBe(403);
    expect(await whyOf()).toEqual(reason);
    expect((await retry({ keys: [key] })).status).toBe(200);

    const again = await login(tokenOf('operator'));
    const headers = { cookie: again.cookie, 'x-csrf-token': again.csrf };
    const said = await ask('POST', '/api/quarantine/retry', { as: null, body: { keys: [key], unseen: true }, headers });
    expect(said.json).toMatchObject({ count: 1 });
    expect(await whyOf()).toEqual({ kind: 'plan', why: allowedByPerson });
    expect(await records.recentAudit(1)).toMatchObject([
      { actor: 'operator', action: 'quarantine.retry', detail: { count: 1, unseen: true } },
    ]);
  });

  it('are forgotten, and their links pending again', async () => {
    const { ask, world, records } = await withSetAside();
    expect((await ask('POST', '/api/quarantine/drop', { body: { all: true } })).json).toMatchObject({ count: 4 });
    expect(await world.store.transaction((tx) => tx.countLinks())).toMatchObject({ quarantined: 0, pending: 2 });
    expect(await records.recentAudit(1)).toMatchObject([{ action: 'quarantine.drop', detail: { count: 4 } }]);
  });

  it('that are gone by now are told so', async () => {
    const { ask } = await withSetAside();
    expect((await ask('POST', '/api/quarantine/retry', { body: { keys: ['link:link-9'] } })).status).toBe(404);
    expect((await ask('POST', '/api/quarantine/retry', { body: {} })).status).toBe(400);
  });
});
