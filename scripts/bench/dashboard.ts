/**
 * How the dashboard feels at a million links: generated rows in an embedded Postgres, the admin port over them, a real browser.
 * Usage: `npm run bench -- dashboard [--links 1000000]`. Prints one line a figure; times are medians of five.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { createAdmin } from '../../src/admin/server.ts';
import { Secret } from '../../src/config/secret.ts';
import { createMemorySystem } from '../../src/connectors/memory.ts';
import { bothSides } from '../../src/core/side.ts';
import { defaultTimes } from '../../src/engine/engine.ts';
import { defaultPair } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { recordsOf } from '../../src/operate/tokens.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/prisma/migrate.ts';
import { openStore } from '../../src/store/prisma/store.ts';
import { systemClock, systemIds } from '../../src/system.ts';
import { startChromium } from '../../test/dashboard/chromium.ts';

const { values } = parseArgs({ options: { links: { type: 'string', default: '1000000' } } });
const links = Number(values.links);
const dist = join(import.meta.dirname, '..', '..', 'src', 'admin', 'dashboard', 'dist');
const token = 'casebridge_for_figures_only';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

weigh();
const home = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
// Under root the database runs as nobody, who has to get in; else its data would stay behind elsewhere.
await chmod(home, 0o711);
const server = await startEmbedded({ dataDir: home, clock: systemClock });
try {
  await migrate(server.url);
  await fill();
  await measure();
} finally {
  await server.stop({ evenIfUsed: true });
  await rm(home, { recursive: true, force: true });
}

/** What a first visit loads. */
function weigh(): void {
  let all = 0;
  for (const name of ['../index.html', ...readdirSync(join(dist, 'assets'))]) {
    const bytes = gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length;
    all += bytes;
    say(`weight ${name.replace('../', '')}: ${(bytes / 1000).toFixed(1)} kB gzip`);
  }
  say(`weight in all: ${(all / 1000).toFixed(1)} kB gzip`);
}

async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const started = Date.now();
  // Ids as the daemon draws them: in the order of time.
  await client.query(
    `INSERT INTO links (id, pair, servicenow_id, salesforce_id, servicenow_number, salesforce_number, origin, status,
       servicenow_base, salesforce_base, created_at, last_synced_at)
     SELECT '0199' || lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000', 'incident-case', md5(n::text),
       '500' || lpad(n::text, 12, '0') || 'AAA', 'INC' || lpad(n::text, 7, '0'), lpad(n::text, 8, '0'), 'servicenow',
       CASE WHEN n % 1000 = 0 THEN 'conflict' WHEN n % 1500 = 1 THEN 'quarantined' ELSE 'synced' END,
       jsonb_build_object('fields', jsonb_build_object('short_description', words.said || ' at desk ' || n, 'state', '2',
         'urgency', '2', 'description', repeat('It happens every day. ', 10)),
         'version', jsonb_build_object('stamp', '2026-03-02T00:00:00.000Z', 'count', 3)),
       jsonb_build_object('fields', jsonb_build_object('Subject', words.said || ' at desk ' || n, 'Status', 'Working',
         'Priority', 'Medium', 'Description', repeat('It happens every day. ', 10)),
         'version', jsonb_build_object('stamp', '2026-03-02T00:00:00.000Z', 'count', null)),
       now() - n * interval '1 second', now() - n * interval '1 second'
     FROM generate_series(1, $1::int) n,
     LATERAL (SELECT (ARRAY['Printer prints blank pages', 'VPN drops', 'Laptop does not wake', 'Badge refused'])[1 + n % 4]) words(said)`,
    [links],
  );
  await client.query('VACUUM ANALYZE links');
  const size = await client.query<{ size: string }>(`SELECT pg_total_relation_size('links') AS size`);
  say(`${links.toLocaleString('en')} links written in ${Math.round((Date.now() - started) / 1000)} s`);
  say(`links on disk: ${Math.round(Number(size.rows[0]?.size) / links)} bytes each, indexes included`);
  await client.end();
}

