import { describe, expect, it } from 'vitest';
import { errorOf, startBench } from './client.ts';

const path = '/api/now/table/incident';
const t0 = Date.parse('2026-05-01T08:00:00Z');

describe('rows of the local ServiceNow', () => {
  it('counts a change once, stamps it to the second, and leaves an equal write alone', async () => {
    let now = t0;
    await using bench = await startBench({ now: () => now });
    const made = await bench.result('POST', path, { short_description: 'first' });
    now += 1900;
    const changed = await bench.result('PATCH', `${path}/${String(made['sys_id'])}`, { short_description: 'second' });
    expect(changed).toMatchObject({
      sys_mod_count: '1',
      sys_updated_on: '2026-05-01 08:00:01',
      sys_updated_by: 'casebridge',
      sys_created_on: '2026-05-01 08:00:00',
    });
    now += 60_000;
    const same = await bench.result('PUT', `${path}/${String(made['sys_id'])}`, {
      short_description: 'second',
      no_such: 'x',
      sys_created_on: '2020-01-01 00:00:00',
    });
    expect(same).toEqual(changed);
  });

  it('moves stamp and counter of a record that only got a comment, and shows the field as empty', async () => {
    let now = t0;
    await using bench = await startBench({ now: () => now });
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    now += 5000;
    const answer = await bench.result('PATCH', `${path}/${id}`, { comments: 'hello', work_notes: 'psst' });
    expect(answer).toMatchObject({
      comments: '',
      work_notes: '',
      comments_and_work_notes: '',
      sys_mod_count: '1',
      sys_updated_by: 'casebridge',
      sys_updated_on: '2026-05-01 08:00:05',
    });
    // Rows share a second, so that only (sys_created_on, sys_id) orders them.
    const rows = await bench.results(`/api/now/table/sys_journal_field?sysparm_query=element_id=${id}^ORDERBYelement`);
    expect(rows).toMatchObject([
      {
        element: 'comments',
        value: 'hello',
        name: 'incident',
        sys_created_by: 'casebridge',
        sys_created_on: '2026-05-01 08:00:05',
      },
      { element: 'work_notes', value: 'psst', sys_created_on: '2026-05-01 08:00:05' },
    ]);
  });

  it("shows a journal newest first, in the reader's zone and format", async () => {
    let now = t0;
    await using bench = await startBench({ now: () => now });
    const { id } = bench.sandbox.desk.create('incident', { comments: 'one' }, 'beth.anglin');
    now += 60_000;
    bench.sandbox.desk.comment('incident', id, 'two\nlines', 'internal', 'itil');
    const read = async (as: string): Promise<unknown> =>
      (
        await bench.result(
          'GET',
          `${path}/${id}?sysparm_display_value=true&sysparm_fields=comments_and_work_notes`,
          undefined,
          as,
        )
      )['comments_and_work_notes'];
    expect(await read('casebridge')).toBe(
      '01/05/2026 01:01:00 - ITIL User (Work notes)\ntwo\nlines\n\n01/05/2026 01:00:00 - Beth Anglin (Additional comments)\none\n\n',
    );
    expect(await read('beth.anglin')).toContain('2026-05-01 10:01:00 - ITIL User (Work notes)');
  });

  it('computes priority from impact and urgency, whatever was written', async () => {
    await using bench = await startBench();
    const made = await bench.result('POST', path, { impact: '1', urgency: '1', priority: '5' });
    expect(made['priority']).toBe('1');
    expect(await bench.result('PATCH', `${path}/${String(made['sys_id'])}`, { urgency: 3 })).toMatchObject({
      urgency: '3',
      priority: '3',
    });
  });

  it('resolves, closes and reopens with the stamps that go with it', async () => {
    let now = t0;
    await using bench = await startBench({ now: () => now });
    const { id } = bench.sandbox.desk.create('incident', { state: '2' }, 'itil');
    const solved = { close_code: 'Solution provided', close_notes: 'done' };
    now += 1000;
    const resolved = await bench.result('PATCH', `${path}/${id}?sysparm_exclude_reference_link=true`, {
      state: '6',
      ...solved,
    });
    expect(resolved).toMatchObject({
      state: '6',
      incident_state: '6',
      resolved_at: '2026-05-01 08:00:01',
      resolved_by: 'ca5eb41d6e0000000000000000000001',
      closed_at: '',
      active: 'true',
    });
    now += 1000;
    expect(await bench.result('PATCH', `${path}/${id}`, { state: '7' })).toMatchObject({
      closed_at: '2026-05-01 08:00:02',
      active: 'false',
      resolved_at: '2026-05-01 08:00:01',
    });
    expect(await bench.result('PATCH', `${path}/${id}`, { incident_state: '2' })).toMatchObject({
      state: '2',
      active: 'true',
      closed_at: '',
      resolved_at: '',
      reopen_count: '1',
    });
  });

  it("takes an incident off hold when the caller answers, and not when somebody else's comment comes in", async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create(
      'incident',
      { caller_id: '681ccaf9c0a8016400b98a06818d57c7', state: '3', hold_reason: '1' },
      'itil',
    );
    await bench.result('PATCH', `${path}/${id}`, { comments: 'from the other desk' });
    expect(bench.sandbox.desk.row('incident', id)?.fields).toMatchObject({ state: '3', hold_reason: '1' });
    bench.sandbox.desk.comment('incident', id, 'here is what you asked for', 'public', 'employee');
    expect(bench.sandbox.desk.row('incident', id)?.fields).toMatchObject({
      state: '2',
      incident_state: '2',
      hold_reason: '',
    });
  });

  it('keeps the sys_id a client drew, and refuses the same one twice', async () => {
    await using bench = await startBench();
    const sys_id = 'AbCdef0123456789abcdef0123456789';
    expect(await bench.result('POST', path, { sys_id, correlation_id: 'k1' })).toMatchObject({
      sys_id,
      correlation_id: 'k1',
    });
    const again = await bench.send('POST', path, { body: { sys_id, correlation_id: 'k2' } });
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect(again.status).toBeLessThan(500);
    expect(bench.sandbox.desk.rows('incident')).toHaveLength(1);
  });

  it('drops a choice that is not on the list and cannot clear one, but clears text', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', { contact_type: 'phone', description: 'long' }, 'itil');
    const answer = await bench.result('PATCH', `${path}/${id}`, {
      contact_type: 'pigeon',
      category: '',
      description: '',
    });
    expect(answer).toMatchObject({ contact_type: 'phone', category: 'inquiry', description: '' });
  });

  it('cuts text at the length of its column', async () => {
    await using bench = await startBench();
    const made = await bench.result('POST', path, { short_description: 'x'.repeat(200) });
    expect(made['short_description']).toBe('x'.repeat(160));
  });

  it('numbers incidents in order and answers POST without a body as an empty record', async () => {
    await using bench = await startBench();
    expect(await bench.result('POST', path, {})).toMatchObject({
      number: 'INC0010001',
      task_effective_number: 'INC0010001',
    });
    const empty = await bench.send('POST', path);
    expect(empty.status).toBe(201);
    expect(empty.body).toMatchObject({ result: { number: 'INC0010002' } });
  });

  it('writes history for changed fields and a trace for what is deleted', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', { urgency: '3', impact: '3' }, 'itil');
    bench.sandbox.desk.edit('incident', id, { urgency: '1' }, 'beth.anglin');
    const history = await bench.results(`/api/now/table/sys_audit?sysparm_query=documentkey=${id}^ORDERBYfieldname`);
    expect(history).toMatchObject([
      { tablename: 'incident', fieldname: 'priority', oldvalue: '5', newvalue: '3', user: 'beth.anglin' },
      { tablename: 'incident', fieldname: 'urgency', oldvalue: '3', newvalue: '1', user: 'beth.anglin' },
    ]);
    bench.sandbox.desk.remove('incident', id, 'admin');
    expect(await bench.results(`/api/now/table/sys_audit_delete?sysparm_query=documentkey=${id}`)).toMatchObject([
      { tablename: 'incident', documentkey: id, sys_created_by: 'admin' },
    ]);
    expect(await bench.results(`${path}?sysparm_query=sys_id=${id}`)).toEqual([]);
  });

  it('shows rows of a class through its base table, with the columns of the base', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', { category: 'software' }, 'itil');
    const row = await bench.result('GET', `/api/now/table/task/${id}`);
    expect(row).toMatchObject({ sys_class_name: 'incident' });
    expect(row).not.toHaveProperty('category');
  });

  it('leaves the state of a problem where it was, and says 200', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('problem', {}, 'itil');
    expect(
      await bench.result('PATCH', `/api/now/table/problem/${id}`, { state: '104', description: 'x' }),
    ).toMatchObject({ state: '101', description: 'x' });
  });

  it('suppresses the body on request: 204 for a change, 201 with Location for a new row', async () => {
    await using bench = await startBench();
    const headers = { 'X-no-response-body': 'true' };
    const made = await bench.send('POST', path, { body: {}, headers });
    expect([made.status, made.text]).toEqual([201, '']);
    const at = made.headers.get('location') ?? '';
    expect((await bench.send('PATCH', at, { body: { urgency: '1' }, headers })).status).toBe(204);
    const overridden = await bench.send('POST', at, {
      body: { urgency: '2' },
      headers: { 'X-http-method-override': 'PATCH' },
    });
    expect(overridden.body).toMatchObject({ result: { urgency: '2' } });
  });

  it('refuses broken JSON, an unknown media type and an unknown path', async () => {
    await using bench = await startBench();
    const broken = await bench.send('POST', path, { body: '{"a":' });
    expect([broken.status, errorOf(broken)['message']]).toEqual([400, 'Exception while reading request']);
    expect(
      (
        await bench.send('POST', path, {
          body: 'a=b',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(415);
    expect((await bench.send('GET', '/api/now/nothing')).status).toBe(400);
    expect((await bench.send('DELETE', path)).status).toBe(405);
  });

  it('refuses at the desk what a form would not offer', async () => {
    await using bench = await startBench();
    const { desk } = bench.sandbox;
    expect(() => desk.create('incident', { contact_type: 'pigeon' }, 'itil')).toThrow('pigeon is not a choice');
    expect(() => desk.create('incident', { no_such: 'x' }, 'itil')).toThrow('no column');
    const { id } = desk.create('incident', {}, 'somebody.new');
    expect(() => desk.edit('incident', id, { state: '6' }, 'itil')).toThrow('Operation Failed');
    expect(desk.find('sys_user', 'user_name', 'somebody.new')?.fields['name']).toBe('Somebody New');
  });
});
