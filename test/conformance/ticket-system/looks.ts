import { describe, expect, it } from 'vitest';
import type { Probe, ProbeResult } from '../../../src/connectors/ticket-system.ts';
import type { Opened } from '../ticket-system.suite.ts';
import { unknownId } from './reads.ts';
import { createRequest, written } from './writes.ts';

export function lookTests(opened: Opened): void {
  const probe = (probes: readonly Probe[], control: string | null): Promise<readonly ProbeResult[]> => {
    const desk = opened();
    return desk.system.probe({ object: desk.object, fields: [desk.title], probes, control });
  };
  const put = (title: string): string => opened().put({ ...opened().required, [opened().title]: title });

  describe('probe', () => {
    it('finds what carries the stamp, and nothing that does not, in the order asked', async () => {
      const desk = opened();
      const requests = ['stamped', 'stamped too'].map((title) => createRequest(desk, { [desk.title]: title }));
      const [one, two] = (await desk.system.create(requests)).map(written);
      const control = put('known to exist');
      const results = await probe(
        [
          { partnerId: requests[1]?.partnerId ?? '', drawnId: null },
          { partnerId: desk.partnerId(), drawnId: null },
          { partnerId: requests[0]?.partnerId ?? '', drawnId: requests[0]?.drawnId ?? null },
        ],
        control,
      );
      expect(results).toEqual(
        [{ kind: 'found', records: [two] }, { kind: 'none' }, { kind: 'found', records: [one] }].map((result) =>
          result.kind === 'none'
            ? result
            : { kind: 'found', records: result.records?.map((record) => ({ ...record, fields: expect.anything() })) },
        ),
      );
    });

    it('says none only if the control row came back in the same answer', async () => {
      const desk = opened();
      const nobody = { partnerId: desk.partnerId(), drawnId: 'e'.repeat(32) };
      const deleted = put('a control that is gone');
      desk.remove(deleted);
      expect(await probe([nobody], put('a control'))).toEqual([{ kind: 'none' }]);
      expect(await probe([nobody], unknownId(desk))).toEqual([{ kind: 'unknown' }]);
      expect(await probe([nobody], deleted)).toEqual([{ kind: 'unknown' }]);
    });

    it('finds without a control as well', async () => {
      const desk = opened();
      const request = createRequest(desk, { [desk.title]: 'found all the same' });
      const record = written((await desk.system.create([request]))[0]);
      const asked = { partnerId: request.partnerId, drawnId: request.drawnId };
      expect(await probe([asked], null)).toMatchObject([{ kind: 'found', records: [{ id: record.id }] }]);
      expect(await probe([asked], unknownId(desk))).toMatchObject([{ kind: 'found', records: [{ id: record.id }] }]);
    });

    it('takes no stamp for a query', async () => {
      const control = put('not to be found by tricks');
      const tricks = ['x^ORnumberISNOTEMPTY', 'x^NQnumberISNOTEMPTY', "' OR Id != '", '%', 'a,b', ''];
      const results = await probe(
        tricks.map((partnerId) => ({ partnerId, drawnId: null })),
        control,
      );
      for (const result of results) expect(result.kind).not.toBe('found');
    });

    it('answers many probes with few calls', async () => {
      const desk = opened();
      const requests = Array.from({ length: 5 }, (_, n) => createRequest(desk, { [desk.title]: `probed ${n}` }));
      await desk.system.create(requests);
      const control = put('for many');
      const asked = Array.from({ length: 120 }, (_, n) => ({
        partnerId: requests[n / 24]?.partnerId ?? desk.partnerId(),
        drawnId: null,
      }));
      const before = desk.system.calls();
      const results = await probe(asked, control);
      results.forEach((result, n) => expect(result.kind).toBe(Number.isInteger(n / 24) ? 'found' : 'none'));
      expect(desk.system.calls() - before).toBeLessThan(60);
    });
  });

  describe('find', () => {
    const found = async (values: readonly string[], field = opened().title) => {
      const desk = opened();
      const [answer] = (await desk.system.find?.([{ object: desk.object, field, values, fields: [desk.text] }])) ?? [];
      return answer?.rows.map((row) => row.id).toSorted();
    };

    it('finds the rows that hold a value, several of one value too, whatever the letter case', async () => {
      const desk = opened();
      const [one, two, three] = [put('Found by title'), put('Found by title'), put('also found')];
      put('Found by title, or not');
      expect(await found(['found BY title', 'also found', 'never written'])).toEqual([one, two, three].toSorted());
      const [answer] =
        (await desk.system.find?.([
          { object: desk.object, field: desk.title, values: ['also found'], fields: [desk.text] },
        ])) ?? [];
      expect(answer).toEqual({
        rows: [{ id: three, fields: { [desk.title]: 'also found', [desk.text]: null } }],
        whole: true,
      });
    });

    it('answers each request in its place, and asks nothing for no value', async () => {
      const desk = opened();
      const id = put('in its place');
      const ask = (value: string) => ({ object: desk.object, field: desk.title, values: [value], fields: [] });
      const before = desk.system.calls();
      expect(await desk.system.find?.([])).toEqual([]);
      expect(desk.system.calls()).toBe(before);
      const answers = await desk.system.find?.([ask(''), ask('in its place'), ask('nobody wrote this')]);
      expect(answers?.map(({ rows }) => rows.map((row) => row.id))).toEqual([[], [id], []]);
    });

    it('takes no value for a query', async () => {
      put('not to be found by tricks');
      const tricks = [
        'x^ORnumberISNOTEMPTY',
        'x^NQnumberISNOTEMPTY',
        "' OR Id != '",
        '%',
        'javascript:1',
        'a\u0000b',
        "\\' OR Id != '",
      ];
      expect(await found(tricks)).toEqual([]);
    });

    it('finds a value with a comma, quotes or a caret in it', async () => {
      const values = ['one, two', 'it\'s "quoted"', 'up^down', 'back\\slash'];
      const ids = values.map(put);
      expect(await found(values)).toEqual(ids.toSorted());
    });

    it('looks many values up with few calls', async () => {
      const desk = opened();
      const ids = Array.from({ length: 5 }, (_, n) => put(`looked up number ${n}`));
      const before = desk.system.calls();
      const values = Array.from({ length: 600 }, (_, n) => `looked up number ${n * 120 - 120}`);
      expect(
        await found([
          ...values,
          'looked up number 1',
          'looked up number 2',
          'looked up number 3',
          'looked up number 4',
        ]),
      ).toEqual(ids.toSorted());
      expect(desk.system.calls() - before).toBeLessThan(12);
    });
  });

  describe('fieldDates', () => {
    it('answers each ask in its place, with a time after `since` or with null', async () => {
      const desk = opened();
      const id = put('dated');
      const [start] = await desk.system.read(desk.object, [id], [desk.title]);
      const since = start?.kind === 'found' ? start.record.version.stamp : '';
      await desk.tick();
      desk.edit(id, { [desk.choice.field]: desk.choice.values[1] });
      const dates = await desk.system.fieldDates(desk.object, [
        { id, field: desk.choice.field, since },
        { id: unknownId(desk), field: desk.choice.field, since },
        { id, field: desk.choice.field, since: '2099-01-01T00:00:00.000Z' },
      ]);
      expect(dates).toHaveLength(3);
      if (dates[0] !== null) expect((dates[0]?.at ?? '') > since).toBe(true);
      expect(dates.slice(1)).toEqual([null, null]);
      expect(await desk.system.fieldDates(desk.object, [])).toEqual([]);
    });
  });

  describe('describe and identity', () => {
    it('describe the fields that mappings are checked against', async () => {
      const desk = opened();
      const { object, fields } = await desk.system.describe(desk.object);
      expect(object).toBe(desk.object);
      for (const name of [
        desk.title,
        desk.text,
        desk.system.side === 'servicenow' ? 'correlation_id' : 'ServiceNow_Id__c',
      ]) {
        expect(fields.map((field) => field.name)).toContain(name);
      }
      const title = fields.find((field) => field.name === desk.title);
      expect(title).toMatchObject({ writable: true, length: expect.any(Number) });
    });

    it('say who answers, the same every time', async () => {
      const desk = opened();
      const identity = await desk.system.identity();
      expect(identity.side).toBe(desk.system.side);
      expect(identity.instance).not.toBe('');
      expect(await desk.system.identity()).toEqual(identity);
    });
  });
}
