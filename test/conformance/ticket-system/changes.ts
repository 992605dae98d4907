import { describe, expect, it } from 'vitest';
import type { ChangesPage, Keyset } from '../../../src/connectors/ticket-system.ts';
import type { SourceRecord } from '../../../src/core/record.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';

const placeOf = (record: SourceRecord): Keyset => ({ stamp: record.version.stamp, id: record.id });
const comesAfter = (a: Keyset, b: Keyset): boolean => a.stamp > b.stamp || (a.stamp === b.stamp && a.id > b.id);

/** Where a walk starts that shall see only what happens from now on. */
async function startHere(desk: DeskUnderTest): Promise<Keyset> {
  await desk.tick();
  const id = desk.put({ ...desk.required, [desk.title]: 'where the walk starts' });
  const [start] = await desk.system.read(desk.object, [id], [desk.title]);
  await desk.tick();
  if (start?.kind !== 'found') throw new Error('the desk lost a record that was just made');
  return placeOf(start.record);
}

/** Walks to the end; `between` runs after each page. Gives up on a walk that does not end. */
async function walk(
  desk: DeskUnderTest,
  after: Keyset,
  limit: number,
  between: (page: ChangesPage, n: number) => void = () => {},
) {
  const pages: ChangesPage[] = [];
  let at = after;
  for (let n = 0; n < 200; n += 1) {
    const page = await desk.system.changes({ object: desk.object, fields: [desk.title], after: at, limit });
    pages.push(page);
    if (page.done) return pages;
    at = page.next;
    between(page, n);
  }
  throw new Error('the walk does not end');
}

const idsOf = (pages: readonly ChangesPage[]): readonly string[] =>
  pages.flatMap((page) => page.records.map((record) => record.id));

export function changesTests(opened: Opened): void {
  describe('changes', () => {
    it('walks every row once, oldest first, though many carry one stamp', async () => {
      const desk = opened();
      const start = await startHere(desk);
      const together = Array.from({ length: 23 }, (_, n) =>
        desk.put({ ...desk.required, [desk.title]: `one of many ${n}` }),
      );
      await desk.tick();
      const last = desk.put({ ...desk.required, [desk.title]: 'the last one' });
      const pages = await walk(desk, start, 5);
      expect(idsOf(pages).toSorted()).toEqual([...together, last].toSorted());
      expect(idsOf(pages).at(-1)).toBe(last);
      const records = pages.flatMap((page) => page.records);
      records
        .slice(1)
        .forEach((record, n) => expect(comesAfter(placeOf(record), placeOf(records[n] ?? record))).toBe(true));
      for (const page of pages) expect(page.records.length).toBeLessThanOrEqual(5);
    });

    it('starts after the id given within a stamp, and at every id of it for an empty one', async () => {
      const desk = opened();
      const start = await startHere(desk);
      Array.from({ length: 6 }, (_, n) => desk.put({ ...desk.required, [desk.title]: `tied ${n}` }));
      const all = (await walk(desk, start, 100)).flatMap((page) => page.records);
      const third = all[2];
      if (third === undefined) throw new Error('too few rows');
      const rest = idsOf(await walk(desk, placeOf(third), 100));
      expect(rest).toEqual(all.slice(3).map((record) => record.id));
      const stamp = third.version.stamp;
      const ofStamp = idsOf(await walk(desk, { stamp, id: '' }, 100));
      expect(ofStamp).toEqual(all.filter((record) => record.version.stamp >= stamp).map((record) => record.id));
    });

    it('shows a row again that moves during the walk, and misses none', async () => {
      const desk = opened();
      const start = await startHere(desk);
      const ids = Array.from({ length: 12 }, (_, n) => desk.put({ ...desk.required, [desk.title]: `moving ${n}` }));
      await desk.tick();
      const edits = new Map<string, string>();
      const shown = new Set<string>();
      const pages = await walk(desk, start, 4, (page, n) => {
        for (const id of idsOf([page])) shown.add(id);
        if (n > 1) return;
        // One that was shown, and one that was not shown yet.
        for (const id of [page.records[0]?.id, ids.find((one) => !shown.has(one))]) {
          if (id === undefined) continue;
          edits.set(id, `moved on page ${n}`);
          desk.edit(id, { [desk.title]: `moved on page ${n}` });
        }
      });
      expect(new Set(idsOf(pages))).toEqual(new Set(ids));
      const last = new Map(
        pages.flatMap((page) => page.records).map((record) => [record.id, record.fields[desk.title]]),
      );
      expect(edits.size).toBeGreaterThan(1);
      for (const [id, title] of edits) expect(last.get(id)).toBe(title);
    });

    it('ends where it stood when there is nothing more', async () => {
      const desk = opened();
      const start = await startHere(desk);
      const [page, ...more] = await walk(desk, start, 10);
      expect(more).toEqual([]);
      expect(page).toMatchObject({ records: [], done: true, next: start });
    });

    it("tells the server's own time", async () => {
      const desk = opened();
      const start = await startHere(desk);
      const id = desk.put({ ...desk.required, [desk.title]: 'dated' });
      await desk.tick();
      const [page] = await walk(desk, start, 10);
      expect(page?.serverNow).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const dated = page?.records.find((record) => record.id === id);
      expect((page?.serverNow ?? '') >= (dated?.version.stamp ?? '~')).toBe(true);
    });

    it('takes a limit beyond any the vendor would grant', async () => {
      const desk = opened();
      const start = await startHere(desk);
      const id = desk.put({ ...desk.required, [desk.title]: 'one of few' });
      expect(idsOf(await walk(desk, start, 100_000))).toEqual([id]);
    });

    it('leaves out what was deleted', async () => {
      const desk = opened();
      const start = await startHere(desk);
      const [gone, kept] = ['gone', 'kept'].map((title) => desk.put({ ...desk.required, [desk.title]: title }));
      desk.remove(gone ?? '');
      expect(idsOf(await walk(desk, start, 10))).toEqual([kept]);
    });

    it('stops when it is told to', async () => {
      const desk = opened();
      const ask = {
        object: desk.object,
        fields: [desk.title],
        after: { stamp: '2026-01-01T00:00:00.000Z', id: '' },
        limit: 1,
      };
      await expect(desk.system.changes({ ...ask, signal: AbortSignal.abort() })).rejects.toThrow();
    });
  });
}
