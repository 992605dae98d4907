import { describe, expect, it } from 'vitest';
import type { Conflict, ConflictPage, ResolvedMany } from '../../src/admin/schemas/conflicts.ts';
import { conflictRow, link } from '../support/builders.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

async function withConflicts(count: number): Promise<AdminWorld> {
  const admin = await createAdminWorld();
  const id = (n: number): string => String(n).padStart(5, '0');
  const names = (n: number) => ({
    ids: { servicenow: String(n).padStart(32, '0'), salesforce: `500${String(n).padStart(15, '0')}` },
    numbers: { servicenow: `INC${String(n).padStart(7, '0')}`, salesforce: String(n).padStart(8, '0') },
  });
  await admin.world.store.transaction(async (tx) => {
    const numbers = Array.from({ length: count }, (_, n) => n);
    await tx.insertLinks(numbers.map((n) => link({ id: `link-${id(n)}`, ...names(n) })));
    await tx.noteConflicts(
      numbers.map((n) =>
        conflictRow({
          id: `conflict-${id(n)}`,
          linkId: `link-${id(n)}`,
          field: n % 2 === 0 ? 'short_description' : 'urgency',
          ...names(n),
        }),
      ),
    );
  });
  return admin;
}

const waiting = async ({ world }: AdminWorld): Promise<number> => (await world.store.queue.depth()).waiting;

