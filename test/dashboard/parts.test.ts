import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../src/admin/dashboard/route/route.ts';
import {
  emptyTable,
  countRows,
  missing,
  type PageTable,
  placeOf,
  withPage,
} from '../../src/admin/dashboard/ui/pages.ts';
import { ago, formatBytes, formatDuration, utcTime } from '../../src/admin/dashboard/ui/time.ts';
import { bothNames, lifeText, safeUrl, why } from '../../src/admin/dashboard/ui/words.ts';

describe('a place in the URL', () => {
  it('reads back as it was written, whatever stands in it', () => {
    const path = ['links', 'a/b?c#d %', '✓'];
    const query = { search: 'a&b=c #1 100%', status: 'open' };
    expect(parseRoute(formatRoute(path, query))).toEqual({ path, query });
  });

  it('leaves out empty filters', () => {
    expect(formatRoute(['links'], { search: '', pair: undefined })).toBe('#/links');
  });

  it('takes half an escape for the text that it is', () => {
    expect(parseRoute('#/links/100%').path).toEqual(['links', '100%']);
    expect(parseRoute('')).toEqual({ path: [], query: {} });
  });
});

describe('the address of a ticket', () => {
  it.each([
    ['https://dev12345.service-now.com/nav_to.do', true],
    ['http://127.0.0.1:4100/incident', true],
    ['http://localhost:4100/', true],
    ['http://[::1]:4100/', true],
    ['http://dev12345.service-now.com/', false],
    ['http://127.0.0.1.evil.example/', false],
    ['javascript:alert(1)', false],
    ['java\nscript:alert(1)', false],
    ['data:text/html,x', false],
    ['//evil.example', false],
    ['', false],
  ])('%j is opened: %s', (url, opened) => {
    expect(safeUrl(url) !== null).toBe(opened);
  });
});

describe('why does it say that', () => {
  const entry = {
    id: '1',
    field: 'urgency',
    label: 'Priority',
    from: 'servicenow',
    to: 'salesforce',
    before: 'Low',
    value: 'High',
    beforeName: null,
    valueName: null,
    because: 'conflict',
    rule: 'latest',
    by: 'beth.anglin',
    byName: null,
    runId: 'r1',
    at: '2026-11-25T09:00:00.000Z',
    text: '',
  } as const;

  it('is answered in one sentence', () => {
    expect(why(entry, '10:00')).toBe(
      'Priority in Salesforce says “High” because Casebridge carried it from ServiceNow, where beth.anglin had set it, 10:00: both sides had changed it, and the rule “latest” decided (run r1).',
    );
  });

  it('is answered for an emptied field and a writer nobody knows', () => {
    expect(why({ ...entry, value: null, by: null, because: 'one-sided' }, '10:00')).toBe(
      'Priority in Salesforce is empty because Casebridge carried it from ServiceNow, 10:00: only that side had changed it (run r1).',
    );
  });

  it.each([
    [{ kind: 'missing', side: 'servicenow' }, 'ServiceNow does not show its record: deleted, or hidden from our user.'],
    [{ kind: 'merged', side: 'salesforce', into: '500A' }, 'Salesforce merged its record into another (500A).'],
    [{ kind: 'vanished', side: 'salesforce' }, 'One of its records is not where it was.'],
    [{}, 'One of its records is not where it was.'],
  ])('tells what became of a record: %j', (life, text) => {
    expect(lifeText(life)).toBe(text);
  });

  it('names tickets by number, else by id', () => {
    const row = { servicenowNumber: null, salesforceNumber: '00001007', servicenowId: 'abc', salesforceId: null };
    expect(bothNames(row)).toBe('abc ↔ 00001007');
  });
});

describe('times and amounts', () => {
  const now = Date.parse('2026-11-25T09:00:00.000Z');
  it.each([
    [0, 'now'],
    [-45_000, '45'],
    [-5 * 60_000, '5'],
    [-5 * 3_600_000, '5'],
    [-72 * 3_600_000, '3'],
  ])('tells how long ago %d ms is', (ms, part) => {
    expect(ago(now + ms, now)).toContain(part);
  });

  it('shows UTC to the second', () => {
    expect(utcTime(now)).toBe('2026-11-25 09:00:00 UTC');
  });

  it.each([
    [850, '850 ms'],
    [12_300, '12 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [3 * 86_400_000, '3 days'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('counts bytes by thousands', () => {
    expect(formatBytes(48_000)).toMatch(/48/);
    expect(formatBytes(0)).toMatch(/0/);
  });
});

describe('pages of a long list', () => {
  const page = (at: number): { after: string | null; items: readonly number[]; next: string | null } => ({
    after: at === 0 ? null : `p${at}`,
    items: Array.from({ length: 10 }, (_, index) => at * 10 + index),
    next: at === 99 ? null : `p${at + 1}`,
  });
  const upTo = (count: number): PageTable<number> =>
    Array.from({ length: count }, (_, at) => at).reduce<PageTable<number>>(
      (table, at) => withPage(table, at, page(at)),
      emptyTable,
    );

  it('asks for the first page first, then for the one behind the last', () => {
    expect(missing(emptyTable, 0, 0)).toEqual({ at: 0, after: null });
    expect(missing(upTo(1), 0, 5)).toBeNull();
    expect(missing(upTo(1), 5, 14)).toEqual({ at: 1, after: 'p1' });
  });

  it('knows the end', () => {
    const whole = upTo(100);
    expect(countRows(whole)).toBe(1000);
    expect(missing(whole, 990, 1020)).toBeNull();
    expect(placeOf(whole, 1000)).toBeNull();
  });

  it('lets go of rows far away and fetches them again by their place', () => {
    const table = upTo(40);
    expect(table.slots.filter((slot) => slot.items !== null).length).toBeLessThan(15);
    expect(missing(table, 0, 5)).toEqual({ at: 0, after: null });
    const back = withPage(table, 0, page(0));
    expect(countRows(back)).toBe(400);
    expect(missing(back, 0, 5)).toBeNull();
    expect(missing(back, 395, 405)).toEqual({ at: 39, after: 'p39' });
  });

  it('stands on the new end when the last page became shorter meanwhile', () => {
    const table = withPage(upTo(3), 2, { after: 'p2', items: [20], next: null });
    expect(countRows(table)).toBe(21);
    expect(missing(table, 15, 30)).toBeNull();
  });
});
