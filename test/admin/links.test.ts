import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { LinkDetail, LinkNow, LinkPage } from '../../src/admin/schemas/links.ts';
import { newCase, newIncident } from '../engine/world.ts';
import { link } from '../support/builders.ts';
import { runToEnd } from '../support/clock.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

async function withLinks(count: number, title = (n: number): string => `Printer ${n}`): Promise<AdminWorld> {
  const admin = await createAdminWorld();
  await admin.world.store.transaction((tx) =>
    tx.insertLinks(
      Array.from({ length: count }, (_, n) => {
        const made = link({
          id: `link-${String(n).padStart(5, '0')}`,
          ids: { servicenow: String(n).padStart(32, '0'), salesforce: `500${String(n).padStart(15, '0')}` },
          numbers: { servicenow: `INC${String(n).padStart(7, '0')}`, salesforce: String(n).padStart(8, '0') },
          status: n % 3 === 0 ? 'conflict' : 'synced',
        });
        const servicenow = { ...made.bases.servicenow, fields: { short_description: title(n) } };
        return { ...made, bases: { ...made.bases, servicenow } };
      }),
    ),
  );
  return admin;
}

const get = async ({ ask }: AdminWorld, query: string): Promise<LinkPage> =>
  (await ask('GET', `/api/links${query}`, { as: tokenOf('viewer') })).json as unknown as LinkPage;

describe('links', () => {
  it('come by pages in either order, each once', async () => {
    const admin = await withLinks(25);
    for (const order of ['', '&latestFirst=1']) {
      const seen: string[] = [];
      for (let after = ''; ;) {
        const page = await get(admin, `?limit=10${order}${after}`);
        seen.push(...page.items.map((item) => item.id));
        if (page.next === null) break;
        after = `&after=${page.next}`;
      }
      expect(new Set(seen).size).toBe(25);
      expect(seen).toEqual(order === '' ? seen.toSorted() : seen.toSorted().toReversed());
    }
  });

  it('are found by number, by its beginning, by id and by words of the title', async () => {
    const admin = await withLinks(25, (n) => (n === 7 ? 'VPN 100% down_now' : `Printer ${n}`));
    const found = async (text: string): Promise<readonly string[]> =>
      (await get(admin, `?search=${encodeURIComponent(text)}`)).items.map((item) => item.id);
    expect(await found('INC0000007')).toEqual(['link-00007']);
    expect(await found('inc000001')).toHaveLength(10);
    expect(await found('7'.padStart(32, '0'))).toEqual(['link-00007']);
    expect(await found('vpn 100% DOWN_')).toEqual(['link-00007']);
    expect(await found('%')).toEqual(['link-00007']);
    expect(await found('nothing of the kind')).toEqual([]);
  });

  it('are counted by status, and filtered by it', async () => {
    const admin = await withLinks(9);
    const page = await get(admin, '?status=conflict');
    expect(page.items).toHaveLength(3);
    expect(page.byStatus).toMatchObject({ conflict: 3, synced: 6, detached: 0 });
    expect((await admin.ask('GET', '/api/links?status=fine')).json).toMatchObject({
      status: 400,
      issues: [{ where: 'status' }],
    });
  });

  it('show what both sides last agreed on, their addresses and what happened', async () => {
    const admin = await createAdminWorld();
    const { world, ask } = admin;
    world.put('servicenow', newIncident);
    await world.sync();
    const made = await world.link();
    await world.edit('salesforce', made.ids.salesforce, { Subject: 'Printer put out' });
    await world.sync();
    const detail = (await ask('GET', `/api/links/${made.numbers.servicenow ?? ''}`)).json as unknown as LinkDetail;
    expect(detail).toMatchObject({ id: made.id, title: 'Printer put out', mapped: true });
    expect(detail.urls.servicenow).toBe(
      `https://dev12345.service-now.com/nav_to.do?uri=incident.do%3Fsys_id%3D${made.ids.servicenow}`,
    );
    expect(detail.urls.salesforce).toBe(`https://acme.my.salesforce.com/lightning/r/Case/${made.ids.salesforce}/view`);
    expect(detail.fields.find(({ field }) => field === 'short_description')).toMatchObject({
      labels: { servicenow: 'Short description', salesforce: 'Subject' },
      base: { servicenow: 'Printer put out', salesforce: 'Printer put out' },
      rule: 'latest',
    });
    expect(detail.history[0]).toMatchObject({
      field: 'short_description',
      from: 'salesforce',
      to: 'servicenow',
      before: 'Printer on fire',
      value: 'Printer put out',
      because: 'one-sided',
      rule: 'latest',
      runId: 'run-1',
    });
    const page = await ask('GET', `/api/links/${made.id}/history?limit=1&field=short_description`);
    expect(page.json).toMatchObject({ items: [{ value: 'Printer put out' }] });
  });

  it('are read on both sides when asked for, with what differs', async () => {
    const { world, ask } = await createAdminWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const made = await world.link();
    await world.edit('salesforce', made.ids.salesforce, { Subject: 'Changed since' });
    const now = (await ask('GET', `/api/links/${made.id}/now`)).json as unknown as LinkNow;
    expect(now.sides).toMatchObject({ servicenow: { kind: 'found' }, salesforce: { kind: 'found' } });
    expect(now.fields.find(({ field }) => field === 'short_description')).toMatchObject({
      now: { servicenow: 'Printer on fire', salesforce: 'Changed since' },
      changed: { servicenow: false, salesforce: true },
      agree: false,
    });
  });

  it('cost one call a side, however many look at the same moment', async () => {
    const { world, ask } = await createAdminWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const { id } = await world.link();
    const before = world.desks.servicenow.calls();
    const { read } = world.desks.servicenow;
    world.desks.servicenow.read = async (...args) => {
      await world.clock.sleep(1000);
      return read(...args);
    };
    const asked = Promise.all(Array.from({ length: 10 }, () => ask('GET', `/api/links/${id}/now`)));
    const looks = await runToEnd(world.clock, asked);
    expect(looks.every(({ status }) => status === 200)).toBe(true);
    expect(world.desks.servicenow.calls() - before).toBe(1);
  });

  it('tell which side could not be asked, and show the other', async () => {
    const { world, ask } = await createAdminWorld();
    world.put('servicenow', newIncident);
    await world.sync();
    const { id } = await world.link();
    world.desks.salesforce.faults.add({
      method: 'read',
      whole: true,
      error: 'Unavailable',
      cause: 'timeout',
      times: 1,
    });
    const now = (await ask('GET', `/api/links/${id}/now`)).json as unknown as LinkNow;
    expect(now.sides.servicenow.kind).toBe('found');
    expect(now.sides.salesforce).toMatchObject({
      kind: 'error',
      text: expect.stringContaining('Salesforce') as string,
    });
  });

  it('that went away while their page was open are told in a sentence', async () => {
    const { ask } = await createAdminWorld();
    for (const path of ['/api/links/link-9', '/api/links/link-9/now', '/api/links/link-9/history']) {
      const said = await ask('GET', path);
      expect(said.status).toBe(404);
      expect(said.json['detail']).toBe('No link has "link-9" as its id, or as the id or number of a record.');
    }
    expect((await ask('POST', '/api/links/link-9/resync')).status).toBe(404);
  });

  it('are unlinked, linked again and compared again, once each, and the trail says by whom', async () => {
    const { ask, records, world } = await withLinks(1);
    const act = async (what: string): Promise<number> => (await ask('POST', `/api/links/link-00000/${what}`)).status;
    expect(await act('unlink')).toBe(200);
    expect(await act('unlink')).toBe(409);
    expect(await act('resync')).toBe(409);
    expect(await act('relink')).toBe(200);
    expect(await act('relink')).toBe(409);
    expect(await act('resync')).toBe(202);
    expect(await act('retry')).toBe(409);
    expect((await world.store.queue.depth()).waiting).toBe(1);
    expect((await records.recentAudit(9)).map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'operator link.resync',
      'operator link.relink',
      'operator link.unlink',
    ]);
  });
});

