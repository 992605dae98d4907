import { describe, expect, it } from 'vitest';
import type { CreateRequest, UpdateRequest, WriteResult } from '../../../src/connectors/ticket-system.ts';
import type { Fields, SourceRecord } from '../../../src/core/record.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';
import { unknownId } from './reads.ts';

let drawn = 0;

export function createRequest(desk: DeskUnderTest, fields: Fields): CreateRequest {
  drawn += 1;
  return {
    object: desk.object,
    fields: { ...desk.required, ...fields },
    readBack: [desk.title, desk.text],
    partnerId: desk.partnerId(),
    drawnId: drawn.toString(16).padStart(32, 'd'),
  };
}

const updateRequest = (desk: DeskUnderTest, id: string, fields: Fields): UpdateRequest => ({
  object: desk.object,
  id,
  fields,
  readBack: [desk.title, desk.text, desk.choice.field],
});

export function written(result: WriteResult | undefined): SourceRecord {
  if (result?.kind !== 'written') throw new Error(`not written: ${String(result?.error)}`);
  return result.record;
}

/** The record as a later read shows it. */
export async function readAgain(desk: DeskUnderTest, record: SourceRecord): Promise<SourceRecord> {
  const [result] = await desk.system.read(desk.object, [record.id], Object.keys(record.fields));
  if (result?.kind !== 'found') throw new Error(`${record.id} is ${String(result?.kind)}`);
  return result.record;
}

