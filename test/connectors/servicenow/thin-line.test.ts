import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchItems, batchReply, parametersOf, type Replay, startReplay } from '../../support/servicenow-replay.ts';
import { caseId, clientFor, password, sysId, wireRow } from './support.ts';

let server: Replay;
beforeEach(async () => {
  server = await startReplay();
});
afterEach(async () => {
  await server.stop();
});

const after = { stamp: '2026-03-04T04:59:00.000Z', id: sysId(9) };
const fields = ['short_description', 'state'];

describe('reading changes', () => {
  it('asks for the rows after a place, in order, with plain values and only the fields needed', async () => {
    server.answer({
      headers: { 'x-total-count': '1', date: 'Wed, 04 Mar 2026 05:06:08 GMT' },
      body: { result: [wireRow(1)] },
    });
    const page = await clientFor(server.url).desk.changes({ object: 'incident', fields, after, limit: 100 });

    const asked = parametersOf(server.heard[0]);
    expect(asked.get('sysparm_query')).toBe(
      `sys_updated_on>2026-03-04 04:59:00^NQsys_updated_on=2026-03-04 04:59:00^sys_id>${sysId(9)}^ORDERBYsys_updated_on^ORDERBYsys_id`,
    );
    expect(asked.get('sysparm_fields')).toBe(
      'sys_id,number,sys_updated_on,sys_mod_count,sys_created_on,sys_updated_by,correlation_id,correlation_display,short_description,state',
    );
    expect(asked.get('sysparm_limit')).toBe('100');
    expect(asked.get('sysparm_exclude_reference_link')).toBe('true');
    expect(page).toEqual({
      records: [
        {
          side: 'servicenow',
          object: 'incident',
          id: sysId(1),
          number: 'INC0010001',
          version: { stamp: '2026-03-04T05:00:00.000Z', count: 3 },
          createdAt: '2026-03-01T00:00:00.000Z',
          updatedBy: 'abel.tuter',
          partnerId: null,
          stampTaken: false,
          fields: { short_description: 'Ticket 1', state: '1' },
        },
      ],
      done: true,
      next: { stamp: '2026-03-04T05:00:00.000Z', id: sysId(1) },
      serverNow: '2026-03-04T05:06:08.000Z',
    });
  });
});

describe('reading by id', () => {
  it('gives a result for every id in the order asked, absent where no row came', async () => {
    server.answer({ body: { result: [wireRow(2), wireRow(1)] } });
    const results = await clientFor(server.url, { auth: password }).desk.read(
      'incident',
      [sysId(1), sysId(3), sysId(2)],
      fields,
    );
    expect(results.map((one) => (one.kind === 'found' ? one.record.number : one.kind))).toEqual([
      'INC0010001',
      'absent',
      'INC0010002',
    ]);
  });
});

describe('creating', () => {
  it('sends the drawn sys_id and the stamp, and takes the sys_id that comes back', async () => {
    server.answer({
      status: 201,
      body: { result: wireRow(7, { correlation_id: caseId, correlation_display: 'Salesforce' }) },
    });
    const [made] = await clientFor(server.url).desk.create([
      {
        object: 'incident',
        fields: { short_description: 'New', state: null },
        readBack: fields,
        partnerId: caseId,
        drawnId: sysId(6),
      },
    ]);
    expect(JSON.parse(server.heard[0]?.body ?? '')).toEqual({
      short_description: 'New',
      state: '',
      sys_id: sysId(6),
      correlation_id: caseId,
      correlation_display: 'Salesforce',
    });
    expect(parametersOf(server.heard[0]).get('sysparm_input_display_value')).toBe('false');
    expect(made).toMatchObject({ kind: 'written', before: null, record: { id: sysId(7), partnerId: caseId } });
  });
});

describe('updating', () => {
  it('reads the rows and writes them in one Batch call, and shows what stood there before', async () => {
    server.answer((heard) =>
      batchReply(heard, (item) =>
        item.method === 'GET'
          ? { status: 200, body: { result: [wireRow(1, { state: '1' })] } }
          : { status: 200, body: { result: wireRow(1, { ...item.body, sys_mod_count: '4' }) } },
      ),
    );
    const [done] = await clientFor(server.url).desk.update([
      { object: 'incident', id: sysId(1), fields: { state: '2' }, readBack: fields },
    ]);
    expect(server.heard.map((one) => `${one.method} ${one.url}`)).toEqual(['POST /api/now/v1/batch']);
    expect(batchItems(server.heard[0]).map((item) => item.method)).toEqual(['GET', 'PATCH']);
    expect(done).toMatchObject({
      kind: 'written',
      record: { fields: { state: '2' } },
      before: { fields: { state: '1' } },
    });
  });
});