describe('an export', () => {
  const payloads = [
    `=cmd|' /C calc'!A0`,
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1',
    '  =HYPERLINK("https://evil.example")',
    '＝1+1',
    'a "quoted", text\nof two lines',
  ];

  it('holds every link, whatever their number, as JSON lines', async () => {
    const { ask } = await withLinks(1203);
    const { text, headers } = await ask('GET', '/api/links/export.json');
    expect(headers['content-type']).toContain('ndjson');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(1203);
    expect((await ask('GET', '/api/links/export.json?status=conflict')).text.trim().split('\n')).toHaveLength(401);
  });

  it('for a spreadsheet begins no cell like a formula, and loses nothing', async () => {
    const { ask } = await withLinks(payloads.length, (n) => payloads[n] ?? '');
    const { text, headers } = await ask('GET', '/api/links/export.csv');
    expect(headers['content-disposition']).toContain('attachment');
    const rows: readonly Record<string, string>[] = parse(text, { columns: true, bom: true });
    expect(rows).toHaveLength(payloads.length);
    rows.forEach((row, n) => {
      for (const cell of Object.values(row)) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r]/);
      expect(row['title']?.replace(/^'/, '')).toBe(payloads[n]);
    });
  });
});

describe('pairing two tickets by hand', () => {
  it('says what differs first, then does it, and leaves it in the trail', async () => {
    const { ask, world, records } = await createAdminWorld();
    const incident = world.put('servicenow', newIncident);
    const twin = world.put('salesforce', newCase);
    const body = { servicenow: incident.id, salesforce: twin.id };
    const dry = await ask('POST', '/api/links', { body: { ...body, dryRun: true } });
    expect(dry).toMatchObject({
      status: 200,
      json: { differing: expect.arrayContaining(['short_description']) as unknown },
    });
    expect(await world.store.transaction((tx) => tx.findLinks({ limit: 9 }))).toEqual([]);
    expect((await ask('POST', '/api/links', { body })).status).toBe(200);
    expect(await world.link()).toMatchObject({ ids: { servicenow: incident.id, salesforce: twin.id } });
    expect((await ask('POST', '/api/links', { body })).status).toBe(409);
    expect((await ask('POST', '/api/links', { body: { ...body, servicenow: 'f'.repeat(32) } })).status).toBe(404);
    expect((await records.recentAudit(9)).map(({ action }) => action)).toEqual(['link.by-hand']);
  });
});
