import { describe, expect, it } from 'vitest';
import { errorOf, startBench } from './client.ts';

const path = '/api/now/table/incident';

describe('users without rights at the local ServiceNow', () => {
  it('counts journal entries it does not show', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', { comments: 'one' }, 'itil');
    const url = `/api/now/table/sys_journal_field?sysparm_query=element_id=${id}`;
    expect(await bench.results(url)).toHaveLength(1);
    bench.sandbox.rights.change('casebridge', { journal: false });
    const answer = await bench.send('GET', url);
    expect([answer.status, answer.headers.get('x-total-count'), answer.text]).toEqual([200, '1', '{"result":[]}']);
    // The stream in the record itself is still there.
    const shown = await bench.result('GET', `${path}/${id}?sysparm_display_value=true`);
    expect(shown['comments']).toContain('one');
  });

  it('applies limit and count before row ACLs, so that a page can be short in mid-stream', async () => {
    await using bench = await startBench();
    const ids = ['a', 'b', 'c'].map(
      (short_description) => bench.sandbox.desk.create('incident', { short_description }, 'itil').id,
    );
    bench.sandbox.rights.change('casebridge', { hiddenRows: [ids[0] ?? ''] });
    const answer = await bench.send('GET', `${path}?sysparm_limit=1&sysparm_query=ORDERBYshort_description`);
    expect(answer.headers.get('x-total-count')).toBe('3');
    expect(answer.text).toBe('{"result":[]}');
    expect((await bench.send('GET', `${path}/${ids[0]}`)).status).toBe(404);
    expect((await bench.send('GET', `${path}/${ids[1]}`)).status).toBe(200);
  });

  it('leaves hidden columns out of rows and refuses queries that name them', async () => {
    await using bench = await startBench();
    bench.sandbox.desk.create('incident', { correlation_id: 'k' }, 'itil');
    bench.sandbox.rights.change('casebridge', { hiddenFields: { task: ['correlation_id'] } });
    const [row] = await bench.results(path);
    expect(row).not.toHaveProperty('correlation_id');
    for (const query of ['correlation_id=k', 'ORDERBYcorrelation_id']) {
      const answer = await bench.send('GET', `${path}?sysparm_query=${query}`);
      expect([answer.status, errorOf(answer)['message']]).toEqual([403, 'Insufficient rights to query records']);
    }
  });

  it('drops writes to a locked column in silence', async () => {
    await using bench = await startBench();
    const { id } = bench.sandbox.desk.create('incident', {}, 'itil');
    bench.sandbox.rights.change('casebridge', { lockedFields: { incident: ['urgency'] } });
    expect(await bench.result('PATCH', `${path}/${id}`, { urgency: '1', description: 'x' })).toMatchObject({
      urgency: '3',
      description: 'x',
    });
  });

  it('answers dictionary and properties with no rows below admin, unless granted', async () => {
    await using bench = await startBench();
    for (const table of ['sys_dictionary', 'sys_properties', 'sys_audit']) {
      expect(await bench.results(`/api/now/table/${table}?sysparm_limit=5`, 'itil'), table).toEqual([]);
    }
    const [column] = await bench.results(
      '/api/now/table/sys_dictionary?sysparm_query=name=task^element=short_description',
    );
    expect(column).toMatchObject({
      column_label: 'Short description',
      max_length: '160',
      internal_type: { value: 'string', link: `${bench.sandbox.url}/api/now/table/sys_glide_object?name=string` },
    });
    const states = await bench.results(
      '/api/now/table/sys_choice?sysparm_query=name=incident^element=state^ORDERBYsequence',
    );
    expect(states.map((row) => row['value'])).toEqual(['1', '2', '3', '6', '7', '8']);
    // Own columns only: short_description is the task's.
    expect(
      await bench.results('/api/now/table/sys_dictionary?sysparm_query=name=incident^element=short_description'),
    ).toEqual([]);
    expect((await bench.send('GET', '/api/now/table/sys_db_object', { as: 'employee' })).status).toBe(403);
    const [table] = await bench.results(
      '/api/now/table/sys_db_object?sysparm_query=name=incident&sysparm_display_value=true',
    );
    expect(table).toMatchObject({ label: 'Incident', super_class: { display_value: 'task' } });
  });

  it('refuses a user who was switched off, by name and by token', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret, username, password } = bench.sandbox.account;
    const form = { grant_type: 'password', client_id: clientId, client_secret: clientSecret, username, password };
    const token = String(JSON.parse((await bench.token(form)).text).access_token);
    bench.sandbox.rights.change(username, { active: false });
    expect((await bench.send('GET', path, { as: null, headers: { Authorization: `Bearer ${token}` } })).status).toBe(
      401,
    );
    expect((await bench.send('GET', path)).status).toBe(401);
    expect((await bench.token(form)).status).toBe(401);
  });

  it('holds a batch to its own scope and its items to theirs', async () => {
    await using bench = await startBench();
    const { clientId, clientSecret, username, password } = bench.sandbox.account;
    const token = String(
      JSON.parse(
        (
          await bench.token({
            grant_type: 'password',
            client_id: clientId,
            client_secret: clientSecret,
            username,
            password,
          })
        ).text,
      ).access_token,
    );
    const headers = { Authorization: `Bearer ${token}` };
    const item = {
      id: '1',
      method: 'POST',
      url: path,
      headers: [{ name: 'Content-Type', value: 'application/json' }],
      body: Buffer.from('{}').toString('base64'),
    };
    const body = { batch_request_id: '1', rest_requests: [item] };
    bench.sandbox.rights.scope(['GET table', 'POST table']);
    const refused = await bench.send('POST', '/api/now/v1/batch', { as: null, headers, body });
    expect([refused.status, errorOf(refused)['detail']]).toEqual([403, 'Access to unscoped api is not allowed']);
    bench.sandbox.rights.scope(['POST batch']);
    const answer = await bench.send('POST', '/api/now/v1/batch', { as: null, headers, body });
    expect(answer.body).toMatchObject({ serviced_requests: [{ status_code: 403 }] });
  });
});