export function writeTests(opened: Opened): void {
  const put = (fields: Fields): string => opened().put({ ...opened().required, ...fields });

  describe('create', () => {
    it('makes each record, carries our stamp, and reads it back in order', async () => {
      const desk = opened();
      const requests = ['first', 'second', 'third'].map((title) =>
        createRequest(desk, { [desk.title]: title, [desk.text]: `${title} text` }),
      );
      const results = await desk.system.create(requests);
      expect(results).toHaveLength(3);
      for (const [n, result] of results.entries()) {
        const record = written(result);
        expect(record.partnerId).toBe(requests[n]?.partnerId);
        expect(record.stampTaken).toBe(false);
        expect(record.fields).toEqual({
          [desk.title]: requests[n]?.fields[desk.title],
          [desk.text]: requests[n]?.fields[desk.text],
        });
        expect(await readAgain(desk, record)).toEqual(record);
        if (desk.system.side === 'servicenow') expect(record.id).toBe(requests[n]?.drawnId);
      }
    });

    it('makes at most one record per stamp, however often it is asked', async () => {
      const desk = opened();
      const request = createRequest(desk, { [desk.title]: 'only once' });
      const first = written((await desk.system.create([request]))[0]);
      const [again] = await desk.system.create([request]);
      if (again?.kind === 'written') expect(again.record.id).toBe(first.id);
      else expect(['Rejected', 'StaleVersion']).toContain(again?.error.kind);
      const [probe] = await desk.system.probe({
        object: desk.object,
        fields: [desk.title],
        probes: [{ partnerId: request.partnerId, drawnId: request.drawnId }],
        control: first.id,
      });
      expect(probe).toMatchObject({ kind: 'found', records: [{ id: first.id }] });
    });

    it('lets one refused record fail alone', async () => {
      const desk = opened();
      const requests = [{ [desk.title]: 'good one' }, desk.refused, { [desk.title]: 'good two' }].map((fields) =>
        createRequest(desk, fields),
      );
      const results = await desk.system.create(requests);
      expect(results.map((result) => result.kind)).toEqual(['written', 'failed', 'written']);
      expect(results[1]).toMatchObject({
        error: { kind: 'Rejected', data: { side: desk.system.side, executed: 'no' } },
      });
    });

    it('spends fewer calls than there are records, and none on nothing', async () => {
      const desk = opened();
      const before = desk.system.calls();
      const results = await desk.system.create(
        Array.from({ length: 12 }, (_, n) => createRequest(desk, { [desk.title]: `cheap ${n}` })),
      );
      for (const result of results) expect(result.kind).toBe('written');
      expect(desk.system.calls() - before).toBeLessThan(12);
      const between = desk.system.calls();
      expect(await desk.system.create([])).toEqual([]);
      expect(desk.system.calls()).toBe(between);
    });
  });

  describe('update', () => {
    it('changes what it is given and nothing else, and reads back in order', async () => {
      const desk = opened();
      const [from, to] = desk.choice.values;
      const [one, two] = ['one', 'two'].map((title) =>
        put({ [desk.title]: title, [desk.text]: `${title} text`, [desk.choice.field]: from }),
      );
      const results = await desk.system.update([
        updateRequest(desk, two ?? '', { [desk.title]: 'two changed' }),
        updateRequest(desk, one ?? '', { [desk.choice.field]: to }),
      ]);
      const records = results.map(written);
      expect(records.map((record) => record.id)).toEqual([two, one]);
      expect(records[0]?.fields).toEqual({
        [desk.title]: 'two changed',
        [desk.text]: 'two text',
        [desk.choice.field]: from,
      });
      expect(records[1]?.fields).toEqual({ [desk.title]: 'one', [desk.text]: 'one text', [desk.choice.field]: to });
      for (const record of records) expect(await readAgain(desk, record)).toEqual(record);
    });

    it("moves the version, so that a later poll can tell our write from another's", async () => {
      const desk = opened();
      const id = put({ [desk.title]: 'versioned' });
      const [before] = await desk.system.read(desk.object, [id], [desk.title]);
      await desk.tick();
      const after = written(
        (await desk.system.update([updateRequest(desk, id, { [desk.title]: 'versioned anew' })]))[0],
      );
      expect(before?.kind).toBe('found');
      if (before?.kind === 'found') expect(after.version).not.toEqual(before.record.version);
      expect((await readAgain(desk, after)).version).toEqual(after.version);
    });

    it('shows the record as it stood just before, or says nothing of it', async () => {
      const desk = opened();
      const id = put({ [desk.title]: 'what stood there' });
      const [result] = await desk.system.update([updateRequest(desk, id, { [desk.title]: 'what came' })]);
      expect(result?.kind).toBe('written');
      if (result?.kind === 'written' && result.before !== null)
        expect(result.before.fields[desk.title]).toBe('what stood there');
    });

    it('clears a field with null', async () => {
      const desk = opened();
      const id = put({ [desk.title]: 'half empty', [desk.text]: 'to be cleared' });
      const record = written((await desk.system.update([updateRequest(desk, id, { [desk.text]: null })]))[0]);
      expect(record.fields[desk.text]).toBeNull();
      expect(record.fields[desk.title]).toBe('half empty');
    });

    it('lets an unknown, a deleted and a refused record fail alone', async () => {
      const desk = opened();
      const [good, gone, bad, other] = ['good', 'gone', 'bad', 'other'].map((title) => put({ [desk.title]: title }));
      desk.remove(gone ?? '');
      const results = await desk.system.update([
        updateRequest(desk, good ?? '', { [desk.title]: 'good anew' }),
        updateRequest(desk, unknownId(desk), { [desk.title]: 'nobody' }),
        updateRequest(desk, gone ?? '', { [desk.title]: 'a ghost' }),
        updateRequest(desk, bad ?? '', desk.refused),
        updateRequest(desk, other ?? '', { [desk.title]: 'other anew' }),
      ]);
      expect(
        results.map((result) => (result.kind === 'failed' ? result.error.kind : result.record.fields[desk.title])),
      ).toEqual(['good anew', 'NotFound', 'NotFound', 'Rejected', 'other anew']);
      for (const result of results) if (result.kind === 'failed') expect(result.error.data.executed).toBe('no');
      const [still] = await desk.system.read(desk.object, [bad ?? ''], [desk.title]);
      expect(still).toMatchObject({ record: { fields: { [desk.title]: 'bad' } } });
    });

    it('answers more records than one request of the vendor takes', async () => {
      const desk = opened();
      const ids = Array.from({ length: 210 }, (_, n) => put({ [desk.title]: `row ${n}` }));
      const before = desk.system.calls();
      const results = await desk.system.update(
        ids.map((id, n) => updateRequest(desk, id, { [desk.title]: `row ${n} changed` })),
      );
      expect(results.map((result) => written(result).id)).toEqual(ids);
      results.forEach((result, n) => expect(written(result).fields[desk.title]).toBe(`row ${n} changed`));
      expect(desk.system.calls() - before).toBeLessThan(60);
    });
  });
}
