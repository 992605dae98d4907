import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import type { Link } from '../../src/core/link.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { SecretKeyMissing, ValuesSealedWithAnotherKey } from '../../src/store/prisma/errors.ts';
import { nothingSensitive, type SensitiveFields, withSealedValues } from '../../src/store/sealed/store.ts';
import { createValueSeal } from '../../src/store/sealed/values.ts';
import { storeSuite } from '../conformance/store.suite.ts';
import { caseRecord, baseOf, conflictRow, historyRow, incident, link, pendingWrite } from '../support/builders.ts';
import { realClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';

const newKey = (): Secret => new Secret(randomBytes(32).toString('base64'));

/** Whatever it is asked for. */
class Everything extends Set<string> {
  override has(): boolean {
    return true;
  }
}

const everything: SensitiveFields = {
  rules: new Everything(),
  native: { servicenow: new Everything(), salesforce: new Everything() },
};

const memory = () => createMemoryStore({ clock: realClock(), ids: seededIds(), redeliverMs: 20 });

storeSuite('memory store with every value sealed', async () => {
  const store = memory();
  const sealed = withSealedValues(store, createValueSeal({ present: newKey(), previous: null }), everything);
  return { store: sealed, loseWorkers: () => store.queue.loseWorkers(), close: () => store.close() };
});

describe('values of sensitive fields', () => {
  const titles: SensitiveFields = {
    rules: new Set(['short_description']),
    native: { servicenow: new Set(['short_description']), salesforce: new Set(['Subject']) },
  };
  const open = (present: Secret | null, previous: Secret | null = null, store = memory(), sensitive = titles) => ({
    under: store,
    store: withSealedValues(store, createValueSeal({ present, previous }), sensitive),
  });
  const held: Link = {
    ...link(),
    bases: { servicenow: baseOf(incident({ description: 'Second floor.' })), salesforce: baseOf(caseRecord()) },
    holds: [
      { field: 'short_description', reason: { kind: 'refused', side: 'salesforce', value: 'Printer on fire' } },
      { field: 'urgency', reason: { kind: 'class-locked', side: 'servicenow', value: '7' } },
    ],
  };

  it('lie sealed wherever they are kept, and come back as they went in; others lie as they are', async () => {
    const key = newKey();
    const { under, store } = open(key);
    const decision = { kind: 'value', value: 'Printer on fire, again' } as const;
    const read = (from: typeof store) =>
      from.transaction(async (tx) => ({
        links: await tx.linksById(['link-1']),
        pending: await tx.pendingOf(['link-1']),
        conflicts: await tx.conflictsById(['conflict-1']),
        history: await tx.historyOf('link-1', 9),
      }));
    await store.transaction(async (tx) => {
      await tx.insertLinks([held]);
      await tx.savePending([pendingWrite()]);
      await tx.noteConflicts([conflictRow()]);
      await tx.addHistory([historyRow()]);
    });
    // The command line decides, and knows no mapping.
    const blind = withSealedValues(under, createValueSeal({ present: key, previous: null }), nothingSensitive);
    await blind.transaction((tx) => tx.decideOpen(['conflict-1'], decision, { actor: 'me', at: held.createdAt }));
    const raw = JSON.stringify(await read(under));
    for (const word of ['on fire', 'Printer']) expect(raw).not.toContain(word);
    expect(raw).toContain('Second floor.');
    expect(await read(store)).toEqual({
      links: [held],
      pending: [pendingWrite()],
      conflicts: [{ ...conflictRow(), status: 'decided', decision, decidedBy: 'me', decidedAt: held.createdAt }],
      history: [historyRow()],
    });
  });

  it('are decided together with values that are not, in one word of a person', async () => {
    const { store } = open(newKey());
    const rows = [conflictRow(), conflictRow({ id: 'conflict-2', linkId: 'link-2', field: 'description' })];
    const decision = { kind: 'value', value: 'Printer is fine' } as const;
    await store.transaction(async (tx) => {
      await tx.noteConflicts(rows);
      await tx.decideOpen(['conflict-1', 'conflict-2'], decision, { actor: 'me', at: held.createdAt });
    });
    const decided = await store.transaction((tx) => tx.conflictsById(['conflict-1', 'conflict-2']));
    expect(decided.map((row) => row.decision)).toEqual([decision, decision]);
  });

  it('make one conflict of the same conflict, found again after a crash', async () => {
    const { store } = open(newKey());
    const note = (id: string) => store.transaction((tx) => tx.noteConflicts([conflictRow({ id })]));
    expect([await note('first'), await note('again')]).toEqual([['first'], ['first']]);
  });

  it('open with the key before, are opened after they are sensitive no more, and with no other key', async () => {
    const [old, present] = [newKey(), newKey()];
    const { under, store } = open(old);
    await store.transaction((tx) => tx.insertLinks([held]));
    const links = (from: typeof store) => from.transaction((tx) => tx.linksById(['link-1']));
    expect(await links(open(present, old, under).store)).toEqual([held]);
    expect(await links(open(old, null, under, nothingSensitive).store)).toEqual([held]);
    await expect(links(open(present, null, under).store)).rejects.toThrow(ValuesSealedWithAnotherKey);
    await expect(links(open(null, null, under).store)).rejects.toThrow(ValuesSealedWithAnotherKey);
    const renewed = open(present, old, under).store;
    await renewed.transaction(async (tx) => tx.updateLinks(await tx.linksById(['link-1'])));
    expect(await links(open(present, null, under).store)).toEqual([held]);
  });

  it('do not open in the place of another link or field', async () => {
    const key = newKey();
    const { under, store } = open(key);
    await store.transaction((tx) => tx.insertLinks([held]));
    const [sealed] = await under.transaction((tx) => tx.linksById(['link-1']));
    const moved = { ...held, ids: { servicenow: 'x', salesforce: 'y' }, bases: sealed?.bases ?? held.bases };
    await under.transaction((tx) => tx.insertLinks([{ ...moved, id: 'link-2' }]));
    await expect(store.transaction((tx) => tx.linksById(['link-2']))).rejects.toThrow(ValuesSealedWithAnotherKey);
    const swapped = {
      ...held.bases.salesforce,
      fields: { Description: sealed?.bases.salesforce.fields['Subject'] ?? null },
    };
    await under.transaction((tx) => tx.updateLinks([{ ...held, bases: { ...held.bases, salesforce: swapped } }]));
    await expect(store.transaction((tx) => tx.linksById(['link-1']))).rejects.toThrow(ValuesSealedWithAnotherKey);
  });

  it('are not kept at all without a key, and a text that looks sealed is a text', async () => {
    const { store } = open(null);
    await expect(store.transaction((tx) => tx.insertLinks([held]))).rejects.toThrow(SecretKeyMissing);
    const trick = '\u0001casebridge sealed:0123456789abcdef:AAAA';
    const row = historyRow({ field: 'description', value: trick, before: null });
    const keyed = open(newKey()).store;
    await keyed.transaction((tx) => tx.addHistory([row]));
    expect(await keyed.transaction((tx) => tx.historyOf('link-1', 9))).toEqual([row]);
    await store.transaction((tx) => tx.addHistory([row]));
    expect(await store.transaction((tx) => tx.historyOf('link-1', 9))).toEqual([{ ...row, value: trick.slice(1) }]);
  });
});
