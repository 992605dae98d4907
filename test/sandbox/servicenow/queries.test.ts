import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench } from './client.ts';
import type { Bench } from './client.ts';

const path = '/api/now/table/incident';

describe('encoded queries of the local ServiceNow', () => {
  let bench: Bench;
  let clock = Date.parse('2026-03-10T12:00:00Z');

  beforeAll(async () => {
    bench = await startBench({ now: () => clock });
    const make = (short_description: string, urgency: string, caller = ''): string => {
      clock += 60_000;
      return bench.sandbox.desk.create(
        'incident',
        { short_description, urgency, impact: '1', caller_id: caller },
        'itil',
      ).id;
    };
    make('alpha', '1', '681ccaf9c0a8016400b98a06818d57c7');
    make('Beta', '2');
    make('gamma ^ delta', '3');
    make('', '3');
  });

  afterAll(() => bench.sandbox.stop());

  const names = async (query: string, as = 'casebridge'): Promise<readonly unknown[]> => {
    const rows = await bench.results(
      `${path}?sysparm_fields=short_description&sysparm_query=${encodeURIComponent(query)}`,
      as,
    );
    return rows.map((row) => row['short_description']);
  };

  it('binds ^OR to the term before it, so that a^ORb^c is (a or b) and c', async () => {
    // The tempting keyset query: it reads as (>W or =W) and sys_id>S, and loses rows.
    expect(await names('urgency=1^ORurgency=2^short_description=Beta')).toEqual(['Beta']);
    expect(await names('short_description=Beta^urgency=1^ORurgency=2')).toEqual(['Beta']);
  });

  it('opens a group with ^NQ that repeats none of the filters before it', async () => {
    expect(await names('urgency=1^NQurgency=2')).toEqual(['alpha', 'Beta']);
    // What follows ^NQ belongs to the last group alone.
    expect(await names('urgency=1^NQurgency=2^short_description=nothing')).toEqual(['alpha']);
  });

  it('drops a term it does not understand and answers with the rest', async () => {
    expect(await names('no_such=1^urgency=2')).toEqual(['Beta']);
    expect(await names('urgency=2^ORno_such=1')).toEqual(['Beta']);
    expect(await names('no_such=1^ORurgency=2')).toEqual(['Beta']);
    // A walk that does not start at a reference, and a column of a class on its base table.
    expect(await names('short_description.name=x^urgency=1')).toEqual(['alpha']);
    expect(await bench.results('/api/now/table/task?sysparm_query=caller_id=nobody')).toHaveLength(4);
  });

  it('returns the whole table when one of two groups has lost all its terms', async () => {
    expect(await names('urgency=1^NQno_such=1')).toHaveLength(4);
  });

  it('reads a doubled ^ as the sign itself', async () => {
    expect(await names('short_description=gamma ^^ delta')).toEqual(['gamma ^ delta']);
  });

  it('compares text without regard to case, as the database collation does', async () => {
    expect(await names('short_description=ALPHA')).toEqual(['alpha']);
    expect(await names('short_descriptionINBETA,ALPHA^ORDERBYshort_description')).toEqual(['alpha', 'Beta']);
  });

  it.each([
    ['short_descriptionISEMPTY', ['']],
    ['short_descriptionISNOTEMPTY^ORDERBYDESCurgency^ORDERBYshort_description', ['gamma ^ delta', 'Beta', 'alpha']],
    ['short_descriptionSTARTSWITHal', ['alpha']],
    ['short_descriptionENDSWITHta', ['Beta', 'gamma ^ delta']],
    ['short_descriptionLIKEet', ['Beta']],
    ['short_descriptionNOT LIKEa', ['']],
    ['urgencyNOT IN1,2', ['gamma ^ delta', '']],
    ['urgency!=3', ['alpha', 'Beta']],
    ['urgency>1^urgency<=2', ['Beta']],
    ['urgencyBETWEEN1@2', ['alpha', 'Beta']],
    ['impactSAMEASurgency', ['alpha']],
    ['caller_id.user_name=employee', ['alpha']],
    ['short_descriptionANYTHING^urgency=2', ['Beta']],
  ])('understands %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('walks a keyset by sys_id without overlap or gap', async () => {
    const seen: unknown[] = [];
    let last = '';
    for (;;) {
      const [row] = await bench.results(`${path}?sysparm_limit=1&sysparm_query=sys_id>${last}^ORDERBYsys_id`);
      if (row === undefined) break;
      last = String(row['sys_id']);
      seen.push(last);
    }
    expect(seen).toHaveLength(4);
    expect(seen).toEqual([...seen].map(String).toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('reads a date literal as UTC, to the second', async () => {
    expect(await names('sys_created_on=2026-03-10 12:02:00')).toEqual(['Beta']);
    expect(await names('sys_created_on>2026-03-10 12:02:00')).toEqual(['gamma ^ delta', '']);
  });

  it("reads gs.dateGenerate in the caller's zone, which is what mixes people up", async () => {
    // 05:02:00 in Los Angeles (daylight saving time) is 12:02:00 UTC.
    expect(await names("sys_created_on>=javascript:gs.dateGenerate('2026-03-10','05:02:00')")).toHaveLength(3);
    expect(
      await names("sys_created_on>=javascript:gs.dateGenerate('2026-03-10','13:02:00')", 'beth.anglin'),
    ).toHaveLength(3);
    expect(await names("sys_created_on>=javascript:gs.dateGenerate('2026-03-10','12:02:00')")).toEqual([]);
  });

  it('drops a script it cannot run', async () => {
    expect(await names('sys_created_on>javascript:new Evil().run()')).toHaveLength(4);
  });

  it('understands times relative to now', async () => {
    expect(await names('sys_created_onRELATIVEGT@minute@ago@2')).toEqual(['gamma ^ delta', '']);
    expect(
      await names('sys_created_onONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()'),
    ).toHaveLength(4);
  });

  it('filters by name=value pairs with display values, unless there is a sysparm_query', async () => {
    expect(await bench.results(`${path}?urgency=${encodeURIComponent('2 - Medium')}`)).toHaveLength(1);
    expect(await bench.results(`${path}?state=new&urgency=1`)).toHaveLength(1);
    expect(await bench.results(`${path}?urgency=1&sysparm_query=urgency=3`)).toHaveLength(2);
  });

  it('pages by limit and offset with links that echo the request', async () => {
    const answer = await bench.send(
      'GET',
      `${path}?sysparm_query=active%3Dtrue%5EORDERBYnumber&sysparm_limit=2&sysparm_offset=2`,
    );
    expect(answer.headers.get('x-total-count')).toBe('4');
    expect(answer.body).toMatchObject({ result: [{ short_description: 'gamma ^ delta' }, { short_description: '' }] });
    const base = `${bench.sandbox.url}${path}?sysparm_query=active%3Dtrue%5EORDERBYnumber&sysparm_limit=2&sysparm_offset=`;
    expect(answer.headers.get('link')).toBe(`<${base}0>;rel="first",<${base}0>;rel="prev",<${base}2>;rel="last"`);
    const quiet = await bench.send('GET', `${path}?sysparm_limit=2&sysparm_suppress_pagination_header=true`);
    expect(quiet.headers.get('link')).toBeNull();
    const uncounted = await bench.send('GET', `${path}?sysparm_limit=2&sysparm_no_count=true`);
    expect(uncounted.headers.get('x-total-count')).toBeNull();
  });

  it('takes a query of any length through the batch, where the URL limit does not hold', async () => {
    const ids = Array.from({ length: 700 }, (_, at) => at.toString(16).padStart(32, '0')).join(',');
    const url = `${path}?sysparm_query=sys_idIN${ids}`;
    expect((await bench.send('GET', url)).status).toBe(414);
    const batch = { batch_request_id: 1, rest_requests: [{ id: 'a', method: 'GET', url, headers: [] }] };
    const answer = await bench.send('POST', '/api/now/v1/batch', { body: batch });
    expect(answer.body).toMatchObject({ batch_request_id: '1', serviced_requests: [{ id: 'a', status_code: 200 }] });
  });
});