async function measure(): Promise<void> {
  const clock = systemClock;
  const store = await openStore({
    url: server.url,
    clock,
    ids: systemIds,
    secretKey: null,
    secretKeyPrevious: null,
    migrate: 'never',
  });
  const pair = { ...defaultPair, resolve: { closeCode: 'Done', closeNotes: 'Done' } };
  const admin = await createAdmin({
    engine: {
      store,
      systems: bothSides((side) => createMemorySystem({ side, clock, ids: systemIds })),
      pairs: [buildPairRules(pair, { startedAt: '2026-03-02T00:00:00.000Z' })],
      clock,
      ids: systemIds,
      emit: () => undefined,
      times: defaultTimes,
      pageSize: 1000,
      offsets: bothSides(() => 0),
      runId: 'bench',
    },
    daemon: {
      syncNow: async () => undefined,
      totals: { created: bothSides(() => 0), updated: bothSides(() => 0), unchanged: 0, conflicts: 0, quarantined: 0 },
      lastComplete: () => bothSides(() => null),
      paces: () => [],
    },
    records: recordsOf({ store }),
    config: { pairs: [pair] },
    configFile: 'casebridge.config.ts',
    version: '0',
    deskUrl: () => null,
    ticketUrl: () => null,
    settings: {
      host: '127.0.0.1',
      port: 0,
      token: new Secret(token),
      origins: [],
      metricsOpen: false,
      wakeSecret: null,
    },
    pages: dist,
    onError: (error) => process.stderr.write(`${error.stack ?? error.message}\n`),
  });
  const url = await admin.listen();
  const browser = await startChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor();
    await inTheBrowser(page, url);
  } finally {
    await browser.close();
    await admin.stop();
    await store.close();
  }
}

async function inTheBrowser(page: Page, url: string): Promise<void> {
  const numberOf = (share: number): string => `INC${String(Math.round(links * share)).padStart(7, '0')}`;
  const last = numberOf(1);
  const one = numberOf(0.123456);
  const rare = Math.round(links * 0.777777);
  const filters: readonly (readonly [string, string, string])[] = [
    ['first rows', 'links', last],
    ['oldest first', 'links?order=oldest', 'INC0000001'],
    ['one number', `links?search=${one}`, one],
    ['beginning of a number', `links?search=${numberOf(0.5).slice(0, 8)}`, numberOf(0.5).slice(0, 8)],
    ['words of one title', `links?search=desk+${rare}`, numberOf(0.777777)],
    ['a common word', 'links?search=printer', 'INC'],
    ['nothing fits', 'links?search=zebra', 'No link fits'],
    ['conflicts only', 'links?status=conflict', 'INC'],
  ];
  for (const [name, view, seen] of filters) {
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await page.goto('about:blank');
      const started = performance.now();
      await page.goto(`${url}/#/${view}`, { waitUntil: 'commit' });
      await page.locator('main').getByText(seen).first().waitFor();
      times.push(performance.now() - started);
    }
    const asked = await page.evaluate<number>(
      `performance.getEntriesByType('resource').find(({ name }) => name.includes('/api/links?'))?.duration ?? -1`,
    );
    say(`${name} (${view}): ${median(times)} ms from address to rows, ${Math.round(asked)} of them for the API`);
  }
  await page.goto(`${url}/#/links`);
  await page.getByText(last).waitFor();
  const typed = performance.now();
  await page.getByRole('searchbox').pressSequentially(numberOf(0.5));
  await page.getByText('1 in all').waitFor();
  say(`typing a number: ${Math.round(performance.now() - typed)} ms from first key to its row`);
  const paint = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1`,
  );
  say(`first contentful paint: ${Math.round(paint)} ms`);
}

function median(times: readonly number[]): number {
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
}
