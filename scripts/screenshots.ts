/**
 * Makes the pictures of the README: two local desks with real incidents, the daemon between them, a few titles that wait for a
 * person, and a browser. Usage: `npm run screenshots -- --minutes 5`; writes docs/images/*.png.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { deskUrls } from '../src/admin/desk-urls.ts';
import { type App, openApp } from '../src/app.ts';
import { createRelay, openAdminPort } from '../src/cli/admin-port.ts';
import { demoConfig } from '../src/cli/commands/demo/config.ts';
import { readLog } from '../src/cli/commands/demo/log.ts';
import { createReplay } from '../src/cli/commands/demo/replay.ts';
import { demoSettings } from '../src/cli/commands/demo/settings.ts';
import { Secret } from '../src/config/secret.ts';
import { createDaemon } from '../src/engine/daemon.ts';
import type { CasebridgeConfig } from '../src/mapping/define-config.ts';
import { startSalesforceSandbox } from '../src/sandbox/salesforce.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { startServiceNowSandbox } from '../src/sandbox/servicenow.ts';
import { startChromium } from '../test/dashboard/chromium.ts';
import { seededRandom } from '../test/support/random.ts';

interface Desks {
  readonly servicenow: Sandbox;
  readonly salesforce: Sandbox;
}

const token = 'casebridge_for_pictures_only';
const folder = join(import.meta.dirname, '..', 'docs', 'images');
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '4' } } });

const said = [
  ['customer is waiting', 'second call today'],
  ['affects the whole floor', 'affects two desks only'],
  ['vendor informed', 'needs a new part'],
] as const;

/** What a view shows once it has its answers. */
const ready: Readonly<Record<string, string>> = {
  now: 'In the last hour',
  links: 'loaded',
  link: 'Both sides as read',
  conflicts: 'word by word',
};

/** The demo's mapping, but that titles wait for a person where both desks changed them. */
const config: CasebridgeConfig = {
  pairs: demoConfig.pairs.map((pair) => ({
    ...pair,
    fields: pair.fields.map((field) =>
      'servicenow' in field && field.servicenow === 'short_description' ? { ...field, conflict: 'manual' } : field,
    ),
  })),
};

const home = await mkdtemp(join(tmpdir(), 'casebridge-screenshots-'));
// Under root the database runs as nobody, who has to get in; else its data would stay behind elsewhere.
await chmod(home, 0o711);
const [servicenow, salesforce] = await Promise.all([startServiceNowSandbox(), startSalesforceSandbox()]);
const desks: Desks = { servicenow, salesforce };
try {
  const settings = demoSettings(home, desks);
  const relay = createRelay();
  const app = await openApp({ settings, config, emit: relay.emit, onNotice: () => undefined });
  try {
    const daemon = createDaemon(app.engine, { cron: '* * * * * *', idleMaxMs: 5000, unlimitedCreates: true });
    const admin = await openAdminPort({
      engine: app.engine,
      daemon,
      config,
      settings: { ...settings, admin: { ...settings.admin, port: 0, token: new Secret(token) } },
      urls: deskUrls(settings),
      terminal: false,
      tell: () => undefined,
      onError: (error) => process.stderr.write(`${error.stack ?? error.message}\n`),
    });
    relay.to(admin.hear);
    await daemon.start();
    const day = play();
    try {
      await delay(Number(values.minutes) * 60_000);
      await quarrel(app);
      await pictures(app, admin.url);
    } finally {
      day.stop();
      await daemon.stop();
      await admin.stop();
    }
  } finally {
    await app.close();
  }
} finally {
  await Promise.all([servicenow.stop(), salesforce.stop()]);
  await rm(home, { recursive: true, force: true });
}

/** A day of the log, now faster, now slower, as days are. It goes on while the pictures are taken. */
function play(): { stop(): void } {
  const replay = createReplay(
    readLog(),
    { servicenow: servicenow.desk, salesforce: salesforce.desk },
    seededRandom(20160229),
  );
  let tick = 0;
  const timer = setInterval(() => {
    tick += 1;
    const atOnce = Math.max(0, Math.round(1 + Math.sin(tick / 97) + Math.sin(tick / 31)));
    for (let n = 0; n < atOnce; n += 1) if (!replay.step()) clearInterval(timer);
  }, 250);
  return { stop: () => clearInterval(timer) };
}

/** Two people give one ticket two titles. */
async function quarrel(app: App): Promise<void> {
  const links = await app.engine.store.transaction((tx) => tx.findLinks({ limit: 60, latestFirst: true }));
  const open = links.filter(({ ids }) =>
    ['1', '2'].includes(String(servicenow.desk.row('incident', ids.servicenow)?.fields['state'])),
  );
  for (const [at, [mine, theirs]] of said.entries()) {
    const link = open[at * 3];
    const title = link && servicenow.desk.row('incident', link.ids.servicenow)?.fields['short_description'];
    if (link === undefined || title === undefined) throw new Error('no open ticket to quarrel about; play longer');
    servicenow.desk.edit('incident', link.ids.servicenow, { short_description: `${title}, ${mine}` }, 'igor.itil');
    salesforce.desk.edit('Case', link.ids.salesforce, { Subject: `${title}, ${theirs}` }, 'dana.support');
  }
  for (let tries = 0; tries < 100; tries += 1) {
    const waiting = await app.engine.store.transaction((tx) => tx.listConflicts({ all: false, limit: 10 }));
    if (waiting.length >= said.length) return;
    await delay(300);
  }
  throw new Error('the conflicts were not noted');
}

async function pictures(app: App, url: string): Promise<void> {
  const [link] = await app.engine.store.transaction((tx) => tx.findLinks({ limit: 1, status: 'conflict' }));
  const views = { now: 'now', links: 'links', link: `links/${link?.id ?? ''}`, conflicts: 'conflicts' };
  const browser = await startChromium();
  try {
    for (const scheme of ['light', 'dark'] as const) await takeAll(browser, url, scheme, views);
  } finally {
    await browser.close();
  }
}

async function takeAll(
  browser: Browser,
  url: string,
  colorScheme: 'light' | 'dark',
  views: Readonly<Record<string, string>>,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme, locale: 'en-GB' });
  await page.goto(`${url}/`);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor();
  for (const [name, view] of Object.entries(views)) {
    await page.goto(`${url}/#/${view}`);
    await page
      .getByText(ready[name] ?? '')
      .first()
      .waitFor();
    // A few lines of what happens.
    await delay(name === 'now' ? 8000 : 1000);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.close();
}
