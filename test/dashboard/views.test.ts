import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannedAnswers } from './canned.ts';
import { noBrowser, startChromium } from './chromium.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { hostileTexts } from './hostile.ts';
import { accessibility, openPage, openView } from './page.ts';

const views = [
  'now',
  'links',
  'links/link-1',
  'conflicts',
  'quarantine',
  'quarantine?cause=x',
  'runs',
  'runs/run-1',
  'runs/run-2',
  'mapping',
  'matches',
  'people',
  'audit',
  'tokens',
];

/** What opens parts of a view that are closed at first. */
const openers: Readonly<Record<string, readonly string[]>> = {
  conflicts: ['Write another …'],
  'links/link-1': ['Write another …', 'Unlink'],
  'runs/run-2': ['Show what would be put back', 'Put 1 value back …'],
  mapping: ['Try an edited one …', 'Plan'],
  now: ['Set it going again'],
};

describe.skipIf(noBrowser !== null)('the views, in a browser', () => {
  let browser: Browser;
  let api: FakeApi;
  beforeAll(async () => {
    browser = await startChromium();
    api = await startFakeApi(cannedAnswers((text) => text));
  });
  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  const looks = [
    { name: 'light, on a desk', viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const },
    { name: 'dark, 400 px wide', viewport: { width: 400, height: 800 }, colorScheme: 'dark' as const },
  ];
  for (const look of looks) {
    it(`lets everybody in: ${look.name}`, async () => {
      const { page, context, faults } = await openPage(browser, look);
      for (const view of views) {
        await openView(page, api.url, view);
        for (const name of openers[view] ?? []) await page.getByRole('button', { name, exact: true }).first().click();
        expect(await accessibility(page), view).toEqual([]);
        const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect(tooWide, `${view} scrolls sideways`).toBeLessThanOrEqual(0);
        await page.keyboard.press('Escape');
      }
      await page.getByRole('button', { name: 'Keys and help' }).click();
      expect(await accessibility(page), 'help').toEqual([]);
      expect(faults).toEqual([]);
      await context.close();
    });
  }

  it('lets everybody in at the door', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(api.url);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').fill('secret');
    expect(await accessibility(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    await context.close();
  });

  it('shows hostile text as text, wherever a desk can write', async () => {
    const rounds: readonly ((plain: string) => string)[] = [
      (plain) => `${plain} ${hostileTexts.join(' ')}`,
      ...[0, 17, 34].map((start) => {
        let next = start;
        return (): string => hostileTexts[(next += 1) % hostileTexts.length] ?? '';
      }),
    ];
    for (const text of rounds) {
      const hostile = await startFakeApi(cannedAnswers(text));
      const { page, context, faults, harm } = await openPage(browser);
      for (const view of views) {
        await openView(page, hostile.url, view);
        for (const name of openers[view] ?? []) await page.getByRole('button', { name, exact: true }).first().click();
        await page.keyboard.press('Escape');
        expect(await harm(), view).toEqual({ policy: [], ran: false });
      }
      const strange = hostileTexts.map(encodeURIComponent);
      for (const fragment of [`links?search=${strange[2]}&status=${strange[0]}`, `${strange[4]}/${strange[9]}`]) {
        await page.goto(`${hostile.url}#/${fragment}`);
        await page.locator('main').waitFor();
        expect(await harm(), fragment).toEqual({ policy: [], ran: false });
      }
      expect(await page.locator('a[href^="javascript"], a[href^="data"], iframe, object, embed').count()).toBe(0);
      expect(faults).toEqual([]);
      await context.close();
      await hostile.stop();
    }
  });

  it('offers a viewer nothing that the server would refuse', async () => {
    const viewer = await startFakeApi(cannedAnswers((text) => text, 'viewer'));
    const { page, context } = await openPage(browser);
    const acts =
      /^(Take|Retry|Drop|Unlink|Pause|Stop|Resync|Verify|Compare|Set|Poll|Look|Link|Make|Revoke|Write|Not the same|One ticket|Try an)/;
    for (const view of views.filter((one) => one !== 'audit' && one !== 'tokens')) {
      await openView(page, viewer.url, view);
      expect(await page.locator('main').getByRole('button', { name: acts }).count(), view).toBe(0);
    }
    expect(await page.getByRole('navigation', { name: 'Views' }).getByText('Tokens').count()).toBe(0);
    await context.close();
    await viewer.stop();
  });
});
