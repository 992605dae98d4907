import { describe, expect, it } from 'vitest';
import { startBench, type Bench } from './client.ts';

const inSummer = (): number => Date.parse('2026-07-01T20:30:00Z');
const stream = async (bench: Bench, id: string, as: string, field = 'comments'): Promise<unknown> =>
  (
    await bench.result(
      'GET',
      `/api/now/table/incident/${id}?sysparm_display_value=true&sysparm_fields=${field}`,
      undefined,
      as,
    )
  )[field];

describe('journals of the local ServiceNow', () => {
  it('show themselves in the zone, the format and the language of their reader', async () => {
    await using bench = await startBench({ now: inSummer });
    const { desk } = bench.sandbox;
    const id = desk.create('incident', { short_description: 'x' }, 'employee').id;
    desk.comment('incident', id, 'Bonjour', 'public', 'employee');
    const beth = desk.find('sys_user', 'user_name', 'beth.anglin')?.id ?? '';
    desk.edit(
      'sys_user',
      beth,
      { preferred_language: 'fr', date_format: 'dd/MM/yyyy', time_format: 'hh:mm:ss a' },
      'admin',
    );
    expect(await stream(bench, id, 'admin')).toBe(
      '2026-07-01 13:30:00 - Joe Employee (Additional comments)\nBonjour\n\n',
    );
    expect(await stream(bench, id, 'beth.anglin')).toBe(
      '01/07/2026 10:30:00 PM - Joe Employee (Commentaires supplémentaires)\nBonjour\n\n',
    );
  });

  it('take the labels that an administrator gives them', async () => {
    await using bench = await startBench({ now: inSummer });
    const { desk, properties } = bench.sandbox;
    properties.journalLabels = { en: { comments: 'Customer talk', work_notes: 'Our notes (internal)' } };
    const id = desk.create('incident', { short_description: 'x' }, 'employee').id;
    desk.comment('incident', id, 'psst', 'internal', 'employee');
    expect(await stream(bench, id, 'admin', 'work_notes')).toBe(
      '2026-07-01 13:30:00 - Joe Employee (Our notes (internal))\npsst\n\n',
    );
  });

  it('are previewed past a size', async () => {
    await using bench = await startBench({ now: inSummer });
    const { desk, properties } = bench.sandbox;
    const id = desk.create('incident', { short_description: 'x' }, 'employee').id;
    desk.comment('incident', id, 'a long story', 'public', 'employee');
    properties.maxJournalSize = 30;
    expect(String(await stream(bench, id, 'admin'))).toHaveLength(30);
  });

  it('are counted for itil and not shown to it', async () => {
    await using bench = await startBench();
    const { desk } = bench.sandbox;
    const id = desk.create('incident', { short_description: 'x' }, 'employee').id;
    desk.comment('incident', id, 'counted', 'public', 'employee');
    const path = `/api/now/table/sys_journal_field?sysparm_query=element_id=${id}`;
    const answer = await bench.send('GET', path, { as: 'itil' });
    expect([answer.status, answer.headers.get('x-total-count'), answer.body]).toEqual([200, '1', { result: [] }]);
    expect(await bench.results(path, 'admin')).toHaveLength(1);
    // What it may not see row by row it reads as any person does.
    expect(await stream(bench, id, 'itil')).toContain('counted');
  });

  it('tell who is signed in, unless the release is too old', async () => {
    await using bench = await startBench();
    const path = '/api/now/ui/user/current_user';
    expect(await bench.result('GET', path, undefined, 'itil')).toEqual({ user_name: 'itil' });
    bench.sandbox.properties.currentUserApi = false;
    expect((await bench.send('GET', path)).status).toBe(400);
  });

  it('make no markup of what people say', async () => {
    await using bench = await startBench();
    const { desk } = bench.sandbox;
    const id = desk.create('incident', { short_description: 'x' }, 'employee').id;
    desk.comment('incident', id, '<img src=x onerror=alert(1)>', 'internal', '<b>eve</b>');
    const page = await (await fetch(`${bench.sandbox.url}/ticket/incident/${id}`)).text();
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('<b>eve');
    expect(page).toMatch(/Work notes/);
  });
});
