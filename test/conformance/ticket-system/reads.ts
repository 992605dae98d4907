import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';

/** Texts that must never be taken for a query. */
const injections = [
  'x^ORnumberISNOTEMPTY',
  'x^NQnumberISNOTEMPTY',
  "' OR Id != '",
  "\\' OR Id != null --",
  '',
  ' ',
  '%',
  'javascript:gs.now()',
];

export const unknownId = (desk: DeskUnderTest): string =>
  desk.system.side === 'servicenow' ? 'f'.repeat(32) : '500000000000999AAA';

export function readTests(opened: Opened): void {
  const put = (title: string): string => opened().put({ ...opened().required, [opened().title]: title });

  describe('read', () => {
    it('answers each id in its place: found, absent, and found again', async () => {
      const desk = opened();
      const [one, two] = [put('read one'), put('read two')];
      const results = await desk.system.read(desk.object, [two, unknownId(desk), one, two], [desk.title]);
      expect(results.map((result) => result.kind)).toEqual(['found', 'absent', 'found', 'found']);
      expect(results.map((result) => (result.kind === 'found' ? result.record.fields[desk.title] : null))).toEqual([
        'read two',
        null,
        'read one',
        'read two',
      ]);
    });

    it('gives a record with normalised id, number, version, times and just the fields asked for', async () => {
      const desk = opened();
      const id = put('a whole record');
      const [result] = await desk.system.read(desk.object, [id], [desk.title, desk.text]);
      const idForm = desk.system.side === 'servicenow' ? /^[0-9a-f]{32}$/ : /^[A-Za-z0-9]{18}$/;
      const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
      expect(result).toEqual({
        kind: 'found',
        record: {
          side: desk.system.side,
          object: desk.object,
          id: expect.stringMatching(idForm),
          number: expect.stringMatching(/\d+/),
          version: {
            stamp: expect.stringMatching(time),
            count: desk.system.side === 'servicenow' ? expect.any(Number) : null,
          },
          createdAt: expect.stringMatching(time),
          updatedBy: expect.any(String),
          partnerId: null,
          stampTaken: false,
          // An empty field is null, never an empty text.
          fields: { [desk.title]: 'a whole record', [desk.text]: null },
        },
      });
    });

    it('knows an id in any of its forms', async () => {
      const desk = opened();
      const id = put('one record');
      const form = desk.system.side === 'servicenow' ? id.toUpperCase() : id.slice(0, 15);
      const [result] = await desk.system.read(desk.object, [form], [desk.title]);
      expect(result).toMatchObject({ kind: 'found', record: { id } });
    });

    it('never calls what was deleted found', async () => {
      const desk = opened();
      const id = put('to be deleted');
      desk.remove(id);
      const [result] = await desk.system.read(desk.object, [id], [desk.title]);
      expect(['absent', 'deleted']).toContain(result?.kind);
      expect(result).not.toHaveProperty('record');
    });

    it('answers more ids than one request of the vendor takes', async () => {
      const desk = opened();
      const ids = Array.from({ length: 24 }, (_, n) => put(`of many ${n}`));
      const asked = Array.from({ length: 600 }, (_, n) => (n % 25 === 24 ? unknownId(desk) : (ids[n % 25] ?? '')));
      const results = await desk.system.read(desk.object, asked, [desk.title]);
      expect(results).toHaveLength(600);
      results.forEach((result, n) => {
        if (n % 25 === 24) expect(result.kind).toBe('absent');
        else
          expect(result).toMatchObject({
            kind: 'found',
            record: { id: asked[n], fields: { [desk.title]: `of many ${n % 25}` } },
          });
      });
    });

    it('spends fewer calls than there are ids, and none on nothing', async () => {
      const desk = opened();
      const ids = Array.from({ length: 30 }, (_, n) => put(`cheap ${n}`));
      const before = desk.system.calls();
      await desk.system.read(desk.object, ids, [desk.title]);
      expect(desk.system.calls() - before).toBeLessThanOrEqual(3);
      const between = desk.system.calls();
      expect(await desk.system.read(desk.object, [], [desk.title])).toEqual([]);
      expect(desk.system.calls()).toBe(between);
    });

    it('takes no text for a query', async () => {
      const desk = opened();
      const id = put('behind the fence');
      const results = await desk.system.read(desk.object, [...injections, id], [desk.title]);
      expect(results.map((result) => result.kind)).toEqual([...injections.map(() => 'absent'), 'found']);
    });

    it('rejects with ConnectorError when the call fails as a whole', async () => {
      const desk = opened();
      const id = put('out of reach');
      desk.breakNext();
      const error = await desk.system.read(desk.object, [id], [desk.title]).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectorError);
      expect((await desk.system.read(desk.object, [id], [desk.title]))[0]?.kind).toBe('found');
    });
  });
}