describe('conflicts', () => {
  it('are listed with both values, their labels and a sentence', async () => {
    const { ask } = await withConflicts(3);
    const page = (await ask('GET', '/api/conflicts?limit=2', { as: tokenOf('viewer') }))
      .json as unknown as ConflictPage;
    expect(page).toMatchObject({ total: 3, next: 'conflict-00001', byField: { short_description: 2, urgency: 1 } });
    expect(page.items[0]).toMatchObject({
      servicenow: 'Printer burns',
      salesforce: 'Printer smokes',
      labels: { servicenow: 'Short description', salesforce: 'Subject' },
      status: 'open',
    });
    const rest = await ask('GET', `/api/conflicts?limit=2&after=${page.next}`);
    expect(rest.json).toMatchObject({ next: null, items: [{ id: 'conflict-00002' }] });
  });

  it('are decided once: the second of two people is told who was faster, and when', async () => {
    const admin = await withConflicts(1);
    const { ask, records } = admin;
    const path = '/api/conflicts/conflict-00000/resolve';
    const [one, other] = await Promise.all([
      ask('POST', path, { as: tokenOf('operator'), body: { take: 'salesforce' } }),
      ask('POST', path, { as: tokenOf('admin'), body: { take: 'servicenow' } }),
    ]);
    expect(new Set([one.status, other.status])).toEqual(new Set([200, 409]));
    const [won, lost] = one.status === 200 ? [one, other] : [other, one];
    const conflict = won.json as unknown as Conflict;
    expect(conflict.status).toBe('decided');
    expect(lost.json).toMatchObject({ status: 409, by: conflict.decidedBy, at: conflict.decidedAt });
    expect(lost.json['detail']).toContain(`decided already by ${conflict.decidedBy}`);
    expect(await waiting(admin)).toBe(1);
    expect(await records.recentAudit(9)).toMatchObject([{ action: 'conflict.decide', actor: conflict.decidedBy }]);
  });

  it('take a third value', async () => {
    const { ask } = await withConflicts(1);
    const said = await ask('POST', '/api/conflicts/conflict-00000/resolve', { body: { value: 'Both burn and smoke' } });
    expect(said.json).toMatchObject({ decision: { value: 'Both burn and smoke' } });
  });

  it('are decided ten thousand at once, in one request, and queued', async () => {
    const admin = await withConflicts(10_000);
    const ids = Array.from({ length: 10_000 }, (_, n) => `conflict-${String(n).padStart(5, '0')}`);
    const said = await admin.ask('POST', '/api/conflicts/resolve', { body: { take: 'servicenow', ids } });
    expect(said.json).toMatchObject({ decided: 10_000, skipped: [], left: 0 });
    expect(await waiting(admin)).toBe(10_000);
    expect(await admin.records.recentAudit(9)).toHaveLength(1);
  });

  it('are never held in memory all at once, and cost five statements for five hundred', async () => {
    const admin = await withConflicts(2000);
    const { store } = admin.world;
    const calls: string[] = [];
    let most = 0;
    const transaction = store.transaction.bind(store);
    store.transaction = (work) =>
      transaction((tx) =>
        work(
          new Proxy(tx, {
            get: (target, name, receiver) => {
              const method: unknown = Reflect.get(target, name, receiver);
              if (typeof method !== 'function') return method;
              return async (...args: readonly unknown[]) => {
                calls.push(String(name));
                const answer: unknown = await Reflect.apply(method, target, args);
                if (Array.isArray(answer)) most = Math.max(most, answer.length);
                return answer;
              };
            },
          }),
        ),
      );
    const body = { take: 'servicenow', filter: {} };
    const said = await admin.ask('POST', '/api/conflicts/resolve', { body });
    expect(said.json).toMatchObject({ decided: 2000, skipped: [], left: 0 });
    expect(most).toBe(500);
    expect(calls.length).toBeLessThanOrEqual(4 * 5 + 3);
  });

  it('are decided by a filter, and nothing beside it', async () => {
    const admin = await withConflicts(7);
    const body = { take: 'salesforce', filter: { field: 'urgency' } };
    expect((await admin.ask('POST', '/api/conflicts/resolve', { body })).json).toMatchObject({ decided: 3, left: 0 });
    expect((await admin.ask('GET', '/api/conflicts')).json).toMatchObject({ total: 4 });
  });

  it('that others settled meanwhile are left out by name, and the rest goes through', async () => {
    const { ask, world } = await withConflicts(4);
    await ask('POST', '/api/conflicts/conflict-00001/resolve', { as: tokenOf('admin'), body: { take: 'servicenow' } });
    await world.store.transaction((tx) =>
      tx.settleConflicts(['conflict-00002'], 'servicenow', '2026-03-02T00:00:00.000Z'),
    );
    const ids = ['conflict-00000', 'conflict-00001', 'conflict-00002', 'gone'];
    const said = (await ask('POST', '/api/conflicts/resolve', { body: { take: 'salesforce', ids } }))
      .json as unknown as ResolvedMany;
    expect(said.decided).toBe(1);
    expect(said.skipped).toMatchObject([
      { id: 'conflict-00001', why: 'decided', by: 'admin' },
      { id: 'conflict-00002', why: 'settled', at: '2026-03-02T00:00:00.000Z' },
      { id: 'gone', why: 'unknown' },
    ]);
  });

  it('stay as they are where the session ends while somebody is at them', async () => {
    const { ask, login, world } = await withConflicts(1);
    const { cookie, csrf } = await login(tokenOf('operator'));
    const headers = { cookie, 'x-csrf-token': csrf };
    expect((await ask('GET', '/api/conflicts', { as: null, headers })).status).toBe(200);
    await world.clock.advance(31 * 60_000);
    const said = await ask('POST', '/api/conflicts/conflict-00000/resolve', {
      as: null,
      headers,
      body: { take: 'salesforce' },
    });
    expect(said).toMatchObject({ status: 401, json: { detail: 'The session has ended; log in again.' } });
    expect(await world.store.transaction((tx) => tx.conflictById('conflict-00000'))).toMatchObject({ status: 'open' });
  });

  it.each([
    ['nobody’s side', {}],
    ['a side that is none', { take: 'jira' }],
    ['no ids', { take: 'salesforce', ids: [] }],
    ['ids and a filter', { take: 'salesforce', ids: ['a'], filter: {} }],
    ['more than ten thousand ids', { take: 'salesforce', ids: Array.from({ length: 10_001 }, (_, n) => String(n)) }],
  ])('are not decided by %s', async (_what, body) => {
    const { ask } = await withConflicts(1);
    const said = await ask('POST', '/api/conflicts/resolve', { body });
    expect(said.status).toBe(400);
    expect(said.headers['content-type']).toContain('application/problem+json');
    expect(said.json['issues']).not.toEqual([]);
  });
});
